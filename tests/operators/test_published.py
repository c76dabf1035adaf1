"""The mutations of published systems do what their papers say, on spaces of their kinds."""

from collections import Counter
from random import Random

import pytest

from archdsl.ir import Label
from archdsl.operators import (
    AlterLearningRate,
    AmoebaNetMutation,
    BitMutation,
    EdgeAndOpFlips,
    ForcedMutation,
    HiddenStateMutation,
    MotifMutation,
    NeutralMutation,
    NoChange,
    OpMutation,
    PointMutation,
    distance,
)
from archdsl.searchspace import Architecture, load, loads
from tests.small import load_small

AMOEBA = "tests/spaces/amoeba.nas"
CARTESIAN = "tests/spaces/cartesian.nas"


def changes(parent: Architecture, mutant: Architecture) -> dict[str, Label]:
    """Give what a mutant decides otherwise, or beyond its parent."""
    before = parent.decisions
    return {own: label for own, label in mutant.decisions.items() if before.get(own) != label}


def test_amoebanet_changes_a_source_or_an_op_and_nothing_in_5_of_100() -> None:
    space, rng = load(AMOEBA), Random(0)
    parent = space.sample(seed=0)
    counts: Counter[str] = Counter()
    for _ in range(4000):
        changed = changes(parent, AmoebaNetMutation().apply(parent, space, rng))
        assert len(changed) <= 1
        counts[next((space.kinds(parent.decisions)[own] for own in changed), "identity")] += 1
    assert counts["identity"] / 4000 == pytest.approx(0.05, abs=0.015)
    assert counts["op"] / counts["source"] == pytest.approx(1, abs=0.15)


def test_cells_blocks_and_sides_are_drawn_alike() -> None:
    space, rng = load(AMOEBA), Random(0)
    parent = space.sample(seed=0)
    for mutation in (HiddenStateMutation(), OpMutation()):
        counts = Counter(next(iter(changes(parent, mutation.apply(parent, space, rng)))) for _ in range(1600))
        assert len(counts) == 8
        assert all(140 < count < 260 for count in counts.values())


def test_a_motif_mutation_draws_level_motif_and_edge() -> None:
    space, rng = load_small("hierarchical"), Random(0)
    parent = space.sample(seed=1)
    counts: Counter[str] = Counter()
    for _ in range(1000):
        mutant = MotifMutation().apply(parent, space, rng)
        common = {
            own for own in parent.decisions if mutant.decisions.get(own, parent.decisions[own]) != parent.decisions[own]
        }
        assert common
        if len(common) == 1:
            counts[next(iter(common)).partition(".")[0]] += 1
    motifs = {own for own in counts if own.startswith("motif[")}
    assert counts["assembled"] == pytest.approx(500, abs=80)
    assert motifs


def test_forced_mutations_change_the_graph_and_neutral_ones_leave_it() -> None:
    space, rng = load(CARTESIAN), Random(0)
    for _ in range(6):
        parent = space.sample(rng=rng)
        point, forced = PointMutation(0.2), ForcedMutation(0.2)
        assert point.apply(parent, space, rng) in space
        assert forced.apply(parent, space, rng).graph != parent.graph
        neutral = NeutralMutation().apply(parent, space, rng)
        assert neutral != parent
        assert neutral.graph == parent.graph
        assert str(neutral.graph) == str(parent.graph)
        assert neutral in space


def test_without_an_unused_gene_there_is_no_neutral_mutation_and_without_a_used_one_no_forced() -> None:
    used = load("nas_bench_201")
    unused = loads("""
    network n(x: vec[4]) -> vec[4] {
      nodes h[2] after (x) { return choose one of earlier |> choose { a = relu | b = tanh } }
      return relu(x)
    }
    """)
    with pytest.raises(NoChange, match="changes its graph"):
        NeutralMutation().apply(used.sample(seed=0), used, Random(0))
    with pytest.raises(NoChange, match="changes its graph"):
        ForcedMutation(tries=3).apply(unused.sample(seed=0), unused, Random(0))
    assert NeutralMutation().apply(unused.sample(seed=0), unused, Random(0)) != unused.sample(seed=0)


def test_bits_flip_with_their_probability() -> None:
    space, rng = load("genetic_cnn"), Random(0)
    parent = space.sample(seed=0)
    flips = kept = 0
    for _ in range(2000):
        mutant = BitMutation().apply(parent, space, rng)
        kept += mutant == parent
        for own, label in mutant.decisions.items():
            before = parent.decisions[own]
            assert isinstance(label, tuple)
            assert isinstance(before, tuple)
            flips += len({*label} ^ {*before})
    assert flips / 2000 == pytest.approx(0.8 * 0.05 * 19, abs=0.08)
    assert kept / 2000 == pytest.approx(0.2 + 0.8 * 0.95**19, abs=0.04)


def test_cells_of_nas_bench_101_stay_valid_and_are_not_their_parents() -> None:
    space, rng = load_small("nas_bench_101"), Random(0)
    parent = space.sample(seed=0)
    seen = set()
    for _ in range(150):
        mutant = EdgeAndOpFlips().apply(parent, space, rng)
        assert mutant != parent
        seen.add(mutant)
        parent = mutant
    assert all(own in space for own in seen)
    assert len(seen) > 100


def test_tries_in_vain_end() -> None:
    space = load_small("nas_bench_101")
    with pytest.raises(NoChange, match="none of 5"):
        EdgeAndOpFlips(0.0, 0.0, tries=5).apply(space.sample(seed=0), space, Random(0))


def test_a_learning_rate_is_drawn_between_half_and_twice_its_value() -> None:
    space, rng = load("codeepneat"), Random(0)
    parent = space.sample(seed=0)
    old = parent.decisions["codeepneat.learning_rate"]
    for _ in range(50):
        mutant = AlterLearningRate().apply(parent, space, rng)
        new = mutant.decisions["codeepneat.learning_rate"]
        assert distance(parent, mutant) == 1
        assert isinstance(old, float)
        assert isinstance(new, float)
        assert old / 2 <= new <= old * 2
