"""The published keys of NAS-Bench-101 are those of its table, and the space comes to as many cells."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import archdsl
from archdsl.diagnostics import UsageError
from archdsl.interop.nasbench101 import (
    DECISION_SETS,
    MOST_EDGES,
    OPS,
    Cell,
    Wiring,
    is_first,
    keys,
    pruned,
    published_key,
    wirings,
)
from archdsl.interop.published import PUBLISHED, key_of_101
from archdsl.searchspace import load
from archdsl.searchspace.dedup import dedup

DATA = Path(__file__).parents[3] / "shared" / "data" / "nasbench101"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs the table of NAS-Bench-101 beside the project")


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Draw a wiring of which something may be to be pruned, with ops for all vertices."""
    size = draw(st.integers(2, 7))
    sources = [draw(st.sets(st.integers(0, v - 1))) for v in range(1, size)]
    sources[-1] |= {draw(st.integers(0, size - 2))}
    for v in range(1, size - 1):
        sources[v - 1] |= {draw(st.integers(0, v - 1))}
    ops = draw(st.lists(st.sampled_from(OPS), min_size=size - 2, max_size=size - 2))
    return Cell(tuple(tuple(sorted(own)) for own in sources), tuple(ops))


def kept(cell: Cell) -> Cell:
    wiring, vertices = pruned(cell.wiring)
    return Cell(wiring, tuple(cell.ops[v - 1] for v in vertices[1:-1]))


def edges(wiring: Wiring) -> int:
    return sum(map(len, wiring))


# ---------------------------------------------------------------- wirings


@given(cell=cells())
def test_a_pruned_wiring_has_nothing_to_prune_and_is_one_of_all(cell: Cell) -> None:
    wiring, _ = pruned(cell.wiring)
    assert pruned(wiring)[0] == wiring
    if edges(wiring) <= MOST_EDGES:
        assert wiring in set(wirings(len(wiring) + 1))


@given(cell=cells(), data=st.data())
def test_the_key_does_not_depend_on_the_order_of_vertices(cell: Cell, data: st.DataObject) -> None:
    wiring, ops = kept(cell)
    last = len(wiring)
    matrix = Cell(wiring, ops).matrix
    order = data.draw(st.permutations(range(1, last)))
    number = dict(zip(range(1, last), order, strict=True)) | {0: 0, last: last}
    if all(number[s] < number[v] for v in range(1, last + 1) for s in wiring[v - 1]):
        moved: list[tuple[int, ...]] = [()] * last
        for v in range(1, last + 1):
            moved[number[v] - 1] = tuple(sorted(number[s] for s in wiring[v - 1]))
        labels = [ops[v - 1] for v in sorted(range(1, last), key=lambda v: number[v])]
        assert published_key(Cell(tuple(moved), tuple(labels))) == published_key(Cell(wiring, ops))
    assert sum(map(sum, matrix)) == edges(wiring)


def test_an_output_that_does_not_depend_on_the_input_is_no_cell() -> None:
    with pytest.raises(ValueError, match="depends on the input"):
        pruned(((0,), (), (2,)))


@pytest.mark.parametrize(
    ("size", "all_of_them", "first"), [(2, 1, 1), (3, 2, 2), (4, 10, 10), (5, 121, 97), (6, 1545, 810)]
)
def test_there_are_as_many_wirings_as_published(size: int, all_of_them: int, first: int) -> None:
    own = list(wirings(size))
    assert len(own) == len(set(own)) == all_of_them
    assert sum(map(is_first, own)) == first


# ---------------------------------------------------------------- keys


@pytest.mark.parametrize(("most", "number"), [(2, 1), (3, 7), (4, 91), (5, 2_532)])
def test_there_are_as_many_keys_as_published(most: int, number: int) -> None:
    everything = {
        published_key(Cell(wiring, ops))
        for size in range(2, most + 1)
        for wiring in wirings(size)
        for ops in product(OPS, repeat=size - 2)
    }
    assert keys(most) == everything
    assert len(everything) == number


def in_the_table(most: int) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Give the hashes of all cells of at most so many vertices, as numbers of 64 bits."""
    with np.load(DATA / "nb101_table.npz") as table:
        return np.asarray(np.load(DATA / "nb101_hash64.npy")[table["vertices"] <= most])


def heads(found: set[str]) -> list[int]:
    return sorted(int(key[:16], 16) for key in found)


def test_cells_of_at_most_six_vertices_have_as_many_keys_as_published() -> None:
    found = keys(6)
    assert len(found) == 64_542
    if DATA.exists():
        assert heads(found) == in_the_table(6).tolist()


@pytest.mark.slow
@needs_data
def test_all_keys_are_those_of_the_table() -> None:
    found = keys(7)
    assert len(found) == 423_624
    assert heads(found) == in_the_table(7).tolist()


@needs_data
def test_a_row_of_the_table_has_the_key_that_it_stands_under() -> None:
    with np.load(DATA / "nb101_table.npz") as table:
        vertices, bits, ops = table["vertices"], table["edge_bits"], table["ops_base3"]
    known = np.load(DATA / "nb101_hash64.npy")
    for row in range(0, len(known), 997):
        size = int(vertices[row])
        wiring = tuple(tuple(s for s in range(v) if bits[row] >> (s + v * (v - 1) // 2) & 1) for v in range(1, size))
        labels = tuple(OPS[int(ops[row]) // 3**i % 3] for i in range(size - 2))
        assert int(published_key(Cell(wiring, labels))[:16], 16) == known[row]


# ---------------------------------------------------------------- the space


KEYS = "published keys (NAS-Bench-101)"


def decision_sets(inner: int) -> Iterator[int]:
    """Give the number of ways to label each wiring."""
    subsets = [
        [own for bits in range(1 << v) for own in [tuple(s for s in range(v) if bits >> s & 1)]]
        for v in range(1, inner + 2)
    ]
    for wiring in product(*subsets):
        try:
            _, vertices = pruned(wiring)
        except ValueError:
            continue
        if edges(wiring) <= MOST_EDGES:
            yield len(OPS) ** (len(vertices) - 2)


@pytest.mark.parametrize("inner", [1, 2, 3])
def test_the_space_has_as_many_decision_sets_as_wirings_have_labels(inner: int) -> None:
    assert sum(decision_sets(inner)) == DECISION_SETS[inner]


@pytest.mark.parametrize("inner", [1, 2, 3])
def test_counting_keys_is_counting_what_architectures_have(inner: int) -> None:
    space = load("nas_bench_101", vertices=inner + 2)
    assert space.size() == DECISION_SETS[inner]
    counted = dedup(space, published=PUBLISHED, limit=1)
    assert (counted.connected, [own.name for own in counted.classes]) == (None, [KEYS])
    found = {key_of_101(architecture.decisions) for architecture in space}
    assert found == keys(inner + 2)
    assert counted[KEYS] == len(found)


def test_keys_are_counted_beside_all_else_where_each_architecture_is_looked_at() -> None:
    found = dedup(load("nas_bench_101", vertices=3), published=PUBLISHED)
    assert found.connected == found.decisions == DECISION_SETS[1]
    assert found[KEYS] == found["fingerprints"] == 7


@pytest.mark.slow
def test_the_space_of_at_most_six_vertices_has_as_many_keys_as_published() -> None:
    found = archdsl.dedup(load("nas_bench_101", vertices=6), limit=1)
    assert (found.decisions, found[KEYS]) == (347_068, 64_542)


@pytest.mark.slow
def test_the_space_has_as_many_keys_as_published() -> None:
    found = archdsl.dedup(load("nas_bench_101"))
    assert (found.decisions, found[KEYS]) == (9_100_558, 423_624)


def test_another_space_with_the_same_choices_is_not_named_so() -> None:
    other = load("nas_bench_101", vertices=3, edges=2)
    assert all(own.name != KEYS for own in dedup(other, published=PUBLISHED).classes)
    with pytest.raises(UsageError, match="to be enumerated"):
        dedup(other, published=PUBLISHED, limit=1)
