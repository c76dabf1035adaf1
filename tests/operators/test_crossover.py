"""Children are of the space, and of their parents as far as that is in the space."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.operators import (
    AlignedCrossover,
    Crossover,
    GroupCrossover,
    NoChange,
    OnePointCrossover,
    StageSwap,
    SubtreeCrossover,
    UniformCrossover,
)
from archdsl.operators.crossover import is_under
from archdsl.searchspace import load, loads
from archdsl.testing import sources
from archdsl.testing.brute_force import brute_force, key_of

ALL: tuple[Crossover, ...] = (
    UniformCrossover(),
    OnePointCrossover(),
    SubtreeCrossover(),
    GroupCrossover(),
    AlignedCrossover(),
)


@pytest.mark.parametrize("crossover", ALL, ids=lambda own: own.name)
@given(text=sources(limit=60), seed=st.integers(0, 1000))
def test_children_are_members(crossover: Crossover, text: str, seed: int) -> None:
    space = loads(text)
    if space.verdict.kind != "proved" or space.real_settings:
        return
    rng = Random(seed)
    first, second = space.sample(rng=rng), space.sample(rng=rng)
    try:
        children = crossover.apply(first, second, space, rng)
    except NoChange:
        assert first == second or crossover.name == "subtree_crossover"
        return
    keys = {key_of(own) for own in brute_force(space.elaborated).members}
    assert {key_of(dict(own.decisions)) for own in children} <= keys


@pytest.mark.parametrize("name", ["darts", "einspace", "codeepneat"])
@pytest.mark.parametrize("crossover", [*ALL, StageSwap()], ids=lambda own: own.name)
def test_children_in_shipped_spaces_are_of_their_parents(crossover: Crossover, name: str) -> None:
    space, rng = load(name, cells=2) if name == "darts" else load(name), Random(0)
    for _ in range(4):
        parents = space.sample(rng=rng), space.sample(rng=rng)
        for child in crossover.apply(*parents, space, rng):
            assert child in space
            for address, label in child.decisions.items():
                known = [own.decisions[address] for own in parents if address in own.decisions]
                assert not known or label in known


def test_a_group_is_exchanged_as_a_whole() -> None:
    space, rng = load("genetic_cnn"), Random(0)
    first, second = space.unrank(0), space.unrank(space.size() - 1)
    swaps = 0
    for _ in range(200):
        one, other = StageSwap().apply(first, second, space, rng)
        for root in ("stage[0]", "stage[1]", "stage[2]"):
            parts = [
                {a: label for a, label in own.decisions.items() if a.startswith(root)}
                for own in (first, second, one, other)
            ]
            assert parts[2:] in (parts[:2], parts[1::-1])
            swaps += parts[2] == parts[1]
    assert swaps / 600 == pytest.approx(0.2, abs=0.05)


def test_a_subtree_is_one_address_and_all_under_it() -> None:
    space, rng = load("darts"), Random(0)
    first, second = space.sample(seed=1), space.sample(seed=2)
    for _ in range(100):
        one, _ = SubtreeCrossover(where="normal.h[?]").apply(first, second, space, rng)
        changed = [own for own, label in one.decisions.items() if first.decisions.get(own) != label]
        assert changed
        assert any(all(is_under(own, f"normal.h[{i}]") for own in changed) for i in range(4))


def test_one_point_parts_the_decisions_in_two() -> None:
    space, rng = load("nas_bench_201"), Random(0)
    first, second = space.unrank(0), space.unrank(space.size() - 1)
    points = set()
    for _ in range(100):
        one, other = OnePointCrossover().apply(first, second, space, rng)
        taken = [label == second.decisions[own] for own, label in one.decisions.items()]
        assert taken == sorted(taken)
        assert [label == first.decisions[own] for own, label in other.decisions.items()] == taken
        points.add(sum(taken))
    assert points == {1, 2, 3, 4, 5}


def test_genes_that_one_parent_has_alone_come_from_the_fitter() -> None:
    space, rng = load("codeepneat"), Random(0)
    for _ in range(20):
        first, second = space.sample(rng=rng), space.sample(rng=rng)
        for child in AlignedCrossover(probability=0.0).apply(first, second, space, rng)[:1]:
            assert child == first


def test_where_parents_are_alike_nothing_is_exchanged() -> None:
    space = load("nas_bench_201")
    parent = space.sample(seed=0)
    for crossover in ALL:
        with pytest.raises(NoChange, match="nothing to exchange"):
            crossover.apply(parent, parent, space, Random(0))


def test_what_depends_on_an_exchanged_decision_comes_with_it() -> None:
    space = loads("""
    network n(x: vec[4]) -> vec[4] {
      return x |> choose { plain = relu | deep = choose { a = tanh | b = sigmoid | c = relu } }
    }
    """)
    plain, deep = space.architecture({"n": "plain"}), space.architecture({"n": "deep", "n.deep": "c"})
    for seed in range(20):
        assert set(UniformCrossover().apply(plain, deep, space, Random(seed))) == {plain, deep}
