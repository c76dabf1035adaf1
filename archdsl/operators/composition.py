"""Mutations made of mutations."""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import ClassVar, final

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.searchspace import Architecture, Space

from .protocols import Mutation, NoChange
from .registry import register


class Composable:
    """Lets `first >> second` be the mutation that applies one after the other."""

    __slots__ = ()

    def __rshift__(self: Mutation, other: Mutation) -> "InTurn":
        return InTurn((*_parts(self), *_parts(other)))

    def __rrshift__(self: Mutation, other: Mutation) -> "InTurn":
        return InTurn((*_parts(other), *_parts(self)))


def _parts(mutation: Mutation) -> tuple[Mutation, ...]:
    return mutation.of if isinstance(mutation, InTurn) else (mutation,)


@register
@final
@dataclass(frozen=True, slots=True)
class InTurn(Composable):
    """Applies mutations one after the other; those that have no other architecture to give are passed over.

    What would lead back to where it began is passed over too.
    """

    name: ClassVar[str] = "in_turn"

    of: tuple[Mutation, ...]

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        changed, missing = architecture, 0
        for mutation in self.of:
            try:
                mutant = mutation.apply(changed, space, rng)
            except NoChange:
                missing += 1
                continue
            if mutant != architecture:
                changed = mutant
        if missing == len(self.of):
            raise NoChange.because(f"none of these has another architecture of `{space.network}` to give")
        return changed


@register
@final
@dataclass(frozen=True, slots=True)
class WithProbability(Composable):
    """Applies a mutation with a probability, and else gives the architecture as it is."""

    name: ClassVar[str] = "with_probability"

    probability: float
    of: Mutation

    def __post_init__(self) -> None:
        check_probability(self.probability)

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        return self.of.apply(architecture, space, rng) if rng.random() < self.probability else architecture


@register
@final
@dataclass(frozen=True, slots=True)
class OneOf(Composable):
    """Applies one of several mutations, drawn by weights, or equally; one that has nothing to give is drawn no more."""

    name: ClassVar[str] = "one_of"

    of: tuple[Mutation, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        weights = self.weights
        if not self.of or (weights and (len(weights) != len(self.of) or min(weights) < 0 or sum(weights) <= 0)):
            raise bad_option(
                f"expected a mutation or more, and a weight >= 0 for each or none, got {len(self.of)} of {weights=}"
            )

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        left = [own for own in zip(self.of, self.weights or (1.0,) * len(self.of), strict=True) if own[1] > 0]
        while left:
            ends = list(accumulate(weight for _, weight in left))
            index = min(bisect_right(ends, rng.random() * ends[-1]), len(left) - 1)
            mutation, _ = left.pop(index)
            try:
                return mutation.apply(architecture, space, rng)
            except NoChange:
                continue
        raise NoChange.because(f"none of these has another architecture of `{space.network}` to give")


def with_probability(probability: float, mutation: Mutation) -> WithProbability:
    """Apply a mutation with a probability.

    >>> from archdsl.operators import ResampleDecision
    >>> with_probability(0.95, ResampleDecision())
    WithProbability(probability=0.95, of=ResampleDecision(where=None, kind=None))
    """
    return WithProbability(probability, mutation)


def one_of(*mutations: Mutation, weights: tuple[float, ...] = ()) -> OneOf:
    """Apply one of several mutations, drawn by weights, or equally.

    >>> from archdsl.operators import ResampleDecision
    >>> one_of(ResampleDecision(kind="op"), ResampleDecision(kind="source"), weights=(1, 3)).weights
    (1, 3)
    """
    return OneOf(mutations, weights)


def check_probability(probability: float) -> None:
    """Refuse what is no probability."""
    if not 0 <= probability <= 1:
        raise bad_option(f"expected 0 <= probability <= 1, got {probability=}")


def bad_option(message: str) -> UsageError:
    """Say that an option of an operator cannot be meant."""
    return UsageError(Diagnostic("bad-option", message))
