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
from archdsl.searchspace import Space, load, loads, shipped
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


@needs_data
def test_keys_of_at_most_six_vertices_are_those_of_the_table() -> None:
    found = keys(6)
    assert len(found) == 64_542
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


def space(inner: int) -> Space:
    """Give the space of NAS-Bench-101 with fewer vertices; its ops are of one width, for no key depends on it."""
    last = inner + 1
    return loads(f"""
        choice vertex(x: image[c, h, w]) {{ conv3x3 = conv[c, 3] | conv1x1 = conv[c, 1] | maxpool3x3 = max_pool[3] }}
        fun reach[inputs, v] = v == 0 or any([reach[inputs, s] for s in inputs[v - 1]])
        fun used[inputs, v] = v == {last} or any([used[inputs, t] for t in v + 1..{last} if v in inputs[t - 1]])
        fun alive[inputs, v] = reach[inputs, v] and used[inputs, v]
        cell module(x: image) {{
          let inputs = [choose any of 0..v for v in 0..{inner}]
          require sum([len(s) for s in inputs]) <= 9 and reach[inputs, {last}]
          nodes n[{inner}] after (x) as i {{
            return sum(earlier[s] for s in inputs[i] if alive[inputs, s] and alive[inputs, i + 1]) |> vertex
          }}
          return sum([x if s == 0 else n[s - 1] for s in inputs[{inner}] if alive[inputs, s]])
        }}
        network n(x: image[2, 4, 4]) -> image[2, 4, 4] = x |> module
    """)


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


@pytest.mark.parametrize("inner", [1, 2])
def test_counting_keys_is_counting_what_architectures_have(inner: int) -> None:
    own = space(inner)
    size = own.size()
    assert size == DECISION_SETS[inner]
    looked = dedup(own, published=PUBLISHED)
    counted = dedup(own, published=PUBLISHED, limit=size - 1)
    assert counted.connected is None
    assert [own.name for own in counted.classes] == ["published keys (NAS-Bench-101)"]
    assert counted[counted.classes[0].name] == looked[counted.classes[0].name] == len(keys(inner + 2))
    assert {key_of_101(architecture.decisions) for architecture in own} == keys(inner + 2)


def test_another_space_with_the_same_choices_is_not_named_so() -> None:
    text = space(1).elaborated.program.main.module.source.text
    other = loads(text.replace("<= 9", "<= 2"))
    assert all(own.name != "published keys (NAS-Bench-101)" for own in dedup(other, published=PUBLISHED).classes)
    with pytest.raises(UsageError, match="to be enumerated"):
        dedup(other, published=PUBLISHED, limit=1)


@pytest.mark.slow
@pytest.mark.skipif("nas_bench_101" not in shipped(), reason="the space is not shipped")
def test_the_shipped_space_has_as_many_keys_as_published() -> None:
    found = archdsl.dedup(load("nas_bench_101"))
    assert (found.decisions, found["published keys (NAS-Bench-101)"]) == (9_100_558, 423_624)
