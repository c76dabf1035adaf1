"""Sources of chance that watch how they are used."""

import random
from collections.abc import Callable
from typing import Any, TypeVar, final

import numpy as np

from .falsified import Report

Result = TypeVar("Result")

MOST_DRAWS = 50_000
"""Who draws more often in one call is taken to go on for ever."""


CHANCE_OF_ALL = "all chance comes from `rng`"


class Endless(Exception):
    """What draws and draws."""


@final
class Watched(random.Random):
    """Draws what `Random` draws from the same seed, and counts how often."""

    def __init__(self, seed: int) -> None:
        self.draws = 0
        super().__init__(seed)

    def _count(self) -> None:
        self.draws += 1
        if self.draws > MOST_DRAWS:
            raise Endless

    def random(self) -> float:
        """Draw a number."""
        self._count()
        return super().random()

    def getrandbits(self, k: int, /) -> int:
        """Draw bits."""
        self._count()
        return super().getrandbits(k)


def globals_kept(report: Report, call: Callable[[], Result]) -> Result:
    """Make a call, which must leave the chance of the whole process alone."""
    before = _global_state()
    result = call()
    if _global_state() != before:
        raise report(CHANCE_OF_ALL, "the global state of `random` or `numpy.random` was changed")
    return result


def _global_state() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002
    return random.getstate(), kind, keys.tobytes() if isinstance(keys, np.ndarray) else keys, *rest
