"""A test of frequencies that says what it can see: the chi-square test, and its power.

What is drawn is compared with the shares that it should have. A test fails if two independent draws, the second four
times as large, both differ from the shares as one right draw in a million does.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from math import exp, lgamma, log, sqrt
from typing import Any, final

UNLIKELY = 1e-6
POWER = 0.99
LEAST_EXPECTED = 10.0
"""Cells that are expected less often are pooled."""


def tail(freedom: float, statistic: float) -> float:
    """Give the probability that a chi-square variable is larger: the upper regularized incomplete gamma function."""
    a, x = freedom / 2, statistic / 2
    if x <= 0:
        return 1.0
    scale = a * log(x) - x - lgamma(a)
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return max(0.0, 1 - total * exp(scale))
    b = x + 1 - a
    c, d = 1e300, 1 / b
    value = d
    for i in range(1, 100_000):  # Lentz's continued fraction
        an = -i * (i - a)
        b += 2
        d, c = 1 / (an * d + b), b + an / c
        value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return exp(scale) * value if scale > -700 else 0.0


def critical(freedom: int, p: float = UNLIKELY) -> float:
    """Give the statistic that is exceeded with probability `p`."""
    low, high = 0.0, 2.0 * freedom + 200
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(freedom, middle) > p else (low, middle)
    return high


def power(freedom: int, excess: float, p: float = UNLIKELY) -> float:
    """Give the probability that a statistic whose mean is `excess` above the right one exceeds the critical value.

    It is a noncentral chi-square variable: a Poisson mixture of central ones.
    """
    limit, half = critical(freedom, p), excess / 2
    spread = int(12 * sqrt(half) + 40)
    first = max(0, int(half) - spread)
    terms = range(first, int(half) + spread)
    return sum(exp(j * log(half) - half - lgamma(j + 1)) * tail(freedom + 2 * j, limit) for j in terms)


def detected(freedom: int, draws: int) -> float:
    """Give the deviation that fails the test with 99 % power, as a share of the probabilities.

    The deviation is the root of the mean square, over what is right, of the relative error of each probability. The
    second draw sees twice as small a deviation, so the power is that of both.
    """
    low, high = 1e-9, 100.0 * (freedom + 100)
    for _ in range(60):
        middle = (low + high) / 2
        enough = power(freedom, middle) * power(freedom, 4 * middle) >= POWER
        low, high = (low, middle) if enough else (middle, high)
    return sqrt(high / draws)


@final
class Frequencies:
    """The cells of a test: what is expected how often, the rare pooled."""

    def __init__(self, shares: Mapping[Any, float], draws: int) -> None:
        self.draws = draws
        self._cell: dict[Hashable, int] = {}
        self._means: list[float] = [0.0]
        total = sum(shares.values())
        for key, share in sorted(shares.items(), key=lambda pair: pair[1]):
            if self._means[-1] >= LEAST_EXPECTED:
                self._means.append(0.0)
            self._means[-1] += draws * share / total
            self._cell[key] = len(self._means) - 1
        if len(self._means) > 1 and self._means[-1] < LEAST_EXPECTED:
            last = self._means.pop()
            self._means[-1] += last
            self._cell = {key: min(cell, len(self._means) - 1) for key, cell in self._cell.items()}

    @property
    def freedom(self) -> int:
        """How many frequencies are free."""
        return len(self._means) - 1

    def p_value(self, counts: Mapping[Any, int]) -> float:
        """Give the probability that right draws are as far from what is expected."""
        assert counts.keys() <= self._cell.keys(), "something was drawn that should never be"
        drawn = [0] * len(self._means)
        for key, number in counts.items():
            drawn[self._cell[key]] += number
        if not self.freedom:
            return 1.0
        statistic = sum((own - mean) ** 2 / mean for own, mean in zip(drawn, self._means, strict=True))
        return tail(self.freedom, statistic)

    def __str__(self) -> str:
        if not self.freedom:
            return f"one cell and {self.draws} draws tell nothing"
        deviation = detected(self.freedom, self.draws)
        cells, draws = self.freedom + 1, self.draws
        return f"{draws} draws of {cells} cells show a deviation of {deviation:.1%} (root mean square) with 99 % power"


def assert_drawn(draw: Callable[[], Hashable], shares: Mapping[Any, float], draws: int) -> None:
    """Fail if what is drawn has other frequencies than these shares."""
    for number in (draws, 4 * draws):
        cells = Frequencies(shares, number)
        p = cells.p_value(Counter(draw() for _ in range(number)))
        if p >= UNLIKELY:
            return
    raise AssertionError(f"the frequencies are not the shares: p = {p:.1g}; {cells}")
