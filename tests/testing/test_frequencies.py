"""The test of frequencies is right where the answer is known, and sees what it says it sees."""

from collections import Counter
from math import isclose
from random import Random

import pytest

from archdsl.testing.frequencies import UNLIKELY, Frequencies, assert_drawn, critical, detected, power, tail


@pytest.mark.parametrize(
    ("freedom", "statistic", "probability"),
    [(1, 3.841459, 0.05), (2, 9.210340, 0.01), (10, 29.588298, 0.001), (100, 124.342113, 0.05), (5, 35.887983, 1e-6)],
)
def test_tails_are_those_of_the_tables(freedom: int, statistic: float, probability: float) -> None:
    assert isclose(tail(freedom, statistic), probability, rel_tol=1e-4)
    assert isclose(critical(freedom, probability), statistic, rel_tol=1e-4)


@pytest.mark.parametrize(
    ("freedom", "excess", "probability"),
    # 0.05 and 80 % or 90 %: the noncentralities that tables of sample sizes are made from
    [(1, 7.849, 0.8), (1, 10.507, 0.9), (4, 11.935, 0.8), (9, 15.674, 0.8)],
)
def test_powers_are_those_of_the_tables(freedom: int, excess: float, probability: float) -> None:
    assert isclose(power(freedom, excess, 0.05), probability, abs_tol=1e-3)


@pytest.mark.parametrize("cells", [2, 7, 20])
def test_a_deviation_of_the_stated_size_is_seen(cells: int) -> None:
    """Of 400 draws with exactly the stated deviation, 99 % fail: at most 15 may pass (p = 1e-5 for 16)."""
    draws = 50 * cells
    deviation = detected(cells - 1, draws)
    shares = dict.fromkeys(range(cells), 1 / cells)
    error = deviation * (cells / (cells - cells % 2)) ** 0.5  # one cell of an odd number is right
    assert error < 1, "a deviation of this form is possible"
    wrong = [1 + error * (-1) ** cell if cell < cells - cells % 2 else 1.0 for cell in range(cells)]
    rng = Random(5)
    passed = 0
    for _ in range(400):
        first = Frequencies(shares, draws).p_value(Counter(rng.choices(range(cells), wrong, k=draws)))
        second = Frequencies(shares, 4 * draws).p_value(Counter(rng.choices(range(cells), wrong, k=4 * draws)))
        passed += first >= UNLIKELY or second >= UNLIKELY
    assert passed <= 15


def test_right_draws_pass_and_wrong_ones_fail() -> None:
    rng = Random(0)
    shares = {"a": 1.0, "b": 2.0}
    assert_drawn(lambda: rng.choices("ab", (1, 2))[0], shares, 2000)
    with pytest.raises(AssertionError, match=r"8000 draws of 2 cells show a deviation of \d+\.\d% .* with 99 % power"):
        assert_drawn(lambda: rng.choices("ab", (1, 1))[0], shares, 2000)
    with pytest.raises(AssertionError, match="never"):
        assert_drawn(lambda: "c", shares, 20)


def test_rare_cells_are_pooled() -> None:
    shares = dict.fromkeys(range(50), 0.02 / 50) | {99: 0.98}
    cells = Frequencies(shares, 1000)
    assert cells.freedom == 2
    assert cells.p_value(dict.fromkeys(range(15, 35), 1) | {99: 980}) > 0.9
    assert Frequencies({"a": 1.0}, 100).p_value(Counter({"a": 100})) == 1
