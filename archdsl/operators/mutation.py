"""Mutations that give decisions other labels, drawn uniformly."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.searchspace import Architecture, Kind, Space

from .composition import Composable, bad_option, check_probability
from .protocols import NoChange
from .registry import register
from .selection import selected
from .steps import number_near, one_step, other_labels


@register
@final
@dataclass(frozen=True, slots=True)
class ResampleDecision(Composable):
    """Give one decision, drawn uniformly, another label, drawn uniformly; all others are kept where they still hold.

    It is drawn among the decisions with an address that `where` matches (`*` stands for any text, `?` for any
    character) and of a `kind`; without these, among all. A real setting gets a number that is drawn as its interval
    says.

    Decisions that only the old label led to go; those that the new one leads to are drawn by their priors. A label is
    drawn among those under which all that is decided before stays; where each would change that, among all. What is
    decided after it changes only where it has to. So one step after the other leads from each architecture to each.
    """

    name: ClassVar[str] = "resample_decision"

    where: str | None = None
    kind: Kind | None = None

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        addresses = selected(architecture, space, self.where, self.kind)
        if not addresses:
            raise nothing_to_change(space, self.where, self.kind)
        while addresses:
            # A real number alone may have no other to take: all others have one.
            address = addresses.pop(rng.randrange(len(addresses)))
            mutant = one_step(architecture, space, address, rng)
            if mutant is not None:
                return mutant
        raise nothing_to_change(space, self.where, self.kind)


@register
@final
@dataclass(frozen=True, slots=True)
class ResampleDecisions(Composable):
    """Give `count` decisions, drawn uniformly, other labels, one after the other; fewer where there are no more."""

    name: ClassVar[str] = "resample_decisions"

    count: int
    where: str | None = None
    kind: Kind | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise bad_option(f"expected count >= 1, got count={self.count}")

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        changed = ResampleDecision(self.where, self.kind).apply(architecture, space, rng)
        done = {own for own, label in changed.decisions.items() if architecture.decisions.get(own, label) != label}
        for _ in range(self.count - 1):
            left = [own for own in selected(changed, space, self.where, self.kind) if own not in done]
            left = [own for own in left if own in architecture.decisions]
            if not left:
                break
            address = left[rng.randrange(len(left))]
            done.add(address)
            mutant = one_step(changed, space, address, rng)
            if mutant is not None and mutant != architecture:
                changed = mutant
        return changed


@register
@final
@dataclass(frozen=True, slots=True)
class ResampleEach(Composable):
    """Give each decision by itself, with a probability, another label, drawn uniformly; it may be that none is drawn.

    The labels are taken in the order of the decisions, each where it holds with those before it and some member; then
    the other decisions are kept where they still hold.
    """

    name: ClassVar[str] = "resample_each"

    probability: float
    where: str | None = None
    kind: Kind | None = None

    def __post_init__(self) -> None:
        check_probability(self.probability)

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        addresses = selected(architecture, space, self.where, self.kind)
        if not addresses:
            raise nothing_to_change(space, self.where, self.kind)
        drawn = {}
        for address in addresses:
            if rng.random() < self.probability:
                labels = other_labels(architecture, space, address, rng)
                if labels:
                    drawn[address] = labels[rng.randrange(len(labels))]
        return space.nearest(drawn, architecture.decisions, rng=rng) if drawn else architecture


@register
@final
@dataclass(frozen=True, slots=True)
class ResampleNumber(Composable):
    """Give one number, drawn uniformly among the settings, another from `1 / factor` to `factor` times what it was.

    A real number is drawn log-uniformly between these, and within its interval; of others, one that is admissible
    there is drawn uniformly. The learning rate of Large-Scale Evolution (Real et al., 2017, arXiv:1703.01041) is
    altered so.
    """

    name: ClassVar[str] = "resample_number"

    where: str | None = None
    factor: float = 2.0

    def __post_init__(self) -> None:
        if not self.factor > 1:
            raise bad_option(f"expected factor > 1, got factor={self.factor}")

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        addresses = selected(architecture, space, self.where, "setting")
        while addresses:
            address = addresses.pop(rng.randrange(len(addresses)))
            labels = number_near(architecture, space, address, self.factor, rng)
            if labels and (mutant := one_step(architecture, space, address, rng, labels)) is not None:
                return mutant
        raise nothing_to_change(space, self.where, "setting")


def nothing_to_change(space: Space, where: str | None, kind: Kind | None) -> NoChange:
    """Say that a mutation has nothing to change."""
    if where is None and kind is None:
        return NoChange.because(f"`{space.network}` has no other architecture to mutate to")
    limits = [*([f"`{where}`"] if where is not None else []), *([f"kind `{kind}`"] if kind is not None else [])]
    return NoChange.because(
        f"no decision of this architecture of `{space.network}` that may change is of {' and '.join(limits)}"
    )
