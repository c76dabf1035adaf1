"""Mutations that are wrong, each in one way, beside the law that tells."""

import random
from collections.abc import Callable
from random import Random
from typing import ClassVar

from archdsl.ir import Label
from archdsl.operators import NoChange, ResampleDecision
from archdsl.searchspace import Architecture, Space
from archdsl.testing import mutation as laws
from archdsl.testing import operating, randomness, reaching

RIGHT = ResampleDecision()


class Broken:
    """A mutation by what it does to an architecture."""

    name: ClassVar[str]

    def __init__(self, apply: Callable[[Architecture, Space, Random], Architecture]) -> None:
        self.__name__ = apply.__name__
        self._apply = apply

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        return self._apply(architecture, space, rng)


def labels_at(space: Space, address: str, old: Label) -> list[Label]:
    """Give the other labels that are met at an address."""
    return [own for own in space.choices.get(address, ()) if (type(own), own) != (type(old), old)]


def loses_a_decision(parent: Architecture, space: Space, rng: Random) -> Architecture:
    decisions = dict(RIGHT.apply(parent, space, rng).decisions)
    decisions.popitem()
    return Architecture(space, decisions)


def keeps_what_no_longer_holds(parent: Architecture, space: Space, rng: Random) -> Architecture:
    """Sets a label, and nothing that depends on it."""
    address = rng.choice([*parent.decisions] or [""])
    others = labels_at(space, address, parent.decisions[address]) if address else []
    if not others:
        return RIGHT.apply(parent, space, rng)
    return Architecture(space, {**parent.decisions, address: rng.choice(others)})


def gives_texts_for_labels(parent: Architecture, space: Space, rng: Random) -> Architecture:
    decisions = RIGHT.apply(parent, space, rng).decisions
    return Architecture(space, {own: str(label) if type(label) is int else label for own, label in decisions.items()})


def gives_the_parent(parent: Architecture, space: Space, rng: Random) -> Architecture:
    RIGHT.apply(parent, space, rng)
    return parent


def draws_from_the_process(parent: Architecture, space: Space, rng: Random) -> Architecture:
    return RIGHT.apply(parent, space, Random(random.getrandbits(32)))


def draws_from_the_system(parent: Architecture, space: Space, rng: Random) -> Architecture:
    return RIGHT.apply(parent, space, Random())


def draws_nothing(parent: Architecture, space: Space, rng: Random) -> Architecture:
    return RIGHT.apply(parent, space, Random(0))


def takes_the_first_label(parent: Architecture, space: Space, rng: Random) -> Architecture:
    open_addresses = [own for own, label in parent.decisions.items() if labels_at(space, own, label)]
    if not open_addresses:
        return RIGHT.apply(parent, space, rng)
    address = rng.choice(open_addresses)
    label = labels_at(space, address, parent.decisions[address])[0]
    return space.nearest({address: label}, parent.decisions, rng=rng)


def misses_the_last_decision(parent: Architecture, space: Space, rng: Random) -> Architecture:
    """Is off by one: the last of several decisions never changes."""
    open_addresses = [own for own, label in parent.decisions.items() if labels_at(space, own, label)]
    if len(open_addresses) < 2:
        return RIGHT.apply(parent, space, rng)
    address = open_addresses[rng.randrange(len(open_addresses) - 1)]
    label = rng.choice(labels_at(space, address, parent.decisions[address]))
    return space.nearest({address: label}, parent.decisions, rng=rng)


def writes_into_its_parent(parent: Architecture, space: Space, rng: Random) -> Architecture:
    mutant = RIGHT.apply(parent, space, rng)
    before = Architecture(space, parent.decisions)
    object.__setattr__(parent, "decisions", mutant.decisions)
    return before


def changes_several(parent: Architecture, space: Space, rng: Random) -> Architecture:
    for _ in range(20):
        mutant = space.sample(rng=rng)
        if mutant != parent:
            return mutant
    return RIGHT.apply(parent, space, rng)


def tries_for_ever(parent: Architecture, space: Space, rng: Random) -> Architecture:
    while (mutant := space.sample(rng=rng)) == parent:
        rng.random()
    return mutant


def gives_up(parent: Architecture, space: Space, rng: Random) -> Architecture:
    """Draws a label like the old one now and then, and says that there is no other."""
    for own, label in parent.decisions.items():
        if rng.choice(space.choices.get(own, (label,))) == label:
            raise NoChange.because("nothing to change")
    return RIGHT.apply(parent, space, rng)


def fails_on_one(parent: Architecture, space: Space, rng: Random) -> Architecture:
    open_addresses = [own for own, label in parent.decisions.items() if labels_at(space, own, label)]
    rng.choice(open_addresses)
    return RIGHT.apply(parent, space, rng)


def goes_elsewhere(parent: Architecture, space: Space, rng: Random) -> Architecture:
    from archdsl.searchspace import loads

    other = loads("network other(x: vec[2]) -> vec[2] = x |> choose { a = relu | b = tanh }")
    RIGHT.apply(parent, space, rng)
    return other.sample(rng=rng)


class Remembers:
    """Gives of each space what it gave first."""

    name: ClassVar[str] = "remembers"

    def __init__(self) -> None:
        self._known: dict[str, Architecture] = {}

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        mutant = RIGHT.apply(architecture, space, rng)
        return self._known.setdefault(space.fingerprint, mutant)


class Counts:
    """Goes on where it was, whatever `rng` says."""

    name: ClassVar[str] = "counts"

    def __init__(self) -> None:
        self._calls = 0

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        self._calls += 1
        return RIGHT.apply(architecture, space, Random(f"{rng.random()} {self._calls}"))


def prefers_the_first(parent: Architecture, space: Space, rng: Random) -> Architecture:
    """Draws mutants with other shares than are declared of it: twice, and takes the earlier label."""
    return min((RIGHT.apply(parent, space, rng) for _ in range(2)), key=lambda own: str(dict(own.decisions)))


MUTATIONS: list[tuple[object, str]] = [
    (Broken(loses_a_decision), operating.CLOSURE),
    (Broken(keeps_what_no_longer_holds), operating.CLOSURE),
    (Broken(gives_texts_for_labels), operating.CLOSURE),
    (Broken(goes_elsewhere), operating.CLOSURE),
    (Broken(gives_the_parent), laws.CHANGE),
    (Broken(draws_from_the_process), randomness.CHANCE_OF_ALL),
    (Broken(draws_from_the_system), operating.DETERMINISM),
    (Counts(), operating.DETERMINISM),
    (Remembers(), laws.CHANGE),
    (Broken(draws_nothing), operating.CHANCE),
    (Broken(takes_the_first_label), reaching.REACHABILITY),
    (Broken(misses_the_last_decision), reaching.REACHABILITY),
    (Broken(writes_into_its_parent), operating.PURITY),
    (Broken(tries_for_ever), operating.ENDS),
    (Broken(gives_up), laws.REFUSAL),
    (Broken(fails_on_one), operating.RAISES),
]
"""Each with the law that it breaks."""
