"""The exact sizes of the shipped spaces: the published ones, or those that follow from the text."""

from functools import reduce
from math import comb, factorial, prod

import numpy as np
import pytest

from archdsl.searchspace import load, shipped
from archdsl.testing.brute_force import brute_force, key_of
from tests.small import load_small

OPS = 6
"""The ops of `digits_cells`."""


def modules_of_steps(depth: int) -> int:
    """Count the modules of sequences in `einspace`."""
    inner = modules_of_steps(depth - 1) if depth > 1 else 0
    return 5 + 3 * inner**2 + inner**3


def modules_of_grids(depth: int) -> int:
    """Count the modules of images in `einspace`."""
    inner = modules_of_grids(depth - 1) if depth > 1 else 0
    return 6 + modules_of_steps(3) + 4 * inner**2


def networks_of_species(species: int) -> int:
    """Count the networks of `codeepneat`, but for what it learns with: blueprints with the modules that they use."""
    wirings = [prod(2**i - 1 for i in range(1, n + 1)) for n in range(5)]
    modules = sum(wirings[n] * 48**n for n in (1, 2, 3))
    onto = [[sum((-1) ** j * comb(k, j) * (k - j) ** n for j in range(k + 1)) for k in range(4)] for n in range(5)]
    return sum(wirings[n] * comb(species, k) * onto[n][k] * modules**k for n in range(1, 5) for k in (1, 2, 3))


SIZES = {
    "nas_bench_201": 5**6,
    "darts": prod(comb(2 + i, 2) * 7**2 for i in range(4)) ** 2,
    "darts_imagenet": prod(comb(2 + i, 2) * 7**2 for i in range(4)) ** 2,
    "proxylessnas": 6**6 * 7**15,
    "mobilenet_v2": 1,
    "enas_macro": 6**12 * 2**66,
    "once_for_all": (9**2 + 9**3 + 9**4) ** 5,
    "einspace": modules_of_grids(3) ** 2,
    "codeepneat": 2 * networks_of_species(3),
    "darts_rnn": factorial(8) * 4**8,
    "enas_rnn": factorial(11) * 4**12,
    "squeezenas": 13**20,
    "vision_transformer": 3 * sum(4**depth for depth in (12, 13, 14)),
    "genetic_cnn": 2 ** (3 + 6 + 10),
    "nasnet": prod((2 + b) ** 2 * 13**2 * 2 for b in range(5)) ** 2,
    "digits_cells": 2 * prod(n * OPS + comb(n, 2) * OPS**2 for n in (1, 2, 3)),
}


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_a_shipped_space_has_the_published_size(name: str, size: int) -> None:
    assert load(name).size() == size


def test_published_sizes_are_as_in_the_papers() -> None:
    assert SIZES["nas_bench_201"] == 15_625
    assert SIZES["darts"] == 1_037_664_180**2 == 1_076_746_950_455_072_400
    assert SIZES["proxylessnas"] == 221_502_229_807_900_608
    assert SIZES["genetic_cnn"] == 524_288
    assert SIZES["nasnet"] == 2_286_906_949_584_691_200**2
    assert SIZES["once_for_all"] == 21_758_655_492_572_485_851


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_space_is_proved_and_its_size_does_not_depend_on_widths(name: str) -> None:
    space = load_small(name)
    assert space.verdict.kind == "proved"
    wider = space.at(statics={key: 2 * space.statics[key] for key in ("c", "width") if key in space.statics})
    assert wider.size() == space.size()


def sets_of_nas_bench_101(vertices: int) -> int:
    """Count wirings and the ops of their live vertices, all wirings side by side."""
    bits = np.arange(2 ** (vertices * (vertices - 1) // 2))
    edge = {(s, v): bits >> (v * (v - 1) // 2 + s) & 1 == 1 for v in range(vertices) for s in range(v)}
    reached, used = {0: bits >= 0}, {vertices - 1: bits >= 0}
    for v in range(1, vertices):
        reached[v] = reduce(np.logical_or, (edge[s, v] & reached[s] for s in range(v)))
    for v in reversed(range(vertices - 1)):
        used[v] = reduce(np.logical_or, (edge[v, t] & used[t] for t in range(v + 1, vertices)))
    admissible = reached[vertices - 1] & (sum(edge.values()) <= 9)
    alive = sum(reached[v] & used[v] for v in range(1, vertices - 1)) + np.zeros(len(bits), int)
    return int((3 ** alive[admissible]).sum())


@pytest.mark.parametrize("vertices", [3, 4, 5, 6, pytest.param(7, marks=pytest.mark.slow)])
def test_the_wirings_of_nas_bench_101(vertices: int) -> None:
    size = load("nas_bench_101", vertices=vertices, per_stack=1).size()
    assert size == sets_of_nas_bench_101(vertices)
    assert vertices < 7 or size == 9_100_558


def test_the_search_space_of_darts_has_an_op_more() -> None:
    assert load("darts", search=True).size() == prod(comb(2 + i, 2) * 8**2 for i in range(4)) ** 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nas_bench_201", "digits_cells"])
def test_brute_force_counts_as_many(name: str) -> None:
    space = load(name, width=2).at(statics={"per_stage": 1} if name == "nas_bench_201" else {})
    found = brute_force(space.elaborated, 100_000)
    assert not found.faults
    assert len(found.keys) == space.size() == SIZES[name]
    assert all(key_of(dict(space.sample(seed=seed).decisions)) in found.keys for seed in range(100))
