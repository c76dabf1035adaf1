"""What holds of the open choices of a supergraph."""

from collections.abc import Iterable, Iterator

from archdsl.diagnostics import Diagnostic
from archdsl.diagnostics import Label as Place

from .decisions import guards_of
from .graph import AnyNode, Choose, Graph, Node, Scan, Select, Value
from .guards import Atom, Guard, Is, atoms, excludes, place_of, text_of_guard, worlds
from .types import Type

_SEPARATORS = ("", ".", "@", "#", "[")


def broken(code: str, message: str, node: AnyNode | None = None, *notes: str) -> Diagnostic:
    """Say that a graph breaks a law."""
    primary = Place(node.origin) if node is not None and node.origin is not None else None
    return Diagnostic(code, message, primary, notes=notes)


def open_choices(graph: Graph) -> Iterator[Diagnostic]:
    """Check the guards, the regions and the selections of a graph, and where its decisions stand."""
    kinds: dict[str, object] = {}
    for part in graph.graphs():
        for node in part.nodes:
            sound = True
            for atom in _atoms(node):
                found = tuple(_atom(node, atom, kinds))
                yield from found
                sound = sound and not found
            if isinstance(node, Choose):
                if sound:
                    yield from _table(node)
                yield from _regions(part, node)
            elif isinstance(node, Select):
                yield from _selection(part, node)
    yield from _nesting(graph, ())


def _atoms(node: AnyNode) -> Iterator[Atom]:
    return (atom for guard in guards_of(node) for atom in atoms(guard))


def _atom(node: AnyNode, atom: Atom, kinds: dict[str, object]) -> Iterator[Diagnostic]:
    """Check that an atom can hold, and that a decision is of one kind wherever it is met."""
    if isinstance(atom, Is):
        several = [own for i, own in enumerate(atom.among) if place_of(own, atom.among) != i]
        strange = [own for own in atom.labels if place_of(own, atom.among) is None]
        if several or strange or not atom.labels:
            message = f"`{node.address}` asks whether `{text_of_guard(atom)}`, of a decision that is never so"
            yield broken("wrong-labels", message, node)
        sets = all(isinstance(own, tuple) for own in atom.among)
        kind: object = None if sets else "labels"
    else:
        if not 0 <= atom.low <= atom.high <= atom.count or not 0 <= atom.index < atom.count:
            message = f"`{node.address}` takes element {atom.index} of {atom.low} to {atom.high} of {atom.count}"
            yield broken("wrong-bounds", message, node)
        kind = (atom.count, atom.low, atom.high, atom.names)
    if kind is not None and kinds.setdefault(atom.address, kind) != kind:
        yield broken("unlike-choices", f"the decision `{atom.address}` is another one at two of its uses", node)


def _table(node: Choose) -> Iterator[Diagnostic]:
    """Check that under any decisions exactly one alternative is chosen, and each under some."""
    chosen = [False] * len(node.table)
    for decisions, truth in worlds([guard for guard, _ in node.table]):
        if sum(truth) != 1:
            under = ", ".join(f"{address} = {label}" for address, label in decisions.items()) or "any decisions"
            message = f"under {under} the choice at `{node.address}` has {sum(truth)} alternatives"
            yield broken("wrong-labels", message, node)
            return
        chosen = [once or now for once, now in zip(chosen, truth, strict=True)]
    for (guard, _), once in zip(node.table, chosen, strict=True):
        if not once:
            message = f"alternative `{text_of_guard(guard)}` of `{node.address}` is never chosen"
            yield broken("wrong-labels", message, node)
    if not any(region is not None for _, region in node.table):
        yield broken("empty-choice", f"the choice at `{node.address}` has no alternative that gives a tensor", node)


def _regions(graph: Graph, node: Choose) -> Iterator[Diagnostic]:
    given = _types(graph, node.inputs)
    for guard, region in node.table:
        if region is None:
            continue
        taken = tuple(port.type for port in region.inputs)
        if taken != given:
            message = f"alternative `{text_of_guard(guard)}` of `{node.address}` is not closed over the choice's inputs"
            yield broken("open-region", message, node, f"takes {_list(taken)}, given {_list(given)}")
        types = tuple(region.type_of(output.value) for output in region.outputs)
        if types != node.types:
            message = f"alternative `{text_of_guard(guard)}` of `{node.address}` has another type than the choice"
            yield broken("unlike-alternatives", message, node, f"gives {_list(types)}, needed {_list(node.types)}")


def _selection(graph: Graph, node: Select) -> Iterator[Diagnostic]:
    if not node.guards or len(node.guards) != len(node.inputs):
        yield broken("wrong-guards", f"the choice at `{node.address}` needs one guard for each input", node)
    given = _types(graph, node.inputs)
    if given != node.types:
        note = f"gives {_list(node.types)}, takes {_list(given)}"
        yield broken("unlike-alternatives", f"`{node.address}` passes on other types than it takes", node, note)


def _nesting(graph: Graph, around: tuple[tuple[str, str], ...]) -> Iterator[Diagnostic]:
    """Check that no decision stands in one alternative while its address says that it is in another."""
    for node in graph.nodes:
        for address in dict.fromkeys(atom.address for atom in _atoms(node)):
            for parent, other in around:
                inside = address.removeprefix(f"{parent}.{other}")
                if inside != address and inside[:1] in _SEPARATORS:
                    message = f"the decision `{address}` stands beside alternative `{other}` of `{parent}`, not in it"
                    yield broken("misplaced-choice", message, node)
        if isinstance(node, Choose):
            for guard, region in node.table:
                if region is not None:
                    yield from _nesting(region, (*around, *_others(node, guard)))
        elif isinstance(node, Scan):
            yield from _nesting(node.region, around)


def _others(node: Choose, guard: Guard) -> Iterator[tuple[str, str]]:
    """Give the alternatives that a region is not in, each by its decision and its label."""
    own = [atom for atom in atoms(guard) if isinstance(atom, Is)]
    for atom in own:
        mine = {label for other in own if other.address == atom.address for label in other.labels}
        for label in atom.among:
            if isinstance(label, str) and label not in mine:
                yield atom.address, label


def addresses(graph: Graph) -> Iterator[Diagnostic]:
    """Check that no two nodes of one architecture stand at one address, and that ops at one address are alike."""
    seen: dict[tuple[type, str], list[tuple[tuple[Guard, ...], AnyNode]]] = {}
    for around, node in _guarded(graph, ()):
        if isinstance(node, Select):  # a list may be selected from twice
            continue
        for others, other in seen.setdefault((type(node), node.address), []):
            unlike = isinstance(node, Node) and isinstance(other, Node) and _identity(node) != _identity(other)
            if unlike or not any(excludes(one, two) for one in around for two in others):
                yield broken("duplicate-address", f"two nodes have the address `{node.address}`", node)
                break
        seen[type(node), node.address].append((around, node))


def _identity(node: Node) -> tuple[object, ...]:
    return (node.op, node.parameters, repr(node.attributes), node.facts.weights)


def _guarded(graph: Graph, around: tuple[Guard, ...]) -> Iterator[tuple[tuple[Guard, ...], AnyNode]]:
    """Visit all nodes, each with the guards of the regions that it stands in."""
    for node in graph.nodes:
        yield around, node
        if isinstance(node, Choose):
            for guard, region in node.table:
                if region is not None:
                    yield from _guarded(region, (*around, guard))
        elif isinstance(node, Scan):
            yield from _guarded(node.region, around)


def _types(graph: Graph, values: Iterable[Value]) -> tuple[Type, ...]:
    return tuple(graph.type_of(value) for value in values)


def _list(items: Iterable[object]) -> str:
    return ", ".join(f"`{item}`" for item in items) or "nothing"
