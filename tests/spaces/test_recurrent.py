"""The recurrent blocks compute what torch's own cells compute, and what the papers of cells say."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import archdsl

D, E, BATCH = 5, 3, 4


def compiled(block: str, states: int) -> Any:
    names = ["h", "c"][:states]
    inputs = ", ".join(f"{name}: vec[{D}]" for name in names)
    results = ", ".join([f"vec[{D}]"] * states)
    results = f"({results})" if states > 1 else results
    name = block.split("[")[0]
    text = (
        f"use std.recurrent: {name}\nnetwork net(x: vec[{E}], {inputs}) -> {results} = {block}(x, {', '.join(names)})"
    )
    return archdsl.compile(archdsl.loads(text).sample(seed=0), seed=0)


def drawn(states: int) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.randn(BATCH, size, generator=generator) for size in (E, *[D] * states)]


@pytest.mark.parametrize("bias", [True, False])
def test_lstm_is_the_cell_of_torch(bias: bool) -> None:
    network = compiled(f"lstm[{str(bias).lower()}]", 2)
    torch_cell = nn.LSTMCell(E, D, bias)
    rename(network, torch_cell, bias, "lstm.from_input.linear", "lstm.from_state.linear")
    x, h, c = drawn(2)
    for given, wanted in zip(network(x, h, c), torch_cell(x, (h, c)), strict=True):
        torch.testing.assert_close(given, wanted)


@pytest.mark.parametrize("bias", [True, False])
def test_gru_is_the_cell_of_torch(bias: bool) -> None:
    network = compiled(f"gru[{str(bias).lower()}]", 1)
    torch_cell = nn.GRUCell(E, D, bias)
    rename(network, torch_cell, bias, "gru.input_gates.linear", "gru.state_gates.linear")
    x, h = drawn(1)
    torch.testing.assert_close(network(x, h), torch_cell(x, h))


def rename(network: nn.Module, torch_cell: nn.Module, bias: bool, first: str, second: str) -> None:
    """Give a network the weights of a cell of torch."""
    state = torch_cell.state_dict()
    pairs = [(own, place) for own in ("weight", "bias")[: 1 + bias] for place in ((first, "ih"), (second, "hh"))]
    network.load_state_dict({f"{path}.{own}": state[f"{own}_{kind}"] for own, (path, kind) in pairs})


def test_first_begins_as_the_cell_of_darts() -> None:
    network = compiled(f"first[{D}]", 1)
    x, h = drawn(1)
    c0, h0 = (torch.cat((x, h), dim=1) @ network.first.linear.weight.T).split(D, dim=1)
    torch.testing.assert_close(network(x, h), h + c0.sigmoid() * (h0.tanh() - h))
