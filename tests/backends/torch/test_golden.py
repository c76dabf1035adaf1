"""Published counts, from the declarations and from the built modules."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch

import archdsl
from archdsl.backends.torch import Supernet
from archdsl.backends.torch.profile import count_macs
from archdsl.backends.torch.program import count_parameters
from archdsl.ir import Label

OPS = {
    "sep3": "sep_conv_3x3", "sep5": "sep_conv_5x5", "dil3": "dil_conv_3x3", "dil5": "dil_conv_5x5",
    "max": "max_pool_3x3", "avg": "avg_pool_3x3", "skip": "skip_connect",
}  # fmt: skip
DARTS_V1 = (
    "sep3 1, sep3 0 | skip 0, sep3 1 | skip 0, sep3 1 | sep3 0, skip 2",
    "max 0, max 1 | skip 2, max 0 | max 0, skip 2 | skip 2, avg 0",
)
DARTS_V2 = (
    "sep3 0, sep3 1 | sep3 0, sep3 1 | sep3 1, skip 0 | skip 0, dil3 2",
    "max 0, max 1 | skip 2, max 1 | max 0, skip 2 | skip 2, max 1",
)
PC_DARTS = (
    "sep3 1, skip 0 | sep3 0, dil3 1 | sep5 0, sep3 1 | avg 0, dil3 1",
    "sep5 1, max 0 | sep5 1, sep5 2 | sep3 0, sep3 3 | sep3 1, sep3 2",
)
SNAS_MILD = (
    "sep3 0, sep3 1 | skip 0, dil3 1 | skip 0, skip 1 | skip 0, sep3 1",
    "max 0, max 1 | max 1, skip 2 | max 1, skip 2 | max 0, dil5 2",
)


def decisions_of(genotype: tuple[str, str]) -> dict[str, Label]:
    """Read a genotype as papers print it: an op and its source for each edge, a bar between nodes."""
    decisions: dict[str, Label] = {}
    for cell, text in zip(("normal", "reduce"), genotype, strict=True):
        for i, node in enumerate(text.split(" | ")):
            edges = sorted((int(source), OPS[op]) for op, source in (edge.split() for edge in node.split(", ")))
            decisions[f"{cell}.h[{i}]"] = tuple(source for source, _ in edges)
            decisions |= {f"{cell}.h[{i}].edge_op@{source}": op for source, op in edges}
    return decisions


def assert_counts(architecture: archdsl.Architecture, params: int, macs: int | None) -> None:
    """Compare with the declarations, and with the module on the meta device."""
    assert architecture.params == params
    with torch.device("meta"):
        net = archdsl.compile(architecture)
        x = torch.empty(1, *architecture.graph.inputs[0].type.dims)
    assert count_parameters(net) == params
    if macs is not None:
        assert (architecture.macs, count_macs(net, x)) == (macs, macs)


def test_mobilenet_v2_has_its_published_size() -> None:
    assert_counts(archdsl.load("mobilenet_v2").sample(seed=0), 3_504_872, 300_774_272)


@pytest.mark.parametrize(
    ("genotype", "params", "macs"),
    [
        (DARTS_V1, 3_169_414, 500_987_520),
        (DARTS_V2, 3_349_342, 528_359_040),
        (PC_DARTS, 3_634_678, 556_670_592),
        (SNAS_MILD, 2_661_382, 422_218_368),
    ],
)
def test_darts_genotypes_have_their_published_sizes(genotype: tuple[str, str], params: int, macs: int) -> None:
    assert_counts(archdsl.load("darts").architecture(decisions_of(genotype)), params, macs)


def test_the_auxiliary_head_counts_parameters_but_no_macs() -> None:
    assert_counts(archdsl.load("darts", auxiliary=True).architecture(decisions_of(DARTS_V2)), 3_825_768, 528_359_040)


@pytest.mark.parametrize(
    ("c", "cells", "params", "macs"),
    [(4, 3, 2_858, 1_442_432), (16, 8, 246_106, 43_444_736), (16, 20, 710_682, 114_567_680)],
)
def test_darts_v2_scales_as_published(c: int, cells: int, params: int, macs: int) -> None:
    assert_counts(archdsl.load("darts", c=c, cells=cells).architecture(decisions_of(DARTS_V2)), params, macs)


@pytest.mark.parametrize(("c", "cells", "weights"), [(16, 8, 1_930_618), (4, 3, 72_854), (8, 5, 394_210)])
def test_the_darts_supernet_has_its_published_weights(c: int, cells: int, weights: int) -> None:
    space = archdsl.load("darts", c=c, cells=cells, search=True)
    assert space.supergraph().params == weights
    with torch.device("meta"):
        supernet = archdsl.supernet(space)
    assert isinstance(supernet, Supernet)
    assert sum(weight.numel() for _, weight in supernet.weights()) == weights


@pytest.mark.parametrize("seed", range(60))
def test_a_nas_bench_201_cell_obeys_the_published_formula(seed: int) -> None:
    architecture = archdsl.load("nas_bench_201").sample(seed=seed)
    labels = list(architecture.decisions.values())
    n1, n3 = labels.count("nor_conv_1x1"), labels.count("nor_conv_3x3")
    assert architecture.params == 73_306 + 28_000 * n1 + 243_040 * n3


def test_parameters_are_those_of_the_nas_bench_201_table() -> None:
    path = Path(__file__).parents[4] / "shared" / "data" / "nasbench201" / "nb201.npz"
    if not path.exists():
        pytest.skip(f"the table is not at {path}")
    table = np.load(path)
    ops = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
    space = archdsl.load("nas_bench_201")
    edges = [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]
    for row in range(0, 15_625, 157):
        named = {
            f"node_cell.n[{node - 1}].edge_op@{source}": ops[op]
            for (node, source), op in zip(edges, table["arch_ops"][row], strict=True)
        }
        assert space.architecture(named).params == int(table["params_cifar10"][row])


def test_a_genotype_is_read_as_it_is_printed() -> None:
    assert decisions_of(DARTS_V2)["normal.h[3]"] == (0, 2)
    assert all(re.fullmatch(r"(normal|reduce)\.h\[\d\](\.edge_op@\d)?", a) for a in decisions_of(DARTS_V2))
