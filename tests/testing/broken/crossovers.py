"""Crossovers that are wrong, each in one way, beside the law that tells; and a right one, where decisions are free."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from archdsl.operators import NoChange, ResampleDecision
from archdsl.searchspace import Architecture, Space
from archdsl.testing import crossover as laws
from archdsl.testing import operating

Children = Sequence[Architecture]


class Crossing:
    """A crossover by what it does to two architectures."""

    def __init__(self, apply: Callable[[Architecture, Architecture, Space, Random], Children]) -> None:
        self.__name__ = apply.__name__
        self._apply = apply

    def apply(self, first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
        return self._apply(first, second, space, rng)


def swaps_labels(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    """Swaps each label with a chance of one half, whatever depends on it."""
    one, other = dict(first.decisions), dict(second.decisions)
    for address in first.decisions:
        if address in second.decisions and rng.random() < 0.5:
            one[address], other[address] = other[address], one[address]
    return Architecture(space, one), Architecture(space, other)


def swaps_where_it_may(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    if not laws.is_free(space):
        raise NoChange.because("decisions depend on one another")
    return swaps_labels(first, second, space, rng)


def gives_the_parents(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    return (first, second) if rng.random() < 0.5 else (second, first)


def gives_one_twice(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    child, _ = swaps_where_it_may(first, second, space, rng)
    return child, child


def gives_one(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    return swaps_where_it_may(first, second, space, rng)[:1]


def draws_what_is_common(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    one, other = swaps_where_it_may(first, second, space, rng)
    common = [own for own, label in first.decisions.items() if second.decisions[own] == label]
    if common and first != second:
        address = rng.choice(common)
        one = Architecture(space, {**one.decisions, address: rng.choice(space.choices[address])})
    return one, other


def always_changes(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    """Mutates where there is nothing to exchange."""
    one, other = swaps_where_it_may(first, second, space, rng)
    return (ResampleDecision().apply(one, space, rng), other) if first == second and space.size() > 1 else (one, other)


def draws_from_the_system(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    return swaps_where_it_may(first, second, space, Random())


def draws_nothing(first: Architecture, second: Architecture, space: Space, rng: Random) -> Children:
    return swaps_where_it_may(first, second, space, Random(4))


RIGHT: Any = Crossing(swaps_where_it_may)

CROSSOVERS: list[tuple[Any, str]] = [
    (Crossing(swaps_labels), operating.CLOSURE),
    (Crossing(gives_the_parents), laws.MIXTURE),
    (Crossing(gives_one_twice), laws.COMPLEMENT),
    (Crossing(gives_one), laws.PAIR),
    (Crossing(draws_what_is_common), laws.INHERITANCE),
    (Crossing(always_changes), laws.LIKENESS),
    (Crossing(draws_from_the_system), operating.DETERMINISM),
    (Crossing(draws_nothing), operating.CHANCE),
]
"""Each with the law that it breaks."""
