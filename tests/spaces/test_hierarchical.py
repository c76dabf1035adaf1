"""Motifs that are decided once and used on many edges: counted by hand, by brute force, and by the diagram."""

from collections import Counter

import pytest

from archdsl.searchspace import Space, find, load, loads
from archdsl.testing.brute_force import brute_force, key_of


def sets_of_motif(size: int) -> tuple[int, int]:
    """Count the decision sets of a motif of so many nodes whose last is present, and of those where it is absent."""
    ways = Counter({(1, True): 1})  # by the number of present nodes, and whether the last is one
    for _ in range(size - 1):
        following: Counter[tuple[int, bool]] = Counter()
        for (present, _), count in ways.items():
            following[present + 1, True] += count * (7**present - 1)
            following[present, False] += count
        ways = following
    present, absent = (sum(n for (_, is_last), n in ways.items() if is_last is own) for own in (True, False))
    return present, absent


def networks(cell: int, motif: int) -> int:
    """Count the networks with a cell of so many nodes, of motifs of so many: motifs are alike, so that numbers do.

    A state says which nodes are present, and how many motifs are used that give a tensor, and that give none.
    """
    gives, lacks = sets_of_motif(motif)
    ways: Counter[tuple[tuple[bool, ...], int, int]] = Counter({((True,), 0, 0): 1})
    for _ in range(cell - 1):
        nodes: Counter[tuple[tuple[bool, ...], int, int]] = Counter()
        for (present, good, bad), count in ways.items():
            edges = Counter({(False, good, bad): count})
            for source in present:
                after: Counter[tuple[bool, int, int]] = Counter()
                for (is_present, p, a), number in edges.items():
                    if not source:
                        after[is_present, p, a] += 7 * number
                        continue
                    after[is_present, p, a] += (1 + a) * number
                    after[True, p, a] += p * number
                    after[True, p + 1, a] += (6 - p - a) * gives * number
                    after[is_present, p, a + 1] += (6 - p - a) * lacks * number
                edges = after
            for (is_present, p, a), number in edges.items():
                nodes[(*present, is_present), p, a] += number
        ways = nodes
    return sum(count for (present, _, _), count in ways.items() if present[-1])


@pytest.mark.parametrize(
    ("cell", "motif"), [(2, 2), (2, 4), (3, 2), (3, 4), pytest.param(5, 4, marks=pytest.mark.slow)]
)
def test_as_many_networks_as_counted_by_hand(cell: int, motif: int) -> None:
    space = load("hierarchical", nodes_of_cell=cell, nodes_of_motif=motif)
    assert space.size() == networks(cell, motif)
    assert space.genotypes().number == 7 ** (6 * motif * (motif - 1) // 2 + cell * (cell - 1) // 2)


def test_the_published_numbers() -> None:
    assert networks(5, 4) == 40_130_806_147_426_002_351_107_269_913_527_916_748
    assert f"{networks(5, 4):,}" in load("hierarchical").elaborated.program.main.module.span.source.text


def two_motifs() -> Space:
    """Give the space with two motifs of two nodes, two primitives, and a cell of three nodes."""
    path, _, _ = find("hierarchical")
    text = (
        path.read_text()
        .replace("0..5", "0..1")
        .replace("nodes_of_cell = 5, nodes_of_motif = 4", "nodes_of_cell = 3, nodes_of_motif = 2")
    )
    for line in ("conv_1x1 ", "depthwise", "separable", "max_pool "):
        text = "".join(own for own in text.splitlines(keepends=True) if not own.strip().startswith(f"| {line}"))
    return loads(text)


def test_brute_force_finds_the_same_members() -> None:
    space = two_motifs()
    found = brute_force(space.elaborated, 20_000)
    assert not found.faults
    assert space.size() == len(found.keys)
    assert [space.rank(space.unrank(i)) for i in range(0, space.size(), 7)] == [*range(0, space.size(), 7)]
    assert all(key_of(dict(space.sample_uniform(seed=seed).decisions)) in found.keys for seed in range(50))
