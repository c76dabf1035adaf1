"""Mutations of mutations: in turn, by chance, one of several; and mutations of several decisions."""

from collections import Counter
from random import Random

import pytest

from archdsl.diagnostics import UsageError
from archdsl.operators import (
    FlipElements,
    InTurn,
    Mutation,
    NoChange,
    ResampleDecision,
    ResampleDecisions,
    ResampleEach,
    ResampleNumber,
    distance,
    one_of,
    with_probability,
)
from archdsl.searchspace import load, loads
from archdsl.testing import check_mutation

OPS = ResampleDecision(kind="op")
NONE = ResampleDecision(where="nowhere")


def test_compositions_are_values() -> None:
    composed = OPS >> (NONE >> with_probability(0.5, OPS))
    assert composed == InTurn((OPS, NONE, with_probability(0.5, OPS)))
    assert hash(composed) == hash(InTurn((OPS, NONE, with_probability(0.5, OPS))))


def test_mutations_made_of_others_keep_the_laws() -> None:
    check_mutation(ResampleDecision() >> ResampleDecision(), effort="quick")
    check_mutation(one_of(ResampleDecision(), ResampleDecisions(2), weights=(1, 3)), effort="quick")
    check_mutation(with_probability(0.5, ResampleDecision()), may_keep=True, effort="quick")


def test_mutations_of_several_decisions_keep_the_laws() -> None:
    check_mutation(ResampleDecisions(2), reaches=False, effort="quick")
    check_mutation(ResampleEach(0.5), may_keep=True, effort="quick")
    check_mutation(FlipElements(0.5), may_keep=True, may_refuse=True, reaches=False, effort="quick")


def test_what_has_nothing_to_give_is_passed_over_unless_all_are() -> None:
    space = load("nas_bench_201")
    parent = space.sample(seed=0)
    given: tuple[Mutation, ...] = (NONE >> OPS, OPS >> NONE, one_of(NONE, OPS))
    for mutation in given:
        assert all(distance(parent, mutation.apply(parent, space, Random(i))) == 1 for i in range(20))
    given = (NONE >> NONE, one_of(NONE, NONE), with_probability(1, NONE))
    for mutation in given:
        with pytest.raises(NoChange):
            mutation.apply(parent, space, Random(0))


def test_what_is_drawn_follows_the_probabilities() -> None:
    space = load("nas_bench_201")
    parent = space.sample(seed=0)
    first, last = (ResampleDecision(where=f"node_cell.n[{i}]*") for i in (0, 2))
    mutation = with_probability(0.5, one_of(first, last, weights=(1, 4)))
    rng = Random(0)
    counts: Counter[str] = Counter()
    for _ in range(2000):
        mutant = mutation.apply(parent, space, rng)
        changed = [own for own, label in mutant.decisions.items() if parent.decisions[own] != label]
        counts[changed[0][:14] if changed else ""] += 1
    assert 900 < counts[""] < 1100
    assert 140 < counts["node_cell.n[0]"] < 260
    assert 700 < counts["node_cell.n[2]"] < 900


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_so_many_decisions_change_where_they_are_free(count: int) -> None:
    space, rng = load("nas_bench_201"), Random(0)
    parent = space.sample(seed=0)
    assert {distance(parent, ResampleDecisions(count).apply(parent, space, rng)) for _ in range(50)} == {count}


def test_what_does_not_match_stays() -> None:
    space, rng = load("darts"), Random(0)
    parent = space.sample(seed=0)
    for _ in range(100):
        mutant = ResampleDecision(where="normal.*", kind="source").apply(parent, space, rng)
        (changed,) = [own for own, label in mutant.decisions.items() if parent.decisions.get(own, label) != label]
        assert changed.startswith("normal.")
        assert isinstance(mutant.decisions[changed], tuple)


def test_kinds_tell_ops_sources_values_and_settings_apart() -> None:
    space = loads("""
    network n(x: vec[4]) -> vec[4] {
      setting rate = choose one of 1e-4..1e-1
      setting epochs = choose one of [1, 2]
      let width = choose { 4 | 8 }
      let y = x |> choose { relu | tanh }
      let z = choose one of [x, y]
      return sum(choose 1.. of [z |> linear[width] |> linear[4], x])
    }
    """)
    kinds = space.kinds(space.sample(seed=0).decisions)
    assert {own.removeprefix("n."): kind for own, kind in kinds.items()} == {
        "rate": "setting", "epochs": "setting", "width": "value", "y": "op", "z": "source", "n": "source"
    }  # fmt: skip


def test_a_number_stays_within_a_factor_and_its_interval() -> None:
    text = (
        "network n(x: vec[4]) -> vec[4] { setting rate = choose one of 1e-4..0.1 return x |> choose { relu | tanh } }"
    )
    space, rng = loads(text), Random(0)
    parent = space.architecture({"n.rate": 0.06, "n": "relu"})
    labels = [ResampleNumber().apply(parent, space, rng).decisions["n.rate"] for _ in range(300)]
    drawn = [own for own in labels if isinstance(own, float)]
    assert len(drawn) == 300
    assert all(0.03 <= own <= 0.1 for own in drawn)
    assert min(drawn) < 0.035
    assert max(drawn) > 0.09


def test_real_settings_are_resampled_too() -> None:
    space = loads("network n(x: vec[4]) -> vec[4] { setting rate = choose one of 1e-4..0.1 return relu(x) }")
    parent = space.sample(seed=0)
    mutant = ResampleDecision().apply(parent, space, Random(0))
    assert mutant.decisions["n.rate"] != parent.decisions["n.rate"]
    assert mutant in space


@pytest.mark.parametrize(
    "make",
    [
        lambda: with_probability(1.5, OPS),
        lambda: one_of(),
        lambda: one_of(OPS, weights=(1, 2)),
        lambda: ResampleDecisions(0),
        lambda: ResampleEach(-0.1),
        lambda: ResampleNumber(factor=1),
    ],
)
def test_options_that_cannot_be_meant_are_refused(make: object) -> None:
    with pytest.raises(UsageError, match="expected"):
        make()  # type: ignore[operator]
