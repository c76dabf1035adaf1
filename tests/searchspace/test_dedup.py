"""Architectures are counted as networks: each class once, and none with what is another network."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given

import archdsl
from archdsl.diagnostics import ArchdslError, UsageError
from archdsl.interop.published import PUBLISHED, unique_string_of_201
from archdsl.ir import Graph
from archdsl.ir.fingerprints import are_equal, fingerprint
from archdsl.ir.forms import form_of
from archdsl.ir.rewrites import EXACT, CollapseIdentity
from archdsl.searchspace import Space, load, loads
from archdsl.searchspace.classes import Classes, Graphs
from archdsl.searchspace.dedup import dedup
from archdsl.searchspace.equivalences import EQUIVALENCES
from archdsl.testing import sources
from tests.ir.isomorphism import is_isomorphic, rings

TABLE = Path(__file__).parents[3] / "shared" / "data" / "nasbench201" / "nb201.npz"
SMALL = """
choice edge(x: image[c, h, w]) { none = zero | skip = identity | conv = relu |> conv[c, 1] |> bn | pool = avg_pool[3] }
cell part(x: image) {
  nodes n[2] after (x) { return sum(edge(e) for e in earlier) }
  return n[1]
}
"""
NETWORK = f"{SMALL} network n(x: image[2, 4, 4]) -> image[2, 4, 4] = x |> conv[2, 3] |> repeat 2 {{ part |> relu }}"


def small_space(text: str) -> Space:
    """Give the space of a text, if it is not too large to compare all its architectures with each other."""
    try:
        space = loads(text)
        size = space.size()
    except ArchdslError:
        assume(False)
        raise
    assume(size <= 24)
    return space


def classes_of(graphs: list[Graph]) -> int:
    """Count classes by comparing each graph with one of each class."""
    known: list[Graph] = []
    for graph in graphs:
        if not any(is_isomorphic(graph, other) for other in known):
            known.append(graph)
    return len(known)


@given(text=sources(limit=24))
def test_the_classes_of_any_space_are_those_that_a_comparison_of_all_finds(text: str) -> None:
    space = small_space(text)
    found = dedup(space, whole=True)
    assert found.decisions == space.size()
    assert found["fingerprints"] == classes_of([architecture.graph for architecture in space])


@given(text=sources(limit=24))
def test_graphs_that_are_cut_out_have_the_forms_of_elaborated_ones(text: str) -> None:
    for architecture, graph in Graphs(small_space(text)):
        assert form_of(graph, (CollapseIdentity(),)) == form_of(architecture.graph, (CollapseIdentity(),))


def test_coarser_equivalences_have_no_more_classes() -> None:
    found = dedup(loads(NETWORK))
    for one in EQUIVALENCES:
        for other in EQUIVALENCES:
            if set(one.passes) <= set(other.passes):
                assert found[one.name] >= found[other.name]


def test_every_equivalence_finds_what_its_passes_find() -> None:
    space = loads(NETWORK)
    found = dedup(space, whole=True)
    for own in EQUIVALENCES:
        assert found[own.name] == len({fingerprint(architecture.graph, own.passes) for architecture in space})


@pytest.mark.parametrize("kept", [0, 1, 7])
def test_classes_do_not_depend_on_how_much_is_kept(kept: int) -> None:
    space = loads(NETWORK)
    for own in EQUIVALENCES:
        found = Classes(Graphs(space, kept), own.passes, kept)
        expected = Classes(Graphs(space), own.passes)
        for index, (_, graph) in enumerate(Graphs(space)):
            assert found.add(index, graph) == expected.add(index, graph)
        assert found.members == expected.members


def test_what_colors_do_not_tell_apart_is_two_classes() -> None:
    one, two = rings(8), rings(4, 4)
    classes = Classes(Graphs(loads(NETWORK)), EXACT)
    assert [classes.add(index, graph) for index, graph in enumerate([one, two, one, two])] == [0, 1, 0, 1]


def test_what_is_exact_is_said() -> None:
    exact = {own.name for own in dedup(loads(NETWORK)).classes if own.is_exact}
    assert exact == {"fingerprints", "fingerprints, merge-equal"}


# ---------------------------------------------------------------- one cell


def test_the_only_cell_that_decides_stands_for_the_network() -> None:
    space = loads(NETWORK)
    one = dedup(space)
    assert one.unit == "one use of cell `part`"
    assert one == dedup(space, cell="part")
    assert dedup(space, whole=True).unit == "whole networks"


def test_networks_are_equal_where_their_cells_are() -> None:
    space = loads(NETWORK)
    cells: dict[str, Graph] = {}
    alone = loads(f"{SMALL} network n(x: image[2, 4, 4]) -> image[2, 4, 4] = part(x)")
    for architecture in alone:
        whole = space.architecture(architecture.decisions).graph
        first = cells.setdefault(fingerprint(architecture.graph), whole)
        assert are_equal(whole, first)
    assert len(cells) == dedup(space)["fingerprints"] >= dedup(space, whole=True)["fingerprints"]


def test_what_decides_outside_of_cells_is_taken_whole() -> None:
    text = f"{SMALL} network n(x: image[2, 4, 4]) -> image[2, 4, 4] = x |> part |> choose {{ relu | tanh }}"
    found = dedup(loads(text))
    assert (found.unit, found.decisions) == ("whole networks", 128)
    assert dedup(loads(text), cell="part").decisions == 64


def test_members_of_a_family_are_cells_of_their_own() -> None:
    text = """
        cell part[m in 0..1](x: vec[d]) { return x |> choose { relu | tanh | identity } }
        network n(x: vec[4]) -> vec[4] = x |> part[0] |> part[1]
    """
    assert dedup(loads(text)).decisions == 9
    assert dedup(loads(text), cell="part[1]").decisions == 3
    with pytest.raises(UsageError, match=r"uses no cell `part\[2\]`"):
        dedup(loads(text), cell="part[2]")


def test_a_cell_that_few_architectures_use_is_found() -> None:
    text = """
        cell seldom(x: vec[d]) { return x |> choose { relu | tanh } }
        network n(x: vec[4]) -> vec[4] = x |> choose { relu weight 20 | seldom }
    """
    assert dedup(loads(text), cell="seldom").decisions == 2


def test_more_architectures_than_asked_for_are_not_looked_at() -> None:
    with pytest.raises(UsageError, match="`n` has 64 architectures, more than the 63"):
        dedup(loads(NETWORK), limit=63)


def test_progress_is_told_by_stage() -> None:
    seen: Counter[str] = Counter()
    last: dict[str, tuple[int, int]] = {}

    def told(stage: str, done: int, total: int) -> None:
        seen[stage] += 1
        last[stage] = done, total

    dedup(loads(NETWORK), progress=told)
    assert seen["architectures"] == 64
    assert all(done == total for done, total in last.values())


# ---------------------------------------------------------------- published spaces


def test_unique_strings_of_nas_bench_201_are_as_many_as_published() -> None:
    space = load("nas_bench_201")
    assert PUBLISHED[0].applies(space.choices, space.size())
    assert len({unique_string_of_201(architecture.decisions) for architecture in space}) == 6_466


@pytest.mark.skipif(not TABLE.exists(), reason="needs the table of NAS-Bench-201 beside the project")
def test_unique_strings_of_nas_bench_201_part_its_cells_as_the_table_does() -> None:
    with np.load(TABLE) as table:
        ops, edges, known = table["ops"], table["arch_ops"], table["unique_id"]
    addresses = [f"node_cell.n[{node - 1}].edge_op@{source}" for node in range(1, 4) for source in range(node)]
    keys = [unique_string_of_201(dict(zip(addresses, map(str, ops[own]), strict=True))) for own in edges]
    assert len(set(zip(keys, known.tolist(), strict=True))) == len(set(keys)) == len(set(known.tolist())) == 6_466


@pytest.mark.slow
def test_nas_bench_201_has_as_many_networks_as_its_cells_have() -> None:
    found = archdsl.dedup(load("nas_bench_201"))
    assert found.unit == "one use of cell `node_cell`"
    assert (found.decisions, found.connected) == (15_625, 15_284)
    assert {own.name: own.number for own in found.classes} == {
        "published keys (NAS-Bench-201)": 6_466,
        "fingerprints": 5_650,
        "fingerprints, merge-equal": 5_485,
        "fingerprints, zero-through-norm": 5_425,
        "fingerprints, zero-through-norm, merge-equal": 5_260,
        "term keys": 4_930,
    }
