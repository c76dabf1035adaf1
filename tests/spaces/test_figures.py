"""The shipped spaces hold the networks of the papers, with their published figures; any of theirs trains."""

from typing import Any

import pytest
import torch

import archdsl
from archdsl.backends.torch.example import random_inputs
from archdsl.ir import Label

SMALL: dict[str, dict[str, Any]] = {
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
    decisions: dict[str, Label] = {"vision_transformer.width": 192, "vision_transformer.depth": 12}
    for layer in range(12):
        decisions |= {f"vision_transformer.layer[{layer}].parts": 3, f"vision_transformer.layer[{layer}].ratio": 4.0}
    assert archdsl.load("vision_transformer").architecture(decisions).params == 5_717_416
