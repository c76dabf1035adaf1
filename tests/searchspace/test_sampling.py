"""Sampling draws members with the probabilities that their priors have among the members."""

from collections import Counter
from itertools import product
from random import Random
from typing import final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archdsl.searchspace import Space, load, loads, shipped
from archdsl.testing import sources
from archdsl.testing.brute_force import BruteForce, brute_force, key_of
from archdsl.testing.frequencies import Frequencies, assert_drawn
from tests.small import load_small

DRAWS = 20
"""For each architecture of a space that is drawn from."""


@given(sources(limit=60), st.integers(0, 2**32))
def test_frequencies_are_the_priors_of_the_members(text: str, seed: int) -> None:
    """Of 60 architectures, a deviation of 31 % (root mean square) fails with 99 % power."""
    (space, found), rng = _proved(text), Random(seed)
    shares = {key_of(own): prior for own, prior in zip(found.members, found.priors, strict=True)}
    assert_drawn(lambda: key_of(dict(space.sample(rng=rng).decisions)), shares, DRAWS * len(shares))


@given(sources(limit=60), st.integers(0, 2**32))
def test_uniform_samples_are_each_as_frequent(text: str, seed: int) -> None:
    """Of 60 architectures, a deviation of 31 % (root mean square) fails with 99 % power."""
    (space, found), rng = _proved(text), Random(seed)
    shares = dict.fromkeys(map(key_of, found.members), 1.0)
    assert_drawn(lambda: key_of(dict(space.sample_uniform(rng=rng).decisions)), shares, DRAWS * len(shares))


def _proved(text: str) -> tuple[Space, BruteForce]:
    space = loads(text)
    assume(space.verdict.kind == "proved")
    return space, brute_force(space.elaborated)


def test_the_stated_power_is_that_of_the_test() -> None:
    cells = Frequencies(dict.fromkeys(range(60), 1.0), DRAWS * 60)
    assert "1200 draws of 60 cells show a deviation of 31.5%" in str(cells)


def test_the_test_of_frequencies_sees_a_wrong_prior() -> None:
    space = loads("network n(x: vec[4]) -> vec[4] { return x |> choose { a = relu | b = tanh weight 2 } }")
    rng = Random(0)

    def draw() -> object:
        return space.sample(rng=rng).decisions["n"]

    assert_drawn(draw, {"a": 1 / 3, "b": 2 / 3}, 2000)
    with pytest.raises(AssertionError, match="the frequencies are not the shares"):
        assert_drawn(draw, {"a": 1 / 2, "b": 1 / 2}, 2000)


def test_all_cells_of_nas_bench_201_are_as_likely() -> None:
    """156,250 draws of 15,625 cells: a deviation of 9.1 % (root mean square) fails with 99 % power."""
    space, rng = load("nas_bench_201"), Random(0)
    addresses = sorted(space.choices)
    shares = dict.fromkeys(product(*(space.choices[own] for own in addresses)), 1.0)

    def draw() -> object:
        decisions = space.sample_uniform(rng=rng).decisions
        return tuple(decisions[own] for own in addresses)

    assert len(shares) == 15_625
    assert_drawn(draw, shares, 10 * len(shares))
    assert "a deviation of 9.1%" in str(Frequencies(shares, 10 * len(shares)))


@final
class Last(Random):
    """Draws the last of what can be drawn."""

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        assert stop is None
        return start - 1


def test_uniform_draws_of_a_huge_space_have_no_error_of_rounding() -> None:
    """One architecture beside 3^40 others is drawn once in so many times; a float does not tell it from none."""
    space = loads("""
    choice act(x) { relu | tanh | sigmoid }
    network n(x: vec[4]) -> vec[4] { return x |> choose { many = repeat 40 { act } | one = relu } }
    """)
    assert space.size() == 3**40 + 1
    assert float(space.size()) == float(3**40)
    assert dict(space.sample_uniform(rng=Last()).decisions) == {"n": "one"}


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
    space, again = load_small(name), load_small(name)
    for seed in range(20):
        assert space.sample(seed=seed) == again.sample(seed=seed) == space.sample(rng=Random(seed))
        if not space.real_settings:
            uniform = space.sample_uniform(seed=seed)
            assert uniform == again.sample_uniform(seed=seed) == space.sample_uniform(rng=Random(seed))
            assert uniform in space
    if space.size() > 1:
        assert len({space.sample(seed=seed) for seed in range(20)}) > 1


def test_a_sample_needs_one_source_of_chance() -> None:
    space = load("digits_cells")
    for draw in (space.sample, space.sample_uniform):
        with pytest.raises(TypeError, match="one of seed and rng"):
            draw()
        with pytest.raises(TypeError, match="one of seed and rng"):
            draw(seed=0, rng=Random(0))


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
