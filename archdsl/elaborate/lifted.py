"""Values that depend on open choices, and what is left of them under some decisions.

Expressions compute on plain values. Where one meets a value that depends on an open choice, it is computed anew for
each label of the choice; `Split` says for which.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn, final

from archdsl.diagnostics import Diagnostic, Span
from archdsl.diagnostics import Label as Place
from archdsl.ir import Guard, Is, Label, Takes
from archdsl.ir.guards import ALWAYS, NEVER, atoms, every, place_of, restricted

from .faults import Fault
from .values import ABSENT, NO_TENSORS, Any_, Guarded, Lifted, Subset, Tensor, in_full, is_layer

World = Mapping[str, Label]
"""The decisions under which a part of the program is walked: the others are open."""

MOST_WORLDS = 4096
"""The combinations of decisions for which one expression is computed."""


@final
class Split(Exception):
    """Computing went as far as it could without the label of a choice."""

    def __init__(self, address: str, among: tuple[Label, ...], span: Span) -> None:
        super().__init__(address)
        self.address = address
        self.among = among
        self.span = span


@final
class NoWorld(Exception):
    """Under the decisions of this world there is no architecture."""


@final
class TooManyWorlds(Fault):
    """An expression depends on more decisions than can be told apart."""


@final
@dataclass(frozen=True, slots=True)
class Case:
    """A plain value, and the decisions that lead to it."""

    world: World
    guard: Guard
    value: Any_


def settled(value: Any_, world: World) -> Any_:
    """Give what a value is under some decisions; the elements of a list are looked at when they are taken."""
    match value:
        case Lifted(address=address) if address in world:
            place = place_of(world[address], value.among)
            if place is None:
                raise NoWorld
            return settled(value.cases[place], world)
        case Guarded():
            return _settled_list(value, world)
        case Tensor(lacking=lacking) if lacking is not None:
            guard = restricted(lacking.guard, world)
            if guard == NEVER:
                return ABSENT
            if guard == ALWAYS:
                return in_full(value)
            return replace(value, lacking=replace(lacking, guard=guard))
        case _:
            return value


def _settled_list(value: Guarded, world: World) -> Any_:
    guards = tuple(restricted(guard, world) for guard in value.guards)
    if any(guard not in (ALWAYS, NEVER) for guard in guards):
        return replace(value, guards=guards)
    chosen = [i for i, guard in enumerate(guards) if guard == ALWAYS]
    items = tuple(settled(value.items[i], world) for i in chosen)
    of_tensors = not items and any(isinstance(own, Tensor) for own in value.items)
    if value.positions is None:
        return NO_TENSORS if of_tensors else items
    return Subset(items, tuple(value.positions[i] for i in chosen), of_tensors)


def settled_within(value: Any_, world: World) -> Any_:
    """Give what a value is under some decisions, with all that is in its lists."""
    own = settled(value, world)
    match own:
        case tuple():
            return tuple(settled_within(item, world) for item in own)
        case Subset(items=items):
            return replace(own, items=tuple(settled_within(item, world) for item in items))
        case _:
            return own


def open_choice(value: Any_, span: Span) -> Split | None:
    """Give the first choice that a value depends on, None of a plain one; layers take care of themselves."""
    match value:
        case Lifted(address=address, among=among):
            return None if is_layer(value) else Split(address, among, span)
        case Guarded(guards=guards):
            atom = next((atom for guard in guards for atom in atoms(guard)), None)
            return Split(atom.address, _labels(atom, span), span) if atom is not None else None
        case tuple(items) | Subset(items=items):
            return next((found for item in items if (found := open_choice(item, span))), None)
        case _:
            return None


def _labels(atom: Is | Takes, span: Span) -> tuple[Label, ...]:
    if isinstance(atom, Is):
        return atom.among
    if atom.number_of_sets > MOST_WORLDS:
        refuse_worlds(span)
    return tuple(atom.sets)


def refuse_worlds(span: Span) -> NoReturn:
    """Stop at an expression that depends on too much."""
    message = "what is computed here depends on too many open choices"
    label = Place(span, f"on more than {MOST_WORLDS} combinations of decisions")
    raise TooManyWorlds(Diagnostic("open-choice", message, label))


def cases_of(value: Any_, world: World, span: Span, is_excluded: Callable[[World], bool]) -> list[Case]:
    """Give all that a value can be, with what is in its lists, and under which decisions."""
    found: list[Case] = []
    _visit(value, world, span, is_excluded, found)
    return found


def _visit(value: Any_, world: World, span: Span, is_excluded: Callable[[World], bool], found: list[Case]) -> None:
    if is_excluded(world):
        return
    try:
        own = settled_within(value, world)
    except NoWorld:
        return
    split = Split(own.address, own.among, span) if isinstance(own, Lifted) else open_choice(own, span)
    if split is None:
        found.append(Case(world, ALWAYS, own))
        if len(found) > MOST_WORLDS:
            refuse_worlds(span)
        return
    parts: list[tuple[Label, int, int]] = []
    for label in split.among:
        start = len(found)
        _visit(own, {**world, split.address: label}, span, is_excluded, found)
        if len(found) > start:
            parts.append((label, start, len(found)))
    among = tuple(label for label, _, _ in parts)
    for label, start, end in parts if len(parts) > 1 else ():
        atom = Is(split.address, (label,), among)
        found[start:end] = [replace(case, guard=every((atom, case.guard))) for case in found[start:end]]
