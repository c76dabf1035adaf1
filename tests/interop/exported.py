"""What the tests of exports share: networks that are quick to build, and models read from their text."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from archdsl.backends.torch import Network
from archdsl.backends.torch.example import random_inputs
from archdsl.backends.torch.source import ModelSource, model_source
from archdsl.codegen import load_backend
from archdsl.ir import Graph, Label

Edges = tuple[tuple[str, int], ...]

DARTS_V2: Mapping[str, Edges] = {
    "normal": (
        ("sep_conv_3x3", 0), ("sep_conv_3x3", 1), ("sep_conv_3x3", 0), ("sep_conv_3x3", 1),
        ("skip_connect", 0), ("sep_conv_3x3", 1), ("skip_connect", 0), ("dil_conv_3x3", 2),
    ),
    "reduce": (
        ("max_pool_3x3", 0), ("max_pool_3x3", 1), ("max_pool_3x3", 1), ("skip_connect", 2),
        ("max_pool_3x3", 0), ("skip_connect", 2), ("max_pool_3x3", 1), ("skip_connect", 2),
    ),
}  # fmt: skip
"""The genotype of the DARTS paper's second order search: for each node two edges, by what they start from."""


def decisions(genotype: Mapping[str, Edges]) -> dict[str, Label]:
    """Write a genotype as decisions of the DARTS space."""
    found: dict[str, Label] = {}
    for cell, edges in genotype.items():
        for node in range(4):
            pair = edges[2 * node : 2 * node + 2]
            found[f"{cell}.h[{node}]"] = tuple(source for _, source in pair)
            found.update({f"{cell}.h[{node}].edge_op@{source}": op for op, source in pair})
    return found


def compiled(graph: Graph, seed: int = 0) -> Network:
    """Compile a graph; its norms get scales and statistics at random, so that no two of them are alike."""
    network = load_backend("torch").compile(graph, seed=seed)
    assert isinstance(network, Network)
    generator = torch.Generator().manual_seed(seed)
    for name, tensor in network.state_dict().items():
        if name.endswith(("running_var", "weight")) and tensor.dim() == 1:
            tensor.copy_(0.5 + torch.rand(tensor.shape, generator=generator))
        elif name.endswith(("running_mean", "bias")):
            tensor.copy_(torch.randn(tensor.shape, generator=generator) / 4)
    return network


def inputs_of(graph: Graph, batch: int = 2) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return random_inputs(graph, batch, generator)


def read(network: Network) -> tuple[ModelSource, nn.Module]:
    """Give the source of a network, and the model that it makes, with the network's weights."""
    source = model_source(network)
    names: dict[str, Any] = {"__name__": "model"}
    exec(compile(source.text, "model.py", "exec"), names)
    model = names["Network"]()
    assert isinstance(model, nn.Module)
    model.load_state_dict(renamed(source, network))
    return source, model


def renamed(source: ModelSource, network: Network) -> dict[str, Tensor]:
    """Give a network's state under the names of its model."""
    named = {source.name_of(name): tensor for name, tensor in network.state_dict().items()}
    return {name: tensor for name, tensor in named.items() if name is not None}
