"""Widening: more channels where some are made, and all that see them follow."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Graph
from archdsl.operators.registry import register
from archdsl.operators.rewidth import NEW, in_parts, rewidth
from archdsl.operators.weight_map import WeightMap
from archdsl.operators.widths import Group, widths_of

from .protocol import Fidelity
from .sites import Change, at_one_of


def _sources(group: Group, factor: float, rng: Random) -> list[int]:
    """Draw the old channels that those of a part shall be: all, and further ones with replacement."""
    size = group.width // group.parts
    more = max(1, round(size * factor) - size)
    return [*range(size), *(rng.randrange(size) for _ in range(more))]


@register
@final
@dataclass(frozen=True, slots=True)
class Widen:
    """Net2Wider (Chen et al., 2016, arXiv:1511.05641): further channels are replicas of old ones.

    What reads them is parted between the replicas, unevenly, so that they get different gradients and do not stay
    equal. One of `factors` says how much wider.
    """

    name: ClassVar[str] = "widen"
    fidelity: ClassVar[Fidelity] = "exact"
    factors: tuple[float, ...] = (1.5, 2.0)

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        widths = widths_of(graph)

        def build(group: Group) -> Change:
            sources = _sources(group, rng.choice(self.factors), rng)
            raw = [rng.uniform(0.5, 1.5) for _ in sources]
            total = {own: sum(r for r, other in zip(raw, sources, strict=True) if other == own) for own in sources}
            shares = [r / total[own] for r, own in zip(raw, sources, strict=True)]
            return rewidth(graph, widths, group, in_parts(group, sources, shares), rng)

        return at_one_of(widths.groups, rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class WidenWithNoise:
    """Net2Wider as published: what reads replicas is parted evenly, and what makes them gets noise.

    `noise` is its deviation, relative to that of the weights; it keeps the function only nearly.
    """

    name: ClassVar[str] = "widen_with_noise"
    fidelity: ClassVar[Fidelity] = "approximate"
    factors: tuple[float, ...] = (1.5, 2.0)
    noise: float = 0.01

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        widths = widths_of(graph)

        def build(group: Group) -> Change:
            sources = _sources(group, rng.choice(self.factors), rng)
            shares = [1 / sources.count(own) for own in sources]
            return rewidth(graph, widths, group, in_parts(group, sources, shares), rng, noise=self.noise)

        return at_one_of(widths.groups, rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class WidenWithNew:
    """Widening of NASH and LEMONADE (Elsken et al., 2017, arXiv:1711.04528, type II).

    Further channels are drawn anew, and what reads them begins at zero.
    """

    name: ClassVar[str] = "widen_with_new"
    fidelity: ClassVar[Fidelity] = "exact"
    factors: tuple[float, ...] = (2.0, 4.0)

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        widths = widths_of(graph)

        def build(group: Group) -> Change:
            size = group.width // group.parts
            more = max(1, round(size * rng.choice(self.factors)) - size)
            sources, shares = [*range(size), *[NEW] * more], [1.0] * size + [0.0] * more
            return rewidth(graph, widths, group, in_parts(group, sources, shares), rng)

        return at_one_of(widths.groups, rng, build, self.name)
