"""Small spaces over signals and over volumes are checked, counted, compiled and trained."""

from typing import Any

import pytest
import torch
from torch.nn import functional

import archdsl
from archdsl.backends.torch.example import random_inputs
from archdsl.diagnostics import Source
from archdsl.elaborate import load_program
from archdsl.searchspace.check import check_program

SPACE = """
block conv_bn_relu[c, kernel, stride, groups](x) = x |> conv[c, kernel, stride, groups = groups] |> bn |> relu

choice edge_op[c, stride](x) {{
    none  = zero[stride]
  | conv3 = conv_bn_relu[c, 3, stride, 1]
  | conv5 = conv_bn_relu[c, 5, stride, c]
  | max   = max_pool[3, stride]
  | mean  = avg_pool[3, stride]
}}

cell small(x: {kind}) {{
  nodes h[2] after (x) {{ return sum(edge_op[6, {stride} if e.index == 0 else 1](e) for e in earlier) }}
  return h[-1]
}}

network net(x: {input}) -> vec[5] = x |> conv[6] |> small |> layer_norm |> global_avg_pool |> linear[5]
"""

TEXTS = {
    "signal": SPACE.format(kind="signal", stride="2", input="signal[2, 21]"),
    "volume": SPACE.format(kind="volume", stride="[1, 2, 2]", input="volume[2, 3, 8, 6]"),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_space_is_proved_and_counted(kind: str) -> None:
    assert not check_program(load_program(Source("net.nas", TEXTS[kind]))).diagnostics
    assert archdsl.loads(TEXTS[kind]).size() == 5**3


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("whole", [False, True], ids=["architecture", "supernet"])
def test_a_network_learns_in_one_step(kind: str, whole: bool) -> None:
    space = archdsl.loads(TEXTS[kind])
    network: Any = archdsl.supernet(space, seed=0) if whole else archdsl.compile(space.sample(seed=1), seed=0)
    inputs = random_inputs(space.sample(seed=1).graph, 8, torch.Generator().manual_seed(0))
    labels = torch.arange(8) % 5
    optimizer = torch.optim.SGD(network.parameters(), lr=0.05)
    losses = []
    for _ in range(2):
        loss = functional.cross_entropy(network(*inputs), labels)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        losses.append(loss.item())
    assert losses[1] < losses[0]
