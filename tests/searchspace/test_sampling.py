"""Sampling draws members with the probabilities that their priors have among the members."""

from collections import Counter
from math import erfc, sqrt
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archdsl.searchspace import Space, load, loads, shipped
from tests.strategies_nas import spaces

from .brute_force import Key, brute_force, key_of

UNLIKELY = 1e-6


def p_value(counts: Counter[Key], expected: dict[Key, float]) -> float:
    """Give the probability of counts that are as far from the expected ones, by the chi-square distribution.

    Cells of less than ten are pooled. The distribution is approximated (Wilson and Hilferty, 1931).
    """
    pairs = sorted((mean, counts[key]) for key, mean in expected.items())
    cells: list[tuple[float, int]] = [(0.0, 0)]
    for mean, count in pairs:
        if cells[-1][0] >= 10:
            cells.append((0.0, 0))
        cells[-1] = (cells[-1][0] + mean, cells[-1][1] + count)
    if len(cells) > 1 and cells[-1][0] < 10:
        mean, count = cells.pop()
        cells[-1] = (cells[-1][0] + mean, cells[-1][1] + count)
    if len(cells) == 1:
        return 1.0
    freedom = len(cells) - 1
    statistic = sum((count - mean) ** 2 / mean for mean, count in cells)
    spread = 2 / (9 * freedom)
    return erfc(((statistic / freedom) ** (1 / 3) - (1 - spread)) / sqrt(2 * spread)) / 2


def frequencies(space: Space, expected: dict[Key, float], number: int, rng: Random) -> float:
    """Draw, and give the p-value of what was drawn."""
    counts = Counter(key_of(dict(space.sample(rng=rng).decisions)) for _ in range(number))
    assert counts.keys() <= expected.keys()
    return p_value(counts, {key: number * share for key, share in expected.items()})


@given(spaces(limit=60), st.randoms(use_true_random=False))
def test_frequencies_are_the_priors_of_the_members(text: str, rng: Random) -> None:
    space = loads(text)
    assume(space.verdict.kind == "proved")
    found = brute_force(space.elaborated)
    total = sum(found.priors)
    expected = {key_of(own): prior / total for own, prior in zip(found.members, found.priors, strict=True)}
    draws = 20 * len(expected)
    if frequencies(space, expected, draws, rng) < UNLIKELY:
        assert frequencies(space, expected, 4 * draws, Random(rng.random())) >= UNLIKELY


def test_the_test_of_frequencies_sees_a_wrong_prior() -> None:
    space = loads("network n(x: vec[4]) -> vec[4] { return x |> choose { a = relu | b = tanh weight 2 } }")
    keys = [key_of({"n": label}) for label in ("a", "b")]
    assert frequencies(space, dict(zip(keys, (1 / 3, 2 / 3), strict=True)), 2000, Random(0)) > UNLIKELY
    assert frequencies(space, dict(zip(keys, (1 / 2, 1 / 2), strict=True)), 2000, Random(0)) < UNLIKELY


def test_a_requirement_does_not_favor_what_is_drawn_first() -> None:
    """A sampler that masks dead ends one by one would draw `0` half of the time, and not once in 11 draws."""
    space = loads("""network n(x: vec[4]) -> vec[4] {
      let a = choose one of 0..1
      let b = choose one of 0..9
      require a == 1 or b == 0
      return x |> repeat a + b { relu }
    }""")
    drawn = [space.sample(seed=seed).decisions["n.a"] for seed in range(2200)]
    assert 130 < drawn.count(0) < 270


@pytest.mark.parametrize("name", shipped())
def test_one_seed_gives_one_sample(name: str) -> None:
    space, again = load(name), load(name)
    for seed in range(20):
        assert space.sample(seed=seed) == again.sample(seed=seed) == space.sample(rng=Random(seed))
    if space.size() > 1:
        assert len({space.sample(seed=seed) for seed in range(20)}) > 1


def test_a_sample_needs_one_source_of_chance() -> None:
    space = load("digits_cells")
    with pytest.raises(TypeError, match="one of seed and rng"):
        space.sample()
    with pytest.raises(TypeError, match="one of seed and rng"):
        space.sample(seed=0, rng=Random(0))


def test_a_label_that_a_use_does_not_admit_is_never_drawn() -> None:
    space = loads("""
    cell k[s](x: image[c, h, w]) {
      return x |> choose {
          a = relu
        | b = tanh when s == 1 weight 9
        | c = sigmoid when s == 2 weight 9
        | d = choose { p = relu | q = bn }
      }
    }
    network n(x: image[2, 4, 4]) -> image[2, 4, 4] { return x |> k[1] |> k[2] }
    """)
    drawn = Counter(space.sample(seed=seed).decisions["k"] for seed in range(1000))
    assert drawn.keys() == {"a", "d"}
    assert 400 < drawn["a"] < 600
