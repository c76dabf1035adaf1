"""What every evaluator offers, and how a user's function becomes one."""

import inspect
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, SupportsFloat, SupportsIndex, final

from archdsl.diagnostics import Diagnostic, UsageError

from .trial import Budget, Candidate, Direction, Measurement, Status


@final
@dataclass(frozen=True, slots=True)
class Quantity:
    """What is known of a measurement before it is made: the direction that is better, and the unit."""

    direction: Direction = "maximize"
    unit: str = ""


@final
@dataclass(frozen=True, slots=True)
class TrialFiles:
    """Where an evaluation keeps what must outlive the process, as safetensors files.

    `progress` exists when the very same evaluation was interrupted: it holds what that wrote there last. What is in
    `weights` at the end of a trial is kept if the trial is the best of its run. Whoever writes either replaces it at
    once, so that a kill leaves the former content, never a torn file.
    """

    progress: Path
    weights: Path


class Evaluator(Protocol):
    """Measures candidates.

    `evaluate` gives numbers by name, the objective first; what `quantities` does not name is to be maximized and has no
    unit. All chance comes from `seed`. An exception makes a failed trial; a `TrialFailure` says which kind of failure.
    `files` is None in a run that lives in memory.
    """

    @property
    def quantities(self) -> Mapping[str, Quantity]: ...

    def evaluate(
        self, candidate: Candidate, budget: Budget, *, seed: int, files: TrialFiles | None = None
    ) -> Mapping[str, float]: ...


@final
class TrialFailure(Exception):
    """Ends an evaluation without an objective, for a reason that needs no traceback."""

    def __init__(self, message: str, *, status: Status = "failed") -> None:
        super().__init__(message)
        self.status: Status = status


Score = Callable[..., float | Mapping[str, float]]
"""A user's function: `score(architecture)` or `score(architecture, budget)`, and a `seed` if it has one."""


@final
class FunctionEvaluator:
    """Evaluates with a function `score(architecture, budget)` that gives a number or numbers by name.

    A single number is the measurement `score`. The first of several is the objective. Numbers are to be maximized, but
    for the names in `minimize`. A parameter named `seed` receives the seed of the trial; the budget may be left out.

    >>> FunctionEvaluator(lambda architecture: 0.5).quantities
    {'score': Quantity(direction='maximize', unit='')}
    """

    def __init__(self, score: Score, *, minimize: Collection[str] = ()) -> None:
        if not callable(score):
            raise UsageError(
                Diagnostic(
                    "bad-evaluator",
                    f"expected a function of an architecture and a budget, or an evaluator, got {score!r}",
                )
            )
        self._score = score
        self._budget_is, self._takes_seed = _arguments(score)
        names = (minimize,) if isinstance(minimize, str) else tuple(minimize)
        self._quantities = {"score": Quantity(), **{name: Quantity("minimize") for name in names}}

    @property
    def quantities(self) -> Mapping[str, Quantity]:
        """The direction of `score` and of all names to be minimized."""
        return self._quantities

    def evaluate(
        self, candidate: Candidate, budget: Budget, *, seed: int, files: TrialFiles | None = None
    ) -> Mapping[str, float]:
        """Call the function; a result that is no number and no mapping becomes a `TrialFailure`."""
        named = {"budget": budget} if self._budget_is == "named" else {}
        seeds = {"seed": seed} if self._takes_seed else {}
        positional = (budget,) if self._budget_is == "positional" else ()
        result: object = self._score(candidate.architecture, *positional, **named, **seeds)
        if isinstance(result, Mapping):
            return result
        if _as_number(result) is None:
            raise TrialFailure(f"expected a number or a mapping of names to numbers, got {result!r}")
        return {"score": result}  # type: ignore[dict-item]  # a number, as was just seen


def _arguments(score: Score) -> tuple[Literal["positional", "named", "none"], bool]:
    """Tell how a function takes its budget, and whether it takes a seed."""
    try:
        parameters = inspect.signature(score).parameters
    except (TypeError, ValueError):  # a builtin that does not say
        return "positional", False
    kinds = inspect.Parameter
    named = {p.name for p in parameters.values() if p.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)}
    if any(p.kind is kinds.VAR_POSITIONAL for p in parameters.values()):
        return "positional", "seed" in named
    if "budget" in named:
        return "named", "seed" in named
    positional = [p for p in parameters.values() if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    second = positional[1] if len(positional) > 1 else None
    takes = second is not None and second.default is kinds.empty and second.name != "seed"
    return "positional" if takes else "none", "seed" in named


def measured(result: Mapping[str, float], quantities: Mapping[str, Quantity]) -> tuple[Measurement, ...]:
    """Turn what an evaluator gave into measurements; anything but finite numbers by name is a `TrialFailure`."""
    return tuple(_measured(result, quantities))


def _measured(result: object, quantities: Mapping[str, Quantity]) -> Iterator[Measurement]:
    if not isinstance(result, Mapping) or not result:
        raise TrialFailure(f"expected at least one number by name, got {result!r}")
    for name, value in result.items():
        number = _as_number(value)
        if not isinstance(name, str) or number is None:
            raise TrialFailure(f"expected a number by name, got {name!r}: {value!r}")
        if not math.isfinite(number):
            raise TrialFailure(f"expected a finite number for `{name}`, got {number}")
        quantity = quantities.get(name, Quantity())
        yield Measurement(name, number, quantity.direction, quantity.unit)


def _as_number(value: object) -> float | None:
    """Read a number of Python, NumPy or a tensor of one element; None if it is none of these."""
    if isinstance(value, bool) or not isinstance(value, SupportsFloat | SupportsIndex):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None
