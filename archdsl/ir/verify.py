"""The verifier: what holds of every graph, said of one that breaks it."""

from collections.abc import Iterable, Iterator, Mapping

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.diagnostics import Label as Place

from .graph import INPUT, AnyNode, Choose, Graph, Label, Node, Select, Value
from .ops import OpDeclaration, Weight
from .types import Type

_SEPARATORS = ("", ".", "@", "#", "[")


def verify(graph: Graph, *, architecture: bool = False) -> tuple[Diagnostic, ...]:
    """Check all that must hold of a graph; nothing is returned for a valid one.

    Ids are unique and the nodes are in topological order; each node's types, weights and costs are what its op's
    declaration infers; addresses are unique; one key of weights has one list of weights; regions are closed and of one
    type, under one set of labels for each decision; no more is chosen than there is; no auxiliary output is needed
    for a main one. With `architecture`, no choice is open.
    """
    structure = tuple(_structure(graph))
    if structure:  # the other checks walk along the edges
        return structure
    found = [
        *(diagnostic for part in _graphs(graph) for diagnostic in _facts(part, graph.ops)),
        *_choices(graph),
        *_nesting(graph, ()),
        *_addresses(graph),
        *_weights(graph),
        *_auxiliaries(graph),
    ]
    if architecture:
        found.extend(
            _broken("open-choice", f"the choice at `{node.address}` is still open", node)
            for node in graph.nodes
            if not isinstance(node, Node)
        )
    return tuple(found)


def _broken(code: str, message: str, node: AnyNode | None = None, *notes: str) -> Diagnostic:
    primary = Place(node.origin) if node is not None and node.origin is not None else None
    return Diagnostic(code, message, primary, notes=notes)


def _graphs(graph: Graph) -> Iterator[Graph]:
    """Visit a graph and the regions of its open choices."""
    yield graph
    for node in graph.nodes:
        if isinstance(node, Choose):
            for _, region in node.table:
                if region is not None:
                    yield from _graphs(region)


# ---------------------------------------------------------------- structure


def _structure(graph: Graph) -> Iterator[Diagnostic]:
    """Check ids, order, and that every value exists; a region can name only what is in it."""
    if len({port.name for port in graph.inputs}) != len(graph.inputs):
        yield _broken("duplicate-name", f"two inputs of `{graph.name}` have one name")
    results = {INPUT: len(graph.inputs)}
    all_ids = {node.id for node in graph.nodes}
    for node in graph.nodes:
        if node.id in results or node.id < 0:
            yield _broken("duplicate-id", f"two nodes have the id {node.id}, or it is below 0", node)
        for value in node.inputs:
            if value.node not in results and value.node in all_ids:
                yield _broken("unordered-graph", f"`{node.address}` stands before an op whose result it takes", node)
            elif value.index not in range(results.get(value.node, 0)):
                yield _broken("unknown-value", f"`{node.address}` takes a value that is not in its graph", node)
        results[node.id] = len(node.types)
        if isinstance(node, Choose):
            for _, region in node.table:
                if region is not None:
                    yield from _structure(region)
    for output in graph.outputs:
        if output.value.index not in range(results.get(output.value.node, 0)):
            yield _broken("unknown-value", f"an output of `{graph.name}` is a value that is not in its graph")


# ---------------------------------------------------------------- ops


def _facts(graph: Graph, ops: Mapping[str, OpDeclaration]) -> Iterator[Diagnostic]:
    """Check that each op's types, weights and costs are those that its declaration infers."""
    for node in graph.nodes:
        if not isinstance(node, Node):
            continue
        declaration = ops.get(node.op)
        if declaration is None:
            yield _broken("undeclared-op", f"op `{node.op}` at `{node.address}` has no declaration", node)
            continue
        names = tuple(name for name, _ in node.attributes)
        if names != declaration.statics:
            message = f"`{node.address}` has other statics than op `{node.op}` declares"
            yield _broken(
                "wrong-statics", message, node, f"declared {_list(declaration.statics)}, given {_list(names)}"
            )
            continue
        try:
            facts = declaration.infer(dict(node.attributes), _types(graph, node.inputs))
        except ArchdslError as error:
            notes = (error.diagnostics[0].message, *error.diagnostics[0].notes)
            yield _broken("illegal-node", f"op `{node.op}` at `{node.address}` is illegal", node, *notes)
            continue
        for what in ("types", "weights", "macs", "dims"):
            inferred, stored = getattr(facts, what), getattr(node.facts, what)
            if inferred != stored:
                note = f"inferred {_shown(inferred)}, stored {_shown(stored)}"
                yield _broken("stale-facts", f"the {what} of `{node.address}` are not what its op infers", node, note)


def _addresses(graph: Graph) -> Iterator[Diagnostic]:
    """Check that no two ops, and no two choices, stand at one address; a list may be selected from twice."""
    for kind in (Node, Choose):
        seen: set[str] = set()
        for node in graph.walk():
            if isinstance(node, kind):
                if node.address in seen:
                    yield _broken("duplicate-address", f"two nodes have the address `{node.address}`", node)
                seen.add(node.address)


def _weights(graph: Graph) -> Iterator[Diagnostic]:
    """Check that ops with one key have the same weights."""
    first: dict[str, tuple[str, tuple[Weight, ...] | None]] = {}
    for node in graph.operations():
        address, weights = first.setdefault(node.parameters, (node.address, node.facts.weights))
        if weights != node.facts.weights:
            message = (
                f"`{address}` and `{node.address}` share the weights of `{node.parameters}` but need different ones"
            )
            yield _broken("shared-shapes", message, node, f"needed {_shown(weights)} and {_shown(node.facts.weights)}")


def _auxiliaries(graph: Graph) -> Iterator[Diagnostic]:
    """Check that what exists in training only is needed by nothing else."""
    needed = graph.ancestors(output.value for output in graph.outputs if not output.auxiliary)
    for output in graph.outputs:
        if output.auxiliary and output.value.node in needed:
            node = graph.node(output.value.node)
            yield _broken("needed-auxiliary", f"a main output depends on the auxiliary output `{output.name}`", node)


# ---------------------------------------------------------------- open choices


def _choices(graph: Graph) -> Iterator[Diagnostic]:
    labels: dict[str, object] = {}
    for part in _graphs(graph):
        for node in part.nodes:
            if isinstance(node, Choose):
                yield from _regions(part, node)
                for i, address in enumerate(node.addresses):
                    own: object = {key[i] for key, _ in node.table if len(key) == len(node.addresses)}
                    yield from _one_meaning(labels, address, own, node)
            elif isinstance(node, Select):
                yield from _selection(part, node)
                yield from _one_meaning(labels, node.decision, (node.low, node.high), node)


def _one_meaning(labels: dict[str, object], address: str, own: object, node: AnyNode) -> Iterator[Diagnostic]:
    """Check that a decision that is met several times has one set of labels."""
    known = labels.setdefault(address, own)
    if known != own:
        yield _broken("unlike-choices", f"the decision `{address}` has different labels at two of its uses", node)


def _regions(graph: Graph, node: Choose) -> Iterator[Diagnostic]:
    keys = [key for key, _ in node.table]
    if len(set(keys)) != len(keys) or any(len(key) != len(node.addresses) for key in keys):
        message = f"the choice at `{node.address}` needs one label for each decision, and each combination once"
        yield _broken("wrong-labels", message, node)
    regions = [(key, region) for key, region in node.table if region is not None]
    if not regions:
        yield _broken("empty-choice", f"the choice at `{node.address}` has no alternative that gives a tensor", node)
    given = _types(graph, node.inputs)
    for key, region in regions:
        taken = tuple(port.type for port in region.inputs)
        if taken != given:
            message = f"alternative `{_label(key)}` of `{node.address}` is not closed over the choice's inputs"
            yield _broken("open-region", message, node, f"takes {_list(taken)}, given {_list(given)}")
        types = tuple(region.type_of(output.value) for output in region.outputs)
        if types != node.types:
            message = f"alternative `{_label(key)}` of `{node.address}` has another type than the choice"
            yield _broken("unlike-alternatives", message, node, f"gives {_list(types)}, needed {_list(node.types)}")


def _selection(graph: Graph, node: Select) -> Iterator[Diagnostic]:
    ordered = all(a < b for a, b in zip(node.slots, node.slots[1:], strict=False))
    if not node.slots or node.slots[0] < 0 or not ordered or len(node.slots) != len(node.inputs):
        yield _broken("wrong-slots", f"the choice at `{node.address}` needs one slot for each input, increasing", node)
    elif not 0 <= node.low <= node.high <= node.slots[-1] + 1:
        message = f"`{node.address}` chooses {node.low} to {node.high} of {node.slots[-1] + 1}"
        yield _broken("wrong-bounds", message, node)
    given = _types(graph, node.inputs)
    if given != node.types:
        note = f"gives {_list(node.types)}, takes {_list(given)}"
        yield _broken("unlike-alternatives", f"`{node.address}` passes on other types than it takes", node, note)


def _nesting(graph: Graph, around: tuple[tuple[str, str], ...]) -> Iterator[Diagnostic]:
    """Check that no decision stands in one alternative while its address says that it is in another."""
    for node in graph.nodes:
        decisions = () if isinstance(node, Node) else node.addresses if isinstance(node, Choose) else (node.decision,)
        for address in decisions:
            for parent, other in around:
                if (
                    address.startswith(f"{parent}.{other}")
                    and address[len(parent) + 1 + len(other) :][:1] in _SEPARATORS
                ):
                    message = f"the decision `{address}` stands beside alternative `{other}` of `{parent}`, not in it"
                    yield _broken("misplaced-choice", message, node)
        if isinstance(node, Choose):
            for key, region in node.table:
                if region is not None:
                    yield from _nesting(region, (*around, *_others(node, key)))


def _others(node: Choose, key: tuple[Label, ...]) -> Iterator[tuple[str, str]]:
    """Give the alternatives that a region is not in, each by its decision and its label."""
    for i, address in enumerate(node.addresses):
        for other in dict.fromkeys(own[i] for own, _ in node.table if len(own) == len(node.addresses)):
            if isinstance(other, str) and i < len(key) and other != key[i]:
                yield address, other


# ---------------------------------------------------------------- words


def _types(graph: Graph, values: Iterable[Value]) -> tuple[Type, ...]:
    return tuple(graph.type_of(value) for value in values)


def _label(key: tuple[Label, ...]) -> str:
    return ", ".join(map(str, key))


def _list(items: Iterable[object]) -> str:
    return ", ".join(f"`{item}`" for item in items) or "nothing"


def _shown(value: object) -> str:
    if not isinstance(value, tuple):
        return "nothing" if value is None else str(value)
    shown = (f"{item.name}{list(item.shape)}" if isinstance(item, Weight) else str(item) for item in value)
    return ", ".join(shown) or "none"
