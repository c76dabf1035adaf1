"""Mutations that look at what follows from them: whether the graph changes, or stays the same."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Label
from archdsl.searchspace import Architecture, Kind, Space

from .composition import Composable, bad_option, check_probability
from .mutation import ResampleEach, nothing_to_change
from .protocols import NoChange
from .registry import register
from .selection import selected
from .steps import one_step, other_labels


@register
@final
@dataclass(frozen=True, slots=True)
class PointMutation(Composable):
    """Give each gene another value with a probability (Suganuma et al., 2017, arXiv:1704.00764: CGP-CNN)."""

    name: ClassVar[str] = "point_mutation"

    rate: float = 0.05
    where: str | None = None
    kind: Kind | None = None

    def __post_init__(self) -> None:
        check_probability(self.rate)

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        return ResampleEach(self.rate, self.where, self.kind).apply(architecture, space, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class ForcedMutation(Composable):
    """Mutate points, each time from the parent, until an active gene changes (Suganuma et al., 2017: CGP-CNN).

    A gene is active if the graph depends on it: so the graph is another one. After `tries` times in vain single
    decisions are changed instead, in an order that is drawn; where no label that is tried changes the graph, it says
    so. How many nodes are active is the space's to `require`.
    """

    name: ClassVar[str] = "forced_mutation"

    rate: float = 0.05
    where: str | None = None
    kind: Kind | None = None
    tries: int = 100

    def __post_init__(self) -> None:
        check_probability(self.rate)
        if self.tries < 0:
            raise bad_option(f"expected tries >= 0, got tries={self.tries}")

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        for _ in range(self.tries):
            mutant = ResampleEach(self.rate, self.where, self.kind).apply(architecture, space, rng)
            if mutant != architecture and mutant.graph != architecture.graph:
                return mutant
        for address in _shuffled(architecture, space, self.where, self.kind, rng):
            for label in _others(architecture, space, address, rng):
                found = one_step(architecture, space, address, rng, [label])
                if found is not None and found.graph != architecture.graph:
                    return found
        raise NoChange.because(f"no decision of this architecture of `{space.network}` changes its graph")


@register
@final
@dataclass(frozen=True, slots=True)
class NeutralMutation(Composable):
    """Mutate points that are not active, so that the graph stays the same (Suganuma et al., 2017: CGP-CNN).

    Each decision is drawn with a probability, and gets another label if the graph stays the same with it. Where that
    changes nothing, one decision is changed, the first that can in an order that is drawn; if none can, it says so.
    """

    name: ClassVar[str] = "neutral_mutation"

    rate: float = 0.05
    where: str | None = None
    kind: Kind | None = None

    def __post_init__(self) -> None:
        check_probability(self.rate)

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        changed = architecture
        for address in selected(architecture, space, self.where, self.kind):
            if rng.random() < self.rate and address in changed.decisions:
                changed = self._neutral(architecture, changed, space, address, rng, once=True) or changed
        if changed != architecture:
            return changed
        for address in _shuffled(architecture, space, self.where, self.kind, rng):
            found = self._neutral(architecture, architecture, space, address, rng)
            if found is not None:
                return found
        raise NoChange.because(f"each decision of this architecture of `{space.network}` changes its graph")

    @staticmethod
    def _neutral(
        parent: Architecture, changed: Architecture, space: Space, address: str, rng: Random, *, once: bool = False
    ) -> Architecture | None:
        labels = _others(changed, space, address, rng)
        for label in labels[:1] if once else labels:
            found = one_step(changed, space, address, rng, [label])
            if found is not None and found != parent and found.graph == parent.graph:
                return found
        return None


def _shuffled(architecture: Architecture, space: Space, where: str | None, kind: Kind | None, rng: Random) -> list[str]:
    addresses = selected(architecture, space, where, kind)
    if not addresses:
        raise nothing_to_change(space, where, kind)
    rng.shuffle(addresses)
    return addresses


def _others(architecture: Architecture, space: Space, address: str, rng: Random) -> list[Label]:
    labels = other_labels(architecture, space, address, rng)
    rng.shuffle(labels)
    return labels
