"""Guards: formulas over decisions that say when a part of a supergraph is in an architecture.

Under decisions a guard is true or false. Under coefficients (one for each label of a choice, one gate for each element
of a list) it is a number: an atom's is that of its labels, renormalized where it has fewer than the choice; `Not` is
1 minus, `All` the product, `Either` the sum. Where the coefficients are 0 and 1, both are the same.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Final, final

Label = str | int | float | bool | tuple[int, ...] | tuple[str, ...]
"""What a decision stores: an alternative's name, a list's value, or the indices or the names that were chosen."""


def label_text(label: Label) -> str:
    """Show a label: a set of indices or names as a list.

    >>> label_text("skip"), label_text((0, 2)), label_text(("conv", "skip"))
    ('skip', '[0, 2]', '[conv, skip]')
    """
    return f"[{', '.join(map(str, label))}]" if isinstance(label, tuple) else str(label)


@final
@dataclass(frozen=True, slots=True)
class Is:
    """The decision is one of `labels`; `among` are those that it can have here."""

    address: str
    labels: tuple[Label, ...]
    among: tuple[Label, ...]
    _kinds: tuple[type, ...] = field(init=False, repr=False)  # 1, 1.0 and `true` are equal and three labels

    def __post_init__(self) -> None:
        object.__setattr__(self, "_kinds", tuple(map(type, self.labels)))


@final
@dataclass(frozen=True, slots=True)
class Takes:
    """The decision, a set of `low..high` out of `count` elements, takes the element with this index.

    Of elements with `names` the decision is the set of these, in alphabetical order.
    """

    address: str
    index: int
    count: int
    low: int
    high: int
    names: tuple[str, ...] | None = None

    @property
    def sets(self) -> Iterator[tuple[int, ...] | tuple[str, ...]]:
        """The sets that the decision can be, by size, then lexicographically."""
        sets = (chosen for size in range(self.low, self.high + 1) for chosen in combinations(range(self.count), size))
        if self.names is None:
            return sets
        names = self.names
        return (tuple(sorted(names[index] for index in chosen)) for chosen in sets)

    def is_in(self, label: Label) -> bool:
        """Tell whether a set holds the element."""
        element = self.index if self.names is None else self.names[self.index]
        return isinstance(label, tuple) and element in label

    @property
    def number_of_sets(self) -> int:
        """How many sets the decision can be."""
        return sum(comb(self.count, size) for size in range(self.low, self.high + 1))


@final
@dataclass(frozen=True, slots=True)
class Not:
    """The guard does not hold."""

    guard: "Guard"


@final
@dataclass(frozen=True, slots=True)
class All:
    """Every one of the guards holds; of none, it always does."""

    guards: tuple["Guard", ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Either:
    """One of the guards holds, which exclude each other; of none, it never does."""

    guards: tuple["Guard", ...] = ()


Atom = Is | Takes
Guard = Is | Takes | Not | All | Either
ALWAYS: Final = All()
NEVER: Final = Either()


def place_of(label: Label, labels: Sequence[Label]) -> int | None:
    """Give the place of a label, None where it is not there; 1, 1.0 and `true` are three labels.

    >>> place_of(1, (True, 1)), place_of(1, (1.0,))
    (1, None)
    """
    return next((i for i, own in enumerate(labels) if own == label and type(own) is type(label)), None)


def atoms(guard: Guard) -> Iterator[Atom]:
    """Visit the atoms of a guard, from left to right."""
    match guard:
        case Not(guard=inner):
            yield from atoms(inner)
        case All(guards=guards) | Either(guards=guards):
            for inner in guards:
                yield from atoms(inner)
        case _:
            yield guard


def addresses_of(guards: Iterable[Guard]) -> tuple[str, ...]:
    """Give the addresses that guards ask for, each once, in the order in which they come up."""
    return tuple(dict.fromkeys(atom.address for guard in guards for atom in atoms(guard)))


def every(guards: Iterable[Guard]) -> Guard:
    """Give the guard that holds where all of these do, as short as it is plain."""
    flat: dict[Guard, None] = {}
    for guard in guards:
        flat.update(dict.fromkeys(guard.guards if isinstance(guard, All) else (guard,)))
    if any(excludes(one, other) for one, other in combinations(flat, 2)) or NEVER in flat:
        return NEVER
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def either(guards: Iterable[Guard]) -> Guard:
    """Give the guard that holds where one of these does, which exclude each other."""
    flat: list[Guard] = []
    for guard in guards:
        for own in guard.guards if isinstance(guard, Either) else (guard,):
            known = next((i for i, other in enumerate(flat) if _alike(own, other)), None)
            if known is None:
                flat.append(own)
            else:
                flat[known] = _joined(flat[known], own)
    if ALWAYS in flat:
        return ALWAYS
    return flat[0] if len(flat) == 1 else Either(tuple(flat))


def negated(guard: Guard) -> Guard:
    """Give the guard that holds where this does not."""
    match guard:
        case Not(guard=inner):
            return inner
        case All(guards=()):
            return NEVER
        case Either(guards=()):
            return ALWAYS
        case _:
            return Not(guard)


def any_of(guards: Iterable[Guard]) -> Guard:
    """Give the guard that holds where at least one of these does; they need not exclude each other."""
    own = tuple(dict.fromkeys(guards))
    return own[0] if len(own) == 1 else negated(every(negated(guard) for guard in own))


def _alike(one: Guard, other: Guard) -> bool:
    return isinstance(one, Is) and isinstance(other, Is) and (one.address, one.among) == (other.address, other.among)


def _joined(one: Guard, other: Guard) -> Guard:
    """Give one atom for two of one choice; that of all labels always holds."""
    assert isinstance(one, Is)
    assert isinstance(other, Is)
    labels = tuple(
        own for own in one.among if place_of(own, one.labels) is not None or place_of(own, other.labels) is not None
    )
    return ALWAYS if len(labels) == len(one.among) else Is(one.address, labels, one.among)


def restricted(guard: Guard, decisions: Mapping[str, Label]) -> Guard:
    """Give what is left of a guard under some decisions.

    >>> both = All((Is("k", (3,), (3, 5)), Is("e", (6,), (3, 6))))
    >>> restricted(both, {"k": 3}), restricted(both, {"k": 5}) == NEVER
    (Is(address='e', labels=(6,), among=(3, 6)), True)
    """
    match guard:
        case Is(address=address) if address in decisions:
            return ALWAYS if place_of(decisions[address], guard.labels) is not None else NEVER
        case Takes(address=address) if address in decisions:
            return ALWAYS if guard.is_in(decisions[address]) else NEVER
        case Not(guard=inner):
            return negated(restricted(inner, decisions))
        case All(guards=guards):
            return every(restricted(inner, decisions) for inner in guards)
        case Either(guards=guards):
            return either(restricted(inner, decisions) for inner in guards)
        case _:
            return guard


def holds(guard: Guard, decisions: Mapping[str, Label]) -> bool:
    """Tell whether a guard holds under all decisions of an architecture; one that is not made has no label.

    >>> holds(Takes("net.s", 2, count=3, low=1, high=2), {"net.s": (0, 2)})
    True
    """
    match guard:
        case Is(address=address, labels=labels):
            return address in decisions and place_of(decisions[address], labels) is not None
        case Takes(address=address):
            return guard.is_in(decisions.get(address, ()))
        case Not(guard=inner):
            return not holds(inner, decisions)
        case All(guards=guards):
            return all(holds(inner, decisions) for inner in guards)
        case Either(guards=guards):
            return any(holds(inner, decisions) for inner in guards)


def excludes(one: Guard, other: Guard) -> bool:
    """Tell whether two guards are seen to never hold together: one says of a decision what the other denies."""
    match one, other:
        case (Either(guards=guards), _):
            return all(excludes(inner, other) for inner in guards)
        case (_, Either(guards=guards)):
            return all(excludes(one, inner) for inner in guards)
        case (All(guards=guards), _):
            return any(excludes(inner, other) for inner in guards)
        case (_, All(guards=guards)):
            return any(excludes(one, inner) for inner in guards)
        case (Is(), Is()):
            return one.address == other.address and all(place_of(own, other.labels) is None for own in one.labels)
        case (Is(), Takes()):
            return one.address == other.address and not any(map(other.is_in, one.labels))
        case (Takes(), Is()):
            return excludes(other, one)
        case _:
            return one == Not(other) or other == Not(one)


def worlds(guards: Sequence[Guard]) -> Iterator[tuple[dict[str, Label], tuple[bool, ...]]]:
    """Visit all that the decisions can be that guards ask for, each with the truth of the guards.

    A decision is only made where it is asked for: what an earlier one settles asks for no more.
    """
    atom = next((atom for guard in guards for atom in atoms(guard)), None)
    if atom is None:
        yield {}, tuple(holds(guard, {}) for guard in guards)
        return
    for label in atom.among if isinstance(atom, Is) else atom.sets:
        made = {atom.address: label}
        for rest, truth in worlds([restricted(guard, made) for guard in guards]):
            yield {**made, **rest}, truth


def text_of_guard(guard: Guard) -> str:
    """Write a guard for people.

    >>> text_of_guard(every([Is("k", (3, 5), (3, 5, 7)), negated(Takes("net.s", 2, 3, 1, 2))]))
    'k in [3, 5] and not 2 in net.s'
    """
    match guard:
        case Is(address=address, labels=(label,)):
            return f"{address} = {_shown(label)}"
        case Is(address=address, labels=labels):
            return f"{address} in [{', '.join(map(_shown, labels))}]"
        case Takes(address=address, index=index, names=names):
            return f"{index if names is None else names[index]} in {address}"
        case Not(guard=inner):
            return (
                f"not ({text_of_guard(inner)})" if isinstance(inner, (All, Either)) else f"not {text_of_guard(inner)}"
            )
        case All(guards=guards):
            parts = (f"({text_of_guard(own)})" if isinstance(own, Either) else text_of_guard(own) for own in guards)
            return " and ".join(parts) or "always"
        case Either(guards=guards):
            return " or ".join(map(text_of_guard, guards)) or "never"


def _shown(label: Label) -> str:
    return f"{{{', '.join(map(str, label))}}}" if isinstance(label, tuple) else str(label)
