"""The shipped spaces hold the networks of the papers, with their published figures; any of theirs trains."""

from typing import Any

import pytest
import torch

import archdsl
from archdsl.backends.torch.example import random_inputs
from archdsl.ir import Label

SQUEEZENAS = {
    "squeezenas:mac_small": (
        277_598,
        3_007_512_576,
        "312 311 311 312 561 311 311 312d 561 361d skip 312 561 331d 311d 311d 361d 312d 312d 312d",
    ),
    "squeezenas:lat_small": (
        465_774,
        4_465_098_752,
        "311 skip skip skip 361 361 skip skip 561 361d 512 312 361d 361d 361d 311d 361d 331d 331d 331d",
    ),
    "squeezenas_large:mac_large": (
        704_382,
        9_386_147_840,
        "312 361 312d 312 312 561 561 361d 561 561 561 511 331 561 311 511 331d 361d 312d 312d 312d 311d",
    ),
    "squeezenas_xlarge:lat_xlarge": (
        3_059_323,
        32_729_202_688,
        "skip 331 331 331 311d 361 331 561 512 561 361 312d 361 561 331d 312d 331 361d 331d 511 331d 361d",
    ),
}
"""Published networks: weights, multiply-accumulates, and for each layer kernel, expansion, groups, `d` if dilated."""

SMALL: dict[str, dict[str, Any]] = {
    "darts_rnn": {"d": 6, "vocab": 9, "steps": 4},
    "enas_rnn": {"d": 6, "vocab": 9, "steps": 4},
    "codeepneat": {"width": 4, "size": 8, "classes": 3},
    "einspace": {"width": 4, "size": 8, "classes": 3},
    "squeezenas": {"height": 64, "width": 96, "window": 3, "window_stride": 1, "classes": 3},
    "squeezenas:squeezenas_large": {"height": 64, "width": 96, "window": 3, "window_stride": 1, "classes": 3},
    "squeezenas:squeezenas_xlarge": {"height": 64, "width": 96, "classes": 3},
    "vision_transformer": {"widths": [8, 12], "least": 1, "most": 3, "patch": 8, "size": 16, "classes": 4},
}
"""Statics under which a space is quick to build."""


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("seed", range(3))
def test_a_random_network_of_a_space_trains(name: str, seed: int) -> None:
    architecture = archdsl.load(name, **SMALL[name]).sample(seed=seed)
    network = archdsl.compile(architecture, seed=seed).train()
    assert sum(own.numel() for own in network.parameters()) == architecture.params
    results = network(*random_inputs(architecture.graph, 2, torch.Generator().manual_seed(seed)))
    loss = torch.stack([y.square().mean() for y in (results if isinstance(results, tuple) else (results,))]).sum()
    for gradient in torch.autograd.grad(loss, [*network.parameters()]):
        assert gradient.isfinite().all()


def test_deit_tiny_is_a_vision_transformer() -> None:
    decisions: dict[str, Label] = {"vision_transformer.width": 192, "vision_transformer.encoder": 12}
    for layer in range(12):
        place = f"vision_transformer.encoder.layer[{layer}]"
        decisions |= {f"{place}.parts": 3, f"{place}.ratio": 4.0}
    assert archdsl.load("vision_transformer").architecture(decisions).params == 5_717_416


@pytest.mark.parametrize("name", SQUEEZENAS)
def test_the_networks_of_squeezenas_have_their_published_size(name: str) -> None:
    params, macs, layers = SQUEEZENAS[name]
    space = archdsl.load("squeezenas", network=name.partition(":")[0])
    addresses = list(space.sample(seed=0).decisions)
    labels = ["skip" if own == "skip" else _inverse(*own) for own in layers.split()]
    architecture = space.architecture(dict(zip(addresses, labels, strict=True)))
    assert (architecture.params, architecture.macs) == (params, macs)


def _inverse(kernel: str, expand: str, groups: str, dilated: str = "") -> str:
    return f"inverse[k={kernel},d={2 if dilated else 1},e={expand},g={groups}]"


@pytest.mark.parametrize(
    ("params", "statics"),
    [
        (22_960_000, {"d": 850}),
        (4_810_000, {"d": 300, "search": True}),
        (33_127_878, {"d": 700, "vocab": 33_278}),
    ],
)
def test_the_language_models_of_darts_have_their_published_size(params: int, statics: dict[str, Any]) -> None:
    assert archdsl.load("darts_rnn", **statics).sample(seed=0).params == params
