"""Tries a law on examples, and makes the first that breaks it smaller.

Examples are drawn once for each strategy, number and seed, and are then common to all laws: to draw a program takes
longer than to try an operator on it. Only after a failure is anything drawn again.
"""

from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from archdsl.elaborate.limits import allow_deep_calls

from .effort import Effort
from .falsified import Falsified

Example = TypeVar("Example")

_UNTIMED: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": False,
    "report_multiple_bugs": False,
}


class _Enough(KeyboardInterrupt):
    """Ends a search for a smaller example; Hypothesis lets an interruption through."""


def try_law(
    law: Callable[[Example], None],
    strategy: st.SearchStrategy[Example],
    effort: Effort,
    *,
    first: Iterable[Example] = (),
    times: int = 1,
) -> None:
    """Try a law on some first examples and on drawn ones, `times` as many as the effort says.

    Raises:
        Falsified: it does not hold; the example is the smallest that was found.
    """
    allow_deep_calls()
    failure = next((found for own in first if (found := _failure(law, own)) is not None), None)
    if failure is None:
        drawn = _examples(strategy, times * effort.examples, effort.seed)
        failure = next((found for own in drawn if (found := _failure(law, own)) is not None), None)
    if failure is not None:
        raise _smaller(law, strategy, effort, failure) from failure.__cause__


def once(law: Callable[[Example], None], what: Callable[[Example], Hashable]) -> Callable[[Example], None]:
    """Give a law that is not tried again on what it held of."""
    held: set[Hashable] = set()

    def tried(own: Example) -> None:
        if (key := what(own)) not in held:
            law(own)
            held.add(key)

    return tried


@lru_cache(maxsize=64)
def _examples(strategy: st.SearchStrategy[Any], number: int, start: int) -> tuple[Any, ...]:
    """Draw examples: always the same from the same seed."""
    drawn: list[Any] = []
    if not number:
        return ()

    @seed(start)
    @settings(**_UNTIMED, max_examples=number, phases=[Phase.generate])
    @given(strategy)
    def collect(own: Any) -> None:
        drawn.append(own)

    collect()
    return tuple(drawn)


def _failure(law: Callable[[Example], None], own: Example) -> Falsified | None:
    try:
        law(own)
    except Falsified as failure:
        return failure
    return None


def _smaller(
    law: Callable[[Example], None], strategy: st.SearchStrategy[Example], effort: Effort, found: Falsified
) -> Falsified:
    """Give the smallest failure of the same law among some more examples."""
    best, left = found, effort.shrinks

    @seed(effort.seed)
    @settings(
        **_UNTIMED,
        max_examples=max(effort.examples, 50),
        phases=[Phase.generate, Phase.shrink],
    )
    @given(strategy)
    def shrink(own: Example) -> None:
        nonlocal best, left
        left -= 1
        if left < 0:
            raise _Enough
        failure = _failure(law, own)
        if failure is None or failure.law != found.law:
            return
        if failure.size < best.size:
            best = failure
        raise failure

    if left:
        with suppress(_Enough, Exception):  # what is best was kept
            shrink()
    return best
