"""Why a space has no supergraph: the choices that cannot be kept open side by side, each with both places."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archdsl.diagnostics import Diagnostic, Label, Span
from archdsl.ir import CHANNELS, Graph, Is, Node, Type, guards_of
from archdsl.ir.guards import atoms

from .values import Tensor

STAYS_INSIDE = "a width that is chosen can be kept open inside of a block that takes it and gives another"


def unlike_types(
    decisions: Mapping[str, Span], first: Sequence[Tensor], other: Sequence[Tensor], places: tuple[Span, Span]
) -> Diagnostic | None:
    """Say that two alternatives give tensors of different types; nothing where they do not.

    `decisions` are those that tell them apart, with the places where they are made; `places` are those of the two
    alternatives, where their tensors tell none.
    """
    types = [tuple(tensor.type for tensor in own) for own in (first, other)]
    if types[0] == types[1]:
        return None
    told = [_first(tensor.origin for tensor in own) for own in (first, other)]
    cause, place = (own or fallback for own, fallback in zip(told, places, strict=True))
    one, two = (", ".join(map(str, own)) for own in types)
    what = _difference(*types)
    named = " and ".join(f"`{address}`" for address in decisions)
    subject = f"the alternatives of {named} give" if len(decisions) == 1 else f"what depends on {named} gives"
    alike = cause == place
    notes = (f"another alternative gives {one}",) if alike else ()
    chosen = tuple(Label(made, "chosen here") for made in dict.fromkeys(decisions.values()) if made != place)
    return Diagnostic(
        "open-choice",
        f"{subject} tensors of different {what}, and no one network holds them",
        Label(place, f"gives {two}"),
        chosen if alike else (Label(cause, f"gives {one}"),),
        (*notes, STAYS_INSIDE) if what == "widths" else notes,
    )


def _first(spans: Iterable[Span | None]) -> Span | None:
    return next((span for span in spans if span is not None), None)


def _difference(one: tuple[Type, ...], other: tuple[Type, ...]) -> str:
    """Tell in what two lists of types differ first of all."""
    if len(one) != len(other):
        return "numbers"
    if any(a.kind != b.kind for a, b in zip(one, other, strict=True)):
        return "kinds"
    return "sizes" if any(_sizes(a) != _sizes(b) for a, b in zip(one, other, strict=True)) else "widths"


def _sizes(type_: Type) -> tuple[int, ...]:
    """Give the dims of a type but for that of its channels."""
    width = CHANNELS.get(type_.kind)
    return tuple(dim for place, dim in enumerate(type_.dims) if place != width)


def unlike_uses(graph: Graph) -> Iterator[Diagnostic]:
    """Say which choices are made once and are not of one list at each use."""
    first: dict[str, tuple[tuple[object, ...], Span | None]] = {}
    for node in graph.walk():
        for guard in guards_of(node):
            for atom in atoms(guard):
                if isinstance(atom, Is) and all(isinstance(label, tuple) for label in atom.among):
                    continue
                kind = ("label",) if isinstance(atom, Is) else ("set", atom.count, atom.low, atom.high, atom.names)
                known, place = first.setdefault(atom.address, (kind, node.origin))
                if known != kind:
                    message = f"the choice `{atom.address}` is made once, and is not of one list at each use"
                    yield _both(message, node.origin, "cannot be kept open", place, "met here, too")


def unlike_weights(graph: Graph) -> Iterator[Diagnostic]:
    """Say which weights are needed in two ways: the alternatives of a choice may differ in what comes after it."""
    first: dict[str, Node] = {}
    for node in graph.operations():
        other = first.setdefault(node.parameters, node)
        if (node.facts.weights, repr(node.owner)) != (other.facts.weights, repr(other.owner)):
            message = f"the op at `{node.address}` is not the same in all architectures, and no one network holds them"
            label = "its statics or its weights depend on open choices"
            yield _both(message, node.origin, label, other.origin, "met here as another")


def _both(message: str, place: Span | None, label: str, cause: Span | None, why: str) -> Diagnostic:
    secondary = (Label(cause, why),) if cause is not None and cause != place else ()
    return Diagnostic("open-choice", message, Label(place, label) if place is not None else None, secondary)
