"""From a graph to straight-line programs over one store of modules.

A program is a `torch.fx.GraphModule`; each use of a cell is one of its own, so that compilation can be regional. The
ops are leaf modules that live in the store under the path of their weights, and are shared by all programs. So is the
loop of a scan, under the scan's own path; the step that it repeats is a program, too.
"""

import keyword
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import fx, nn

from archdsl.codegen.names import module_path
from archdsl.ir import INPUT, AnyNode, Choose, Graph, Guard, Node, OpenDecision, Scan, Value, open_decisions, regions_of
from archdsl.ir.guards import addresses_of

from .build import build_lent, build_op
from .loop import Loop
from .mixing import gate, mix, term_of


@final
@dataclass(frozen=True, slots=True)
class Programs:
    """What a network runs: in training with the auxiliary outputs, in evaluation without.

    Both take the graph's inputs and then one tensor for each of `choices`, the addresses of the open choices.
    """

    training: fx.GraphModule
    evaluation: fx.GraphModule
    choices: tuple[str, ...]


def assemble(root: nn.Module, graph: Graph) -> Programs:
    """Build the modules of a graph into `root`, and the programs that run them."""
    choices = open_decisions(graph.walk())
    store = _Store(graph, choices)
    cells = _cells(graph)
    bodies = {cell: _CellBody(graph, cell, nodes, store, choices) for cell, nodes in cells.items()}
    inside = {path for nodes in cells.values() for path in store.paths(nodes)}
    for path, module in store.modules.items():
        if path not in inside:
            set_module(root, path, module)
    for cell, body in bodies.items():
        set_module(root, module_path(cell), body.module)
    training = _program(root, graph, bodies, store, choices, with_auxiliary=True)
    has_auxiliary = any(output.auxiliary for output in graph.outputs)
    evaluation = _program(root, graph, bodies, store, choices, with_auxiliary=False) if has_auxiliary else training
    return Programs(training, evaluation, tuple(choices))


def set_module(root: nn.Module, path: str, module: nn.Module) -> None:
    """Put a module under a dotted path; what lies on the way are plain containers."""
    way, _, name = path.rpartition(".")
    container(root, way).add_module(name, module)


def container(root: nn.Module, path: str) -> nn.Module:
    """Give the module under a dotted path; what is not there is made a plain container."""
    for name in path.split(".") if path else ():
        if name not in root._modules:
            root.add_module(name, nn.Module())
        root = root.get_submodule(name)
    return root


def _walk(nodes: Sequence[AnyNode]) -> Iterator[AnyNode]:
    return Graph("", (), tuple(nodes), ()).walk()


def _operations(nodes: Sequence[AnyNode]) -> list[Node]:
    return [node for node in _walk(nodes) if isinstance(node, Node)]


def _is_under(address: str, cell: str) -> bool:
    return address.startswith(cell) and address[len(cell) : len(cell) + 1] in ("", ".", "@")


def _cells(graph: Graph) -> dict[str, tuple[AnyNode, ...]]:
    """Give the nodes of each outermost use of a cell whose weights are its own."""
    found: dict[str, tuple[AnyNode, ...]] = {}
    for scope in graph.scopes:
        if scope.kind != "cell" or any(_is_under(scope.address, own) for own in found):
            continue
        nodes = tuple(node for node in graph.nodes if _is_under(node.address, scope.address))
        positions = [i for i, node in enumerate(graph.nodes) if _is_under(node.address, scope.address)]
        whole = positions and positions[-1] - positions[0] + 1 == len(positions)
        if whole and all(_is_under(node.parameters, scope.address) for node in _operations(nodes)):
            found[scope.address] = nodes
    return found


class _Store:
    """The modules of a graph by path: a leaf for each op, a loop for each scan.

    A loop stands before what is in it, so that it is there when its leaves come.
    """

    def __init__(self, graph: Graph, decisions: Mapping[str, OpenDecision]) -> None:
        self.modules: dict[str, nn.Module] = {}
        self._decisions = decisions
        self._leaves: dict[str, nn.Module] = {}
        owners: dict[str, Node] = {}
        for node in graph.operations():
            path = module_path(node.parameters)
            if path not in self._leaves:
                self._leaves[path] = build_op(graph, node)
                owners[path] = node
            elif node.op != owners[path].op:
                owners[path], self._leaves[path] = build_lent(graph, owners[path], node, self._leaves[path])
        # Alternatives may hold scans of one address that are not alike. No address has a path with `_` at its end,
        # but where its last part is taken, which this is not.
        self._loops: dict[int, str] = {}
        seen: dict[str, int] = {}
        for scan in graph.walk():
            if isinstance(scan, Scan):
                path, number = module_path(scan.address), seen.setdefault(scan.address, 0)
                self._loops[id(scan)] = f"{path}_{number + 1}_" if number else path
                seen[scan.address] += 1
        self._add_loops(graph)
        self.modules |= self._leaves

    def path(self, node: Node | Scan) -> str:
        """Give the path of a node's module."""
        return module_path(node.parameters) if isinstance(node, Node) else self._loops[id(node)]

    def paths(self, nodes: Sequence[AnyNode]) -> list[str]:
        """Give the paths of all modules of some nodes, a loop before what is in it."""
        return list(dict.fromkeys(self.path(node) for node in _walk(nodes) if isinstance(node, Node | Scan)))

    def _add_loops(self, graph: Graph) -> None:
        for node in graph.nodes:
            if isinstance(node, Scan):
                path = self.path(node)
                self.modules[path] = nn.Module()  # holds the place before those inside
                self._add_loops(node.region)
                self.modules[path] = Loop(node, self._step(node.region))
            else:
                for region in regions_of(node):
                    self._add_loops(region)

    def _step(self, region: Graph) -> fx.GraphModule:
        """Write the step of a scan as a program of its own."""
        writer = _Writer(tuple(open_decisions(region.walk())), self.path, self._decisions)
        writer.placeholders([(Value(INPUT, i), f"x{i}") for i in range(len(region.inputs))])
        writer.write(region.nodes, writer.known)
        known = {**self.modules, **self._leaves}
        modules = {path: known[path] for path in self.paths(region.nodes)}
        return writer.module("Step", modules, [output.value for output in region.outputs])


class _Writer:
    """Writes nodes into an `fx.Graph`; `path` gives the path of a node's module."""

    def __init__(
        self, choices: Sequence[str], path: Callable[[Node | Scan], str], decisions: Mapping[str, OpenDecision]
    ) -> None:
        self.graph = fx.Graph()
        self.known: dict[Value, fx.Node] = {}
        self.coefficients: dict[str, fx.Node] = {}
        self._path = path
        self._choices = choices
        self._decisions = decisions

    def placeholders(self, values: Sequence[tuple[Value, str]]) -> None:
        """Declare the inputs, and one tensor for each choice."""
        for value, name in values:
            self.known[value] = self.graph.placeholder(name)
        for i, address in enumerate(self._choices):
            self.coefficients[address] = self.graph.placeholder(f"choice_{i}")

    def results(self, node: AnyNode, produced: fx.Node | Sequence[fx.Node]) -> list[fx.Node]:
        """Give the single results of a node."""
        if not isinstance(produced, fx.Node):
            return list(produced)
        if len(node.types) == 1:
            return [produced]
        return [self.graph.call_function(_item, (produced, i)) for i in range(len(node.types))]

    def write(self, nodes: Sequence[AnyNode], known: dict[Value, fx.Node]) -> None:
        """Write nodes one after the other; the regions of open choices stand in line."""
        for node in nodes:
            inputs = [known[value] for value in node.inputs]
            if isinstance(node, Node):
                produced: Any = self.graph.call_module(self._path(node), tuple(inputs))
            elif isinstance(node, Choose):
                produced = self._mix(node, inputs)
            elif isinstance(node, Scan):
                inside = [self.coefficients[address] for address in open_decisions(node.region.walk())]
                produced = self.graph.call_module(self._path(node), (*inputs, *inside))
            else:
                gated = self._apply(gate, node.guards, inputs)
                produced = [self.graph.call_function(_item, (gated, i)) for i in range(len(inputs))]
            for i, result in enumerate(self.results(node, produced)):
                known[Value(node.id, i)] = result

    def _mix(self, node: Choose, inputs: list[fx.Node]) -> list[fx.Node]:
        columns: list[list[fx.Node]] = [[] for _ in node.types]
        guards: list[Guard] = []
        for guard, region in node.table:
            if region is None:
                continue
            guards.append(guard)
            known = {Value(INPUT, i): x for i, x in enumerate(inputs)}
            self.write(region.nodes, known)
            for column, output in zip(columns, region.outputs, strict=True):
                column.append(known[output.value])
        return [self._apply(mix, guards, column) for column in columns]

    def _apply(self, leaf: Callable[..., Any], guards: Sequence[Guard], values: Sequence[fx.Node]) -> fx.Node:
        """Call one of the two leaves of a supergraph."""
        asked = addresses_of(guards)
        terms = tuple(term_of(guard, self._decisions, asked) for guard in guards)
        return self.graph.call_function(leaf, (tuple(self.coefficients[a] for a in asked), terms, tuple(values)))

    def module(self, name: str, modules: Mapping[str, nn.Module], outputs: Sequence[Value]) -> fx.GraphModule:
        """Finish: give the program, over a store of its own with these modules by path."""
        results = tuple(self.known[value] for value in outputs)
        self.graph.output(results[0] if len(results) == 1 else results)
        # A plain `Module` as root keeps each leaf under its path; torch shares it, it copies nothing.
        root = nn.Module()
        for path, module in modules.items():
            set_module(root, path, module)
        return fx.GraphModule(root, self.graph, name)


def _item(values: Any, index: int) -> Any:
    return values[index]


class _CellBody:
    """A use of a cell as a program of its own: what it takes in, what it gives, and its open choices."""

    def __init__(
        self,
        graph: Graph,
        cell: str,
        nodes: tuple[AnyNode, ...],
        store: _Store,
        decisions: Mapping[str, OpenDecision],
    ) -> None:
        own = {node.id for node in nodes}
        self.first = nodes[0].id
        self.own = own
        self.inputs = tuple(dict.fromkeys(v for node in nodes for v in node.inputs if v.node not in own))
        used = [v for node in graph.nodes if node.id not in own for v in node.inputs]
        used += [output.value for output in graph.outputs]
        self.outputs = tuple(dict.fromkeys(value for value in used if value.node in own))
        self.choices = tuple(open_decisions(_walk(nodes)))
        prefix = module_path(cell) + "."
        writer = _Writer(self.choices, lambda node: store.path(node).removeprefix(prefix), decisions)
        writer.placeholders([(value, f"x{i}") for i, value in enumerate(self.inputs)])
        writer.write(nodes, writer.known)
        modules = {path.removeprefix(prefix): store.modules[path] for path in store.paths(nodes)}
        self.module = writer.module(_class_name(graph, cell), modules, self.outputs)
        self.target = module_path(cell)


def _class_name(graph: Graph, cell: str) -> str:
    definition = next(scope.definition for scope in graph.scopes if scope.address == cell)
    return "".join(word.capitalize() for word in definition.split("_"))


def _program(
    root: nn.Module,
    graph: Graph,
    bodies: Mapping[str, _CellBody],
    store: _Store,
    choices: Mapping[str, OpenDecision],
    *,
    with_auxiliary: bool,
) -> fx.GraphModule:
    outputs = [output for output in graph.outputs if with_auxiliary or not output.auxiliary]
    live = graph.ancestors(output.value for output in outputs)
    writer = _Writer(tuple(choices), store.path, choices)
    writer.placeholders([(Value(INPUT, i), _argument(port.name)) for i, port in enumerate(graph.inputs)])
    by_node = {id_: body for body in bodies.values() for id_ in body.own}
    for node in graph.nodes:
        body = by_node.get(node.id)
        if body is None:
            if node.id in live:
                writer.write([node], writer.known)
        elif node.id == body.first and live & body.own:
            arguments = [writer.known[value] for value in body.inputs]
            arguments += [writer.coefficients[address] for address in body.choices]
            produced = writer.graph.call_module(body.target, tuple(arguments))
            if len(body.outputs) == 1:
                writer.known[body.outputs[0]] = produced
            else:
                for i, value in enumerate(body.outputs):
                    writer.known[value] = writer.graph.call_function(_item, (produced, i))
    results = tuple(writer.known[output.value] for output in outputs)
    writer.graph.output(results[0] if len(results) == 1 else results)
    return fx.GraphModule(root, writer.graph, "".join(word.capitalize() for word in graph.name.split("_")))


def _argument(name: str) -> str:
    """Give the name of an input as Python can take it."""
    return f"{name}_" if name == "self" or keyword.iskeyword(name) else name


def count_parameters(module: nn.Module) -> int:
    """Count the trained weights of a module."""
    return sum(parameter.numel() for parameter in module.parameters())


def seeded(seed: int | None) -> Any:
    """Give a context in which initial weights are drawn from a seed; the generator outside is left as it was."""
    fork = torch.random.fork_rng(devices=[], enabled=seed is not None)
    if seed is None:
        return fork

    class _Seeded:
        def __enter__(self) -> None:
            fork.__enter__()
            torch.manual_seed(seed)

        def __exit__(self, *error: object) -> None:
            fork.__exit__(*error)  # type: ignore[arg-type]

    return _Seeded()
