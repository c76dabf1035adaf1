"""The verifier: what holds of every graph, said of one that breaks it."""

from collections.abc import Iterable, Iterator, Mapping

from archdsl.diagnostics import ArchdslError, Diagnostic

from .graph import INPUT, AnyNode, Choose, Graph, Node, Scan, Select, Value, regions_of
from .ops import OpDeclaration, Weight
from .types import Type
from .verify_choices import addresses, broken, open_choices
from .verify_scans import scans


def verify(graph: Graph, *, architecture: bool = False) -> tuple[Diagnostic, ...]:
    """Check all that must hold of a graph; nothing is returned for a valid one.

    Ids are unique and the nodes are in topological order; each node's types, weights and costs are what its op's
    declaration infers; an address is unique, but for what is never in one architecture; one key of weights has one list
    of weights; regions are closed and of one type; under any decisions one guard of a choice holds; no more is chosen
    than there is; the step of a scan gives the states that it takes; no auxiliary output is needed for a main one. With
    `architecture`, no choice is open.
    """
    structure = tuple(_structure(graph))
    if structure:  # the other checks walk along the edges
        return structure
    found = [
        *(diagnostic for part in graph.graphs() for diagnostic in _facts(part, graph.ops)),
        *open_choices(graph),
        *scans(graph),
        *addresses(graph),
        *_weights(graph),
        *_auxiliaries(graph),
    ]
    if architecture:
        found.extend(
            broken("open-choice", f"the choice at `{node.address}` is still open", node)
            for node in _outermost(graph)
            if isinstance(node, (Choose, Select))
        )
    return tuple(found)


def _outermost(graph: Graph) -> Iterator[AnyNode]:
    """Visit all nodes but those inside of open choices."""
    for node in graph.nodes:
        yield node
        if isinstance(node, Scan):
            yield from _outermost(node.region)


# ---------------------------------------------------------------- structure


def _structure(graph: Graph) -> Iterator[Diagnostic]:
    """Check ids, order, and that every value exists; a region can name only what is in it."""
    if len({port.name for port in graph.inputs}) != len(graph.inputs):
        yield broken("duplicate-name", f"two inputs of `{graph.name}` have one name")
    results = {INPUT: len(graph.inputs)}
    all_ids = {node.id for node in graph.nodes}
    for node in graph.nodes:
        if node.id in results or node.id < 0:
            yield broken("duplicate-id", f"two nodes have the id {node.id}, or it is below 0", node)
        for value in node.inputs:
            if value.node not in results and value.node in all_ids:
                yield broken("unordered-graph", f"`{node.address}` stands before an op whose result it takes", node)
            elif value.index not in range(results.get(value.node, 0)):
                yield broken("unknown-value", f"`{node.address}` takes a value that is not in its graph", node)
        results[node.id] = len(node.types)
        for region in regions_of(node):
            yield from _structure(region)
    for output in graph.outputs:
        if output.value.index not in range(results.get(output.value.node, 0)):
            yield broken("unknown-value", f"an output of `{graph.name}` is a value that is not in its graph")


# ---------------------------------------------------------------- ops


def _facts(graph: Graph, ops: Mapping[str, OpDeclaration]) -> Iterator[Diagnostic]:
    """Check that each op's types, weights and costs are those that its declaration infers."""
    for node in graph.nodes:
        if not isinstance(node, Node):
            continue
        declaration = ops.get(node.op)
        if declaration is None:
            yield broken("undeclared-op", f"op `{node.op}` at `{node.address}` has no declaration", node)
            continue
        names = tuple(name for name, _ in node.attributes)
        if names != declaration.statics:
            message = f"`{node.address}` has other statics than op `{node.op}` declares"
            yield broken("wrong-statics", message, node, f"declared {_list(declaration.statics)}, given {_list(names)}")
            continue
        try:
            facts = declaration.infer(dict(node.attributes), _types(graph, node.inputs))
        except ArchdslError as error:
            notes = (error.diagnostics[0].message, *error.diagnostics[0].notes)
            yield broken("illegal-node", f"op `{node.op}` at `{node.address}` is illegal", node, *notes)
            continue
        for what in ("types", "weights", "macs", "dims", "laws", "kind"):
            inferred, stored = getattr(facts, what), getattr(node.facts, what)
            if inferred != stored:
                note = f"inferred {_shown(inferred)}, stored {_shown(stored)}"
                yield broken("stale-facts", f"the {what} of `{node.address}` are not what its op infers", node, note)


def _weights(graph: Graph) -> Iterator[Diagnostic]:
    """Check that ops with one key have the same weights."""
    first: dict[str, tuple[str, tuple[Weight, ...] | None]] = {}
    for node in graph.operations():
        address, weights = first.setdefault(node.parameters, (node.address, node.facts.weights))
        if weights != node.facts.weights:
            message = (
                f"`{address}` and `{node.address}` share the weights of `{node.parameters}` but need different ones"
            )
            yield broken("shared-shapes", message, node, f"needed {_shown(weights)} and {_shown(node.facts.weights)}")


def _auxiliaries(graph: Graph) -> Iterator[Diagnostic]:
    """Check that what exists in training only is needed by nothing else."""
    needed = graph.ancestors(output.value for output in graph.outputs if not output.auxiliary)
    for output in graph.outputs:
        if output.auxiliary and output.value.node in needed:
            node = graph.node(output.value.node)
            yield broken("needed-auxiliary", f"a main output depends on the auxiliary output `{output.name}`", node)


# ---------------------------------------------------------------- words


def _types(graph: Graph, values: Iterable[Value]) -> tuple[Type, ...]:
    return tuple(graph.type_of(value) for value in values)


def _list(items: Iterable[object]) -> str:
    return ", ".join(f"`{item}`" for item in items) or "nothing"


def _shown(value: object) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    if not isinstance(value, tuple):
        return "nothing" if value is None else str(value)
    shown = (f"{item.name}{list(item.shape)}" if isinstance(item, Weight) else str(item) for item in value)
    return ", ".join(shown) or "none"
