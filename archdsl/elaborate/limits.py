"""What a text may ask for: bounds on values and on work, so that a hostile one ends with a diagnostic."""

import sys
import time
from dataclasses import dataclass, field
from typing import final

from archdsl.diagnostics import Diagnostic, Label, Span

from .faults import Fault, fail

MAX_MAGNITUDE = 1 << 256
MAX_STRING = 10_000
MAX_ELEMENTS = 100_000
"""The elements of a list, those of the lists in it included."""
MAX_PARTS = 10_000
"""The layers that a layer is made of."""
MAX_REPEAT = 10_000
MAX_NAMES = 10_000
"""The names that one body binds."""

# Python's own bound is soon met: a pipeline nests once for each of its steps, a block in a block several times.
DEEPEST_STACK = 3000
_LOOK = 4096


@final
@dataclass(slots=True)
class Budget:
    """What an elaboration may use before it stops with a diagnostic: steps, depth of calls, seconds of its thread.

    Steps bound what a text can ask for, the same on each machine; the seconds bound for how long a slow one is held.
    """

    steps: int = 50_000_000
    depth: int = 48
    seconds: float = 300.0
    started: float = field(default_factory=time.thread_time)
    _next_look: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._next_look = self.steps - _LOOK

    def spend(self, span: Span, steps: int = 1) -> None:
        """Count steps; look at the clock now and then."""
        self.steps -= steps
        if self.steps <= self._next_look:
            self._next_look = self.steps - _LOOK
            if self.steps <= 0 or time.thread_time() - self.started > self.seconds:
                raise BudgetSpent(Diagnostic("budget-spent", "the budget of the elaboration is spent", Label(span)))


class BudgetSpent(Fault):
    """The elaboration was stopped: nothing is known of what it had not come to."""


def allow_deep_calls() -> None:
    """Let calls nest as deep as elaboration needs; what nests deeper is refused as too deep."""
    if sys.getrecursionlimit() < DEEPEST_STACK:
        sys.setrecursionlimit(DEEPEST_STACK)


def too_deep(span: Span) -> Fault:
    """Say that the walk met more levels of calls than it can follow."""
    return Fault(Diagnostic("too-deep", "the calls are nested too deep to be followed", Label(span, "here")))


def check_length(length: int, span: Span) -> None:
    """Stop at a list that is too long."""
    if length > MAX_ELEMENTS:
        message = f"a list of more than {MAX_ELEMENTS} elements is too long"
        fail("too-large", message, span, "elements of the lists in it count, too")


def check_parts(parts: int, span: Span) -> None:
    """Stop at a layer that is made of too many."""
    if parts > MAX_PARTS:
        fail("too-large", f"a layer of more than {MAX_PARTS} layers is too large", span, "too many layers in one")
