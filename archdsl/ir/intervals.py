"""Intervals of real numbers: the labels that a real setting may have."""

from dataclasses import dataclass
from math import exp, log
from random import Random
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Interval:
    """All floats from `low` to `high`, both included.

    >>> 0.5 in Interval(0.0, 1.0), 1 in Interval(0.0, 1.0)
    (True, False)
    """

    low: float
    high: float

    def __contains__(self, label: object) -> bool:
        return type(label) is float and self.low <= label <= self.high

    def __str__(self) -> str:
        return f"{self.low!r}..{self.high!r}"

    @property
    def is_logarithmic(self) -> bool:
        """Whether the logarithm of a number is drawn uniformly: where all numbers are above 0."""
        return self.low > 0

    def draw(self, rng: Random) -> float:
        """Draw a number: log-uniformly if all are above 0, else uniformly."""
        share = rng.random()
        if self.is_logarithmic:
            number = exp(log(self.low) + share * (log(self.high) - log(self.low)))
        else:
            number = self.low + share * (self.high - self.low)
        return min(max(number, self.low), self.high)

    def meet(self, other: "Interval") -> "Interval | None":
        """Give what two intervals have in common, None for nothing."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else None
