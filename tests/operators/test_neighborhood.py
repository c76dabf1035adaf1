"""Neighbors are what one mutation gives, each once; the distance is a metric."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import UsageError
from archdsl.operators import NoChange, ResampleDecision, distance, neighbors
from archdsl.searchspace import load, loads
from archdsl.testing import sources
from archdsl.testing.brute_force import Key, brute_force, key_of


@given(sources(limit=40), st.integers(0, 1000))
def test_neighbors_are_the_mutants_and_each_comes_once(text: str, seed: int) -> None:
    space = loads(text)
    if space.verdict.kind != "proved" or space.real_settings:
        return
    parent = space.sample(seed=seed)
    near = [key_of(dict(own.decisions)) for own in neighbors(parent, space)]
    assert len(near) == len(set(near))
    assert key_of(dict(parent.decisions)) not in near
    assert set(near) <= {key_of(own) for own in brute_force(space.elaborated).members}
    mutants: set[Key] = set()
    rng = Random(seed)
    for _ in range(300):
        try:
            mutants.add(key_of(dict(ResampleDecision().apply(parent, space, rng).decisions)))
        except NoChange:
            assert not near
            return
    assert mutants <= set(near)
    assert len(near) > 8 or mutants == set(near)


@given(sources(limit=40))
def test_neighbors_of_neighbors_are_all_architectures(text: str) -> None:
    space = loads(text)
    if space.verdict.kind != "proved" or space.real_settings:
        return
    start = space.sample(seed=0)
    seen, waiting = {start}, [start]
    while waiting:
        for own in neighbors(waiting.pop(), space):
            if own not in seen:
                seen.add(own)
                waiting.append(own)
    assert len(seen) == space.size()


def test_an_island_that_no_single_change_leads_to_is_reached() -> None:
    space = loads("""
    network n(x: vec[4]) -> vec[4] {
      let a = choose one of 0..2
      let b = choose one of 0..2
      require a < 2 and b != 1 or a == 2 and b == 1
      return x |> repeat a + b + 1 { relu }
    }
    """)
    start = space.architecture({"n.a": 0, "n.b": 0})
    near = {tuple(own.decisions.values()) for own in neighbors(start, space)}
    assert near == {(1, 0), (2, 1), (0, 2)}


def test_the_order_is_that_of_the_text() -> None:
    space = load("nas_bench_201")
    parent = space.unrank(0)
    near = [space.rank(own) for own in neighbors(parent, space)]
    assert near == [label * 5**place for place in reversed(range(6)) for label in range(1, 5)]


def test_neighbors_are_lazy_and_can_be_selected() -> None:
    space = load("einspace")
    near = neighbors(space.sample(seed=0), space)
    assert len({next(near) for _ in range(20)}) == 20
    cell = load("nas_bench_201")
    assert len(list(neighbors(cell.sample(seed=0), cell, where="*n[2]*", kind="op"))) == 3 * 4


def test_a_space_with_real_settings_is_refused() -> None:
    space = load("codeepneat")
    with pytest.raises(UsageError, match="not finitely many"):
        neighbors(space.sample(seed=0), space)


@given(sources(limit=60), st.integers(0, 1000))
def test_the_distance_is_a_metric(text: str, seed: int) -> None:
    space = loads(text)
    if space.verdict.kind != "proved":
        return
    rng = Random(seed)
    a, b, c = (space.sample(rng=rng) for _ in range(3))
    assert (distance(a, b) == 0) == (key_of(dict(a.decisions)) == key_of(dict(b.decisions)))
    assert distance(a, b) == distance(b, a)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


def test_architectures_of_two_spaces_have_no_distance() -> None:
    first, second = (load("digits_cells", width=own).sample(seed=0) for own in (8, 16))
    with pytest.raises(UsageError, match="one space"):
        distance(first, second)
