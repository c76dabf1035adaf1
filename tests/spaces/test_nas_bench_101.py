"""The cells of NAS-Bench-101's table are members of the shipped space, with the parameters that the table has."""

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

import archdsl
from archdsl.ir import Label, verify

DATA = Path(__file__).parents[3] / "shared" / "data" / "nasbench101"
OPS = ("conv3x3", "conv1x1", "maxpool3x3")
ROWS = 423_624


@pytest.fixture(scope="module")
def table() -> dict[str, np.ndarray[Any, Any]]:
    if not DATA.exists():
        pytest.skip("needs the table of NAS-Bench-101 beside the project")
    with np.load(DATA / "nb101_table.npz") as columns:
        return {name: columns[name] for name in ("vertices", "edge_bits", "ops_base3", "params")}


def decisions_of(table: dict[str, np.ndarray[Any, Any]], row: int) -> tuple[int, dict[str, Label]]:
    """Give the vertices of a row's cell, and its decisions: an edge from x to y is bit x + y (y - 1) / 2."""
    vertices, bits, ops = (int(table[name][row]) for name in ("vertices", "edge_bits", "ops_base3"))
    decisions: dict[str, Label] = {}
    for y in range(1, vertices):
        sources = tuple(x for x in range(y) if bits >> (y * (y - 1) // 2 + x) & 1)
        decisions[f"module.inputs@{y - 1}"] = sources
    for i in range(vertices - 2):
        decisions[f"module.n[{i}].vertex"] = OPS[ops // 3**i % 3]
    return vertices, decisions


@pytest.mark.parametrize("rows", [40, pytest.param(1_000, marks=pytest.mark.slow)])
def test_a_cell_of_the_table_has_its_parameters(table: dict[str, np.ndarray[Any, Any]], rows: int) -> None:
    for row in Random(101).sample(range(ROWS), rows):
        vertices, decisions = decisions_of(table, row)
        architecture = archdsl.load("nas_bench_101", vertices=vertices).architecture(decisions)
        assert verify(architecture.graph, architecture=True) == ()
        with torch.device("meta"):
            network = archdsl.compile(architecture)
        assert architecture.params == sum(own.numel() for own in network.parameters()) == table["params"][row]


def test_a_cell_with_a_vertex_that_feeds_nothing_is_that_without_it() -> None:
    space = archdsl.load("nas_bench_101", vertices=4, width=8, per_stack=1)
    inputs: dict[str, Label] = {"module.inputs@0": (0,), "module.inputs@1": (0,), "module.inputs@2": (1,)}
    alone = space.architecture({**inputs, "module.n[0].vertex": "conv3x3"})
    smaller = archdsl.load("nas_bench_101", vertices=3, width=8, per_stack=1)
    same = smaller.architecture({"module.inputs@0": (0,), "module.inputs@1": (1,), "module.n[0].vertex": "conv3x3"})
    assert alone.params == same.params
