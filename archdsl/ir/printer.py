"""Graphs as text: an architecture as a `.nas` network without choices, a supergraph for people to read."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import PurePath
from typing import final

from .graph import INPUT, AnyNode, Choose, Graph, Node, Scan, Scope, Select, Value
from .guards import Guard, Is, Takes, text_of_guard
from .ops import Attribute, SharedLayer
from .types import Type

Names = Mapping[Value, str]


def print_graph(graph: Graph) -> str:
    """Print an architecture as a `.nas` network that the elaborator reads back as the same graph.

    Each op is one `let`, in the order of the graph, with all its statics, and `at` gives its address. Ops that share
    their weights apply one `shared` layer, whose address is the key of the weights. The step of a scan is a block; what
    it takes in from outside is printed as a state that stays as it is. Nodes that no output depends on do not survive
    the way back, nor do the scopes: they stand as comments before the ops of each cell. An op that a file of the user's
    declares is imported from it.

    A supergraph is printed in the same words, its open choices indented below their addresses: that is no `.nas`.

    Raises:
        ValueError: an attribute that no `.nas` file can write, such as an infinite one.
    """
    return "\n".join((_supergraph if graph.is_supergraph else _architecture)(graph)) + "\n"


def print_attribute(value: Attribute) -> str:
    """Write the value of a static as the language does.

    >>> print_attribute((3, True, "same"))
    '[3, true, "same"]'
    """
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float() if math.isfinite(value):
            return repr(value)
        case str() if not set(value) & {'"', "\n"}:
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(print_attribute(item) for item in value)}]"
        case SharedLayer():
            return print_layer(value.op, value.attributes)
        case _:
            raise ValueError(f"expected a value that a .nas file can write, got {value!r}")


def print_layer(op: str, attributes: Sequence[tuple[str, Attribute]]) -> str:
    """Write an op with its statics, the first by its place and the others by name.

    >>> print_layer("linear", [("out", 10), ("bias", True)])
    'linear[10, bias = true]'
    """
    statics = [print_attribute(value) for _, value in attributes[:1]]
    statics += [f"{name} = {print_attribute(value)}" for name, value in attributes[1:]]
    return f"{op}[{', '.join(statics)}]" if statics else op


def quote_address(address: str) -> str:
    """Write an address so that it can stand in a string, which has no escapes of its own.

    >>> quote_address('edge.max_pool[3, pad = "valid"]')
    'edge.max_pool[3, pad = %22valid%22]'
    """
    return address.replace("%", "%25").replace('"', "%22").replace("\n", "%0A")


def unquote_address(text: str) -> str:
    """Read what `quote_address` wrote; any other `%` stands for itself."""
    return text.replace("%0A", "\n").replace("%22", '"').replace("%25", "%")


def _architecture(graph: Graph) -> Iterator[str]:
    yield from _imports(graph)
    writer = _Writer([scope for scope in graph.scopes if scope.kind == "cell"], _fresh("step", graph.ops))
    network = [f"{_signature(graph)} {{", *writer.body(graph), "}"]
    for block in writer.blocks:
        yield from (*block, "")
    yield from network


@final
@dataclass(slots=True)
class _Writer:
    """Writes bodies; the steps of the scans that it meets become blocks, an inner one before that around it."""

    cells: Sequence[Scope]
    names: Iterator[str]
    blocks: list[list[str]] = field(default_factory=list)

    def body(self, graph: Graph, also: Sequence[str] = ()) -> Iterator[str]:
        """Write the statements of a graph; `also` are returned behind its outputs."""
        fresh = _fresh("y", [port.name for port in graph.inputs])
        names = {Value(INPUT, i): port.name for i, port in enumerate(graph.inputs)}
        layers: dict[tuple[str, str], str] = {}
        inside: Scope | None = None
        for node in graph.nodes:
            cell = _innermost(self.cells, node.address)
            if cell is not None and cell != inside:
                yield f"  # {cell.definition} at {cell.address}"
            inside = cell
            if isinstance(node, Scan):
                layer, inputs, more = self._scan(node, [names[value] for value in node.inputs])
            else:
                assert isinstance(node, Node), "an architecture has no open choices"
                layer, inputs, more = _layer(node), [names[value] for value in node.inputs], 0
                if node.parameters != node.address:
                    is_lent = node.owner.op != node.op
                    whole = print_layer(node.owner.op, node.owner.attributes)
                    key = (node.parameters, whole)
                    if key not in layers:
                        layers[key] = f"shared{len(layers)}"
                        yield f'  let {layers[key]} = shared {whole} at "{quote_address(node.parameters)}"'
                    layer = _layer(node, layers[key]) if is_lent else layers[key]
            results = ", ".join([_results(node, fresh, names), *(f"_{next(fresh)}" for _ in range(more))])
            yield f'  let {results} = {layer}({", ".join(inputs)}) at "{quote_address(node.address)}"'
        yield f"  {', '.join([_return(graph, names), *also])}"

    def _scan(self, node: Scan, inputs: Sequence[str]) -> tuple[str, list[str], int]:
        """Give the layer, its input, and how many of its results are no states of the scan."""
        sequence, starts, captured = node.parts(inputs)
        also = node.region.inputs[1 + len(starts) :]
        body = [*self.body(node.region, [port.name for port in also])]
        name = next(self.names)
        head = _signature(node.region, f"block {name}", [port.type for port in also])
        self.blocks.append([f"{head} {{", *body, "}"])
        given = [start or "absent" for start in starts] + list(captured)
        while given and given[-1] == "absent":
            given.pop()
        return f"scan[{', '.join([name, *given])}]", [sequence], len(also)


def _supergraph(graph: Graph) -> Iterator[str]:
    yield f"# The supergraph of `{graph.name}`: every choice is kept open. This is not a .nas file."
    yield _signature(graph)
    names = {Value(INPUT, i): port.name for i, port in enumerate(graph.inputs)}
    yield from _region(graph, names, _fresh("y", [port.name for port in graph.inputs]), "  ")


def _region(graph: Graph, names: dict[Value, str], fresh: Iterator[str], margin: str) -> Iterator[str]:
    """Print the nodes of a graph; inside a region, the values taken in keep the names that they have outside."""
    for node in graph.nodes:
        outer = [names[value] for value in node.inputs]
        results = _results(node, fresh, names)
        match node:
            case Node(address=address):
                shared = f", weights of {node.parameters}" if node.parameters != address else ""
                yield f"{margin}{results} = {_layer(node)}({', '.join(outer)}) at {address}{shared}"
            case Select():
                yield f"{margin}{results} = {_selection(node, outer)}"
            case Choose(table=table, addresses=addresses):
                yield f"{margin}{results} = choose by {', '.join(addresses)}"
                for guard, region in table:
                    label = _label(guard, alone=len(addresses) == 1)
                    if region is None:
                        yield f"{margin}  {label}: absent"
                        continue
                    yield f"{margin}  {label}:"
                    inner = {Value(INPUT, i): name for i, name in enumerate(outer)}
                    yield from _region(region, inner, fresh, f"{margin}    ")
            case Scan(region=region, address=address):
                sequence, starts, captured = node.parts(outer)
                own = [next(fresh) for _ in range(1 + len(starts))]
                shown = ", ".join(start or "zeros" for start in starts)
                yield f"{margin}{results} = scan of {sequence} in {node.steps} steps, from {shown} at {address}"
                yield f"{margin}  step of {', '.join(own)}:"
                inner = {Value(INPUT, i): name for i, name in enumerate((*own, *captured))}
                yield from _region(region, inner, fresh, f"{margin}    ")
    yield f"{margin}{_return(graph, names)}"


def _selection(node: Select, inputs: Sequence[str]) -> str:
    """Write what a node takes: some of a list, or each input under a condition of its own."""
    first, *rest = node.guards
    if isinstance(first, Takes) and all(isinstance(own, Takes) and own.address == first.address for own in rest):
        listed = ", ".join(f"{own.index}: {name}" for own, name in zip(node.guards, inputs, strict=True))  # type: ignore[union-attr]
        size = f"{first.low}" if first.low == first.high else f"{first.low} to {first.high}"
        return f"choose {size} of ({listed}) by {first.address}"
    listed = ", ".join(f"{name} if {text_of_guard(own)}" for own, name in zip(node.guards, inputs, strict=True))
    return f"choose ({listed})"


def _label(guard: Guard, *, alone: bool) -> str:
    """Write when an alternative is taken: its label, where one decision alone decides."""
    return ", ".join(map(str, guard.labels)) if alone and isinstance(guard, Is) else text_of_guard(guard)


def _imports(graph: Graph) -> Iterator[str]:
    """Import the ops that are not standard: those of the library by their path in it, others from beside."""
    files: dict[str, set[str]] = {}
    for node in graph.operations():
        declaration = graph.ops.get(node.op)
        if declaration is None or declaration.origin is None:
            continue
        path = PurePath(declaration.origin.source.path)
        parts = path.with_suffix("").parts
        inside = parts[len(parts) - parts[::-1].index("spaces") :] if "spaces" in parts else parts[-1:]
        if path.suffix == ".nas" and inside[0] != "std":
            files.setdefault(".".join(inside), set()).add(node.op)
    for file in sorted(files):
        yield f"use {file}: {', '.join(sorted(files[file]))}"
    if files:
        yield ""


def _signature(graph: Graph, head: str = "", also: Sequence[Type] = ()) -> str:
    inputs = ", ".join(f"{port.name}: {port.type}" for port in graph.inputs)
    types = [*(graph.type_of(output.value) for output in graph.outputs if not output.auxiliary), *also]
    listed = ", ".join(map(str, types))
    return f"{head or f'network {graph.name}'}({inputs}) -> {listed if len(types) == 1 else f'({listed})'}"


def _fresh(stem: str, taken: Collection[str]) -> Iterator[str]:
    """Give the names `y0`, `y1`, … that are not taken."""
    return (name for i in count() if (name := f"{stem}{i}") not in taken)


def _results(node: AnyNode, fresh: Iterator[str], names: dict[Value, str]) -> str:
    own = [next(fresh) for _ in node.types]
    names.update((Value(node.id, i), name) for i, name in enumerate(own))
    return ", ".join(own)


def _layer(node: Node, lent: str = "") -> str:
    """Write an op with its statics; a layer that it reads the weights of by a name, where it has one."""
    if not lent:
        return print_layer(node.op, node.attributes)
    names = {name for name, value in node.attributes if isinstance(value, SharedLayer)}
    first, *others = [(name, lent if name in names else print_attribute(value)) for name, value in node.attributes]
    return f"{node.op}[{', '.join([first[1], *(f'{name} = {text}' for name, text in others)])}]"


def _return(graph: Graph, names: Names) -> str:
    results = (f"{output.name} = " * output.auxiliary + names[output.value] for output in graph.outputs)
    return f"return {', '.join(results)}"


def _innermost(scopes: Sequence[Scope], address: str) -> Scope | None:
    """Give the smallest of these scopes that an address lies in."""
    around = [s for s in scopes if address.startswith(s.address) and address[len(s.address) :][:1] in ("", ".")]
    return max(around, key=lambda scope: len(scope.address), default=None)
