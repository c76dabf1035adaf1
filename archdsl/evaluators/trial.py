"""What a search asks and what it is told: candidates, budgets, measurements, trials."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, final

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.searchspace import Architecture

Direction = Literal["maximize", "minimize"]
Status = Literal["complete", "failed", "out_of_memory", "timed_out", "infeasible"]


@final
@dataclass(frozen=True, slots=True)
class Candidate:
    """An architecture to evaluate: the numbers of the trials it descends from, and the operator that made it."""

    architecture: Architecture
    parents: tuple[int, ...] = ()
    operator: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Budget:
    """How much one evaluation may cost: fidelity, and nothing else.

    `epochs` are passes over the training data, `fraction` is the part of it that is used, `resolution` the side of its
    images in pixels (`None`: as they are).

    >>> Budget(epochs=5, fraction=0.5)
    Budget(epochs=5, fraction=0.5, resolution=None)
    """

    epochs: int = 1
    fraction: float = 1.0
    resolution: int | None = None

    def __post_init__(self) -> None:
        if type(self.epochs) is not int or self.epochs < 1:
            raise _bad_budget(f"expected an integer epochs >= 1, got epochs={self.epochs!r}")
        if type(self.fraction) not in (int, float) or not 0 < self.fraction <= 1:
            raise _bad_budget(f"expected 0 < fraction <= 1, got fraction={self.fraction!r}")
        if self.resolution is not None and (type(self.resolution) is not int or self.resolution < 1):
            raise _bad_budget(f"expected an integer resolution >= 1, got resolution={self.resolution!r}")


def _bad_budget(message: str) -> UsageError:
    return UsageError(Diagnostic("bad-budget", message))


@final
@dataclass(frozen=True, slots=True)
class Measurement:
    """A number that an evaluation gave, with its name, the direction that is better, and its unit."""

    name: str
    value: float
    direction: Direction = "maximize"
    unit: str = ""

    @property
    def fitness(self) -> float:
        """The value turned so that larger is better."""
        return self.value if self.direction == "maximize" else -self.value


@final
@dataclass(frozen=True, slots=True)
class Seeds:
    """What chance a trial saw: `ask` seeded the strategy, `evaluate` the evaluation."""

    ask: int
    evaluate: int


@final
@dataclass(frozen=True, slots=True)
class Trial:
    """A candidate, evaluated.

    The first measurement is the objective. `cost` is in seconds. `error` is a message or a traceback, and is there for
    every status but `complete`.
    """

    number: int
    candidate: Candidate
    budget: Budget
    seeds: Seeds
    status: Status
    measurements: tuple[Measurement, ...] = ()
    cost: float = 0.0
    error: str | None = None

    def __post_init__(self) -> None:
        complete = self.status == "complete"
        if complete == (self.error is not None) or (complete and not self.measurements):
            raise ValueError(
                "expected measurements and no error where status is complete, an error where it is not, "
                f"got status={self.status!r}, {len(self.measurements)} measurements, error={self.error!r}"
            )

    @property
    def architecture(self) -> Architecture:
        """The architecture that was evaluated."""
        return self.candidate.architecture

    @property
    def is_complete(self) -> bool:
        """Whether the evaluation ended well, so that there is an objective."""
        return self.status == "complete"

    @property
    def objective(self) -> Measurement:
        """The measurement that the search is about."""
        if not self.is_complete:
            raise ValueError(f"trial {self.number} has no objective: its status is {self.status}")
        return self.measurements[0]

    @property
    def fitness(self) -> float:
        """The objective turned so that larger is better."""
        return self.objective.fitness

    def value(self, name: str) -> float:
        """Give the value of a measurement."""
        for measurement in self.measurements:
            if measurement.name == name:
                return measurement.value
        names = ", ".join(measurement.name for measurement in self.measurements)
        raise KeyError(f"expected one of the measurements of trial {self.number} ({names}), got {name!r}")


def best(trials: Iterable[Trial]) -> Trial | None:
    """Give the complete trial of the highest fitness, the first of equal ones; None if none is complete."""
    leader, highest = None, -math.inf
    for trial in trials:
        if trial.is_complete and (leader is None or trial.fitness > highest):
            leader, highest = trial, trial.fitness
    return leader
