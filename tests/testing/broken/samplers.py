"""Samplers that are wrong, each in one way, beside the law that tells; and a right one, by a walk of its own."""

from collections.abc import Callable
from itertools import islice
from random import Random

import numpy as np

from archdsl.diagnostics import ArchdslError
from archdsl.elaborate import Point
from archdsl.elaborate.handlers import OneOf
from archdsl.ir import Interval, Label
from archdsl.searchspace import Architecture, Space, loads
from archdsl.testing import randomness
from archdsl.testing import sampler as laws
from tests.ir.architectures import Draw, Drawn


def by_the_priors() -> Draw:
    def draw(point: Point, rng: Random) -> Label:
        label = rng.choices(list(point.labels), point.weights if isinstance(point, OneOf) else None)[0]
        assert not isinstance(label, Interval)
        return label

    return draw


def cached_by_rule() -> Draw:
    """Keep what was drawn for a rule of the grammar, so that all uses of the rule draw the same alternative."""
    draw, drawn = by_the_priors(), dict[object, Label]()

    def draw_once(point: Point, rng: Random) -> Label:
        rule = tuple(point.labels)
        if rule not in drawn:
            drawn[rule] = draw(point, rng)
        return drawn[rule]

    return draw_once


def by_walks(way: Callable[[], Draw]) -> Callable[[Space, Random], Architecture]:
    """Walk the program until the walk ends at an architecture."""

    def sample(space: Space, rng: Random) -> Architecture:
        if space.real_settings:
            return space.sample(rng=rng)
        while True:
            handler = Drawn(rng, way())
            try:
                space.elaborated.graph(handler)
            except ArchdslError:
                continue
            return Architecture(space, handler.decisions)

    sample.__name__ = way.__name__
    return sample


def masks_dead_ends(space: Space, rng: Random) -> Architecture:
    """Decides step by step, each time by the priors of the labels that some architecture goes on from."""
    if space.real_settings:
        return space.sample(rng=rng)
    left = [dict(own.decisions) for own in space]
    decided: dict[str, Label] = {}
    while True:
        open_addresses = [own for own in left[0] if own not in decided]
        if not open_addresses:
            return Architecture(space, decided)
        address = open_addresses[0]
        labels = list(dict.fromkeys((type(own[address]), own[address]) for own in left if address in own))
        _, label = rng.choice(labels)
        decided[address] = label
        left = [own for own in left if own.get(address) == label and type(own.get(address)) is type(label)]


def forgets_priors(space: Space, rng: Random) -> Architecture:
    return space.sample(rng=rng) if space.real_settings else space.sample_uniform(rng=rng)


def knows_four(space: Space, rng: Random) -> Architecture:
    """Makes little of its chance."""
    return space.sample(seed=rng.getrandbits(2))


def misses_the_last(space: Space, rng: Random) -> Architecture:
    if space.real_settings or space.size() < 2:
        return space.sample(rng=rng)
    return space.unrank(rng.randrange(space.size() - 1))


def stays_in_front(space: Space, rng: Random) -> Architecture:
    if space.real_settings:
        return space.sample(rng=rng)
    return rng.choice(list(islice(space, 4)))


def draws_from_numpy(space: Space, rng: Random) -> Architecture:
    return space.sample(seed=int(np.random.randint(1000)))  # noqa: NPY002


def deals_cards() -> Callable[[Space, Random], Architecture]:
    """Draws from a pack without putting back, as long as `rng` is the same: as often as it should, but in turn."""
    pack: list[Architecture] = []
    whose: list[object] = [None, None]

    def deals(space: Space, rng: Random) -> Architecture:
        if not pack or whose[0] is not rng or whose[1] is not space:
            whose[:] = [rng, space]
            pack[:] = list(space)
            rng.shuffle(pack)
        return pack.pop()

    return deals


def samples(space: Space, rng: Random) -> Architecture:
    return space.sample(rng=rng)


WALKED = [
    loads("""choice act(x) { a = relu | b = tanh | c = sigmoid }
network net(x: vec[2]) -> vec[2] = x |> act |> act"""),
    loads("""block term(x: vec[d]) depth 2 = x |> choose { a = relu | b = tanh | both = term |> term }
network net(x: vec[2]) -> vec[2] = x |> term"""),
]
"""Two grammars that use a rule twice."""

SAMPLERS: list[tuple[Callable[[Space, Random], Architecture], str]] = [
    (masks_dead_ends, laws.DISTRIBUTION),
    (forgets_priors, laws.DISTRIBUTION),
    (knows_four, laws.DISTRIBUTION),
    (misses_the_last, laws.DISTRIBUTION),
    (stays_in_front, laws.DISTRIBUTION),
    (draws_from_numpy, randomness.CHANCE_OF_ALL),
]
"""Each with the law that it breaks."""
