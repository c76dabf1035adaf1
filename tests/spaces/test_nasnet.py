"""NASNet-A has its published sizes and shapes, and the space its published number of cells."""

from typing import Any

import pytest
import torch

import archdsl
from archdsl.backends.torch.example import random_inputs
from archdsl.backends.torch.profile import count_macs
from archdsl.backends.torch.program import count_parameters
from archdsl.ir import Graph, Label

OPS = {
    "sep3": "sep_conv_3x3", "sep5": "sep_conv_5x5", "sep7": "sep_conv_7x7",
    "avg3": "avg_pool_3x3", "max3": "max_pool_3x3", "id": "identity",
}  # fmt: skip
NASNET_A = {
    "normal": ("sep5 0 sep3 1 | sep5 1 sep3 1 | avg3 0 id 1 | avg3 1 avg3 1 | sep3 0 id 0", (1, 2, 3, 4, 5, 6)),
    "reduce": ("sep5 0 sep7 1 | max3 0 sep7 1 | avg3 0 sep5 1 | id 3 avg3 2 | sep3 2 max3 0", (3, 4, 5, 6)),
}
"""The ops and states of each block, and the states that a cell gives."""
LARGE = {"network": "nasnet_imagenet", "c": 168, "n": 6, "stem": 96, "skip": True, "size": 331}


def nasnet_a() -> dict[str, Label]:
    decisions: dict[str, Label] = {}
    for cell, (blocks, given) in NASNET_A.items():
        decisions[cell] = given
        for i, block in enumerate(blocks.split(" | ")):
            left, source, right, other = block.split()
            place = f"{cell}.h[{i}]"
            decisions |= {f"{place}.left": int(source), f"{place}.right": int(other), f"{place}.merge": "add"}
            decisions |= {f"{place}.edge_op": OPS[left], f"{place}.edge_op#1": OPS[right]}
    return decisions


@pytest.mark.parametrize(
    ("statics", "params", "macs"),
    [
        ({}, 3_346_538, 544_333_312),
        ({"network": "nasnet_imagenet"}, 5_289_978, 563_638_816),
        (LARGE, 88_753_150, 23_783_414_658),
    ],
    ids=["6 @ 768", "4 @ 1056", "6 @ 4032"],
)
def test_nasnet_a_has_its_published_size(statics: dict[str, Any], params: int, macs: int) -> None:
    architecture = archdsl.load("nasnet", flags=True, **statics).architecture(nasnet_a())
    with torch.device("meta"):
        network = archdsl.compile(architecture).eval()
        x = torch.empty(1, *architecture.graph.inputs[0].type.dims)
    assert architecture.params == count_parameters(network) == params
    assert architecture.macs == count_macs(network, x) == macs


def shapes(graph: Graph) -> list[tuple[int, ...]]:
    """Give the shapes of what the cells of a stack give."""
    found = {}
    for node in graph.nodes:
        path = str(node.address).split(".")
        if node.op == "concat" and path[-1] == "concat" and path[-2] in ("normal", "reduce"):
            found[node.address] = node.types[0].dims
    return list(found.values())


def test_the_cells_of_nasnet_a_have_their_published_shapes() -> None:
    space = archdsl.load("nasnet", flags=True)
    normal, mobile = shapes(space.architecture(nasnet_a()).graph), space.at("nasnet_imagenet", {"flags": True})
    assert list(dict.fromkeys(normal)) == [
        (192, 32, 32), (256, 16, 16), (384, 16, 16), (512, 8, 8), (768, 8, 8)
    ]  # fmt: skip
    assert list(dict.fromkeys(shapes(mobile.architecture(nasnet_a()).graph))) == [
        (44, 56, 56), (88, 28, 28), (264, 28, 28), (352, 14, 14), (528, 14, 14), (704, 7, 7), (1056, 7, 7)
    ]  # fmt: skip


def test_a_cell_of_each_kind_takes_fifty_decisions() -> None:
    space = archdsl.load("nasnet")
    assert len(space.sample(seed=0).decisions) == 50
    assert space.size() == space.genotypes().number == 5_229_943_396_058_757_337_940_161_399_357_440_000


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("flags", [False, True])
def test_a_random_network_of_the_space_trains(seed: int, flags: bool) -> None:
    space = archdsl.load("nasnet", c=4, n=1, flags=flags, auxiliary=True, classes=3)
    architecture = space.sample_uniform(seed=seed)
    assert space.unrank(space.rank(architecture)) == architecture
    network = archdsl.compile(architecture, seed=seed).train()
    assert sum(own.numel() for own in network.parameters()) == architecture.params
    y, aux = network(*random_inputs(architecture.graph, 2, torch.Generator().manual_seed(seed)))
    for gradient in torch.autograd.grad((y.square().mean() + aux.square().mean()), [*network.parameters()]):
        assert gradient.isfinite().all()
