"""The text of a model is a program of its own that computes what the compiled network computes."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl.ir import Graph
from archdsl.searchspace import load, loads
from archdsl.testing import lowering
from archdsl.testing.op_uses import INSTANCES
from tests.interop.exported import DARTS_V2, compiled, decisions, inputs_of, read, renamed

SMALL: dict[str, dict[str, Any]] = {
    "darts": {"c": 4, "cells": 4, "size": 16},
    "digits_cells": {"width": 4},
    "mobilenet_v2": {"width": 0.25, "size": 32, "classes": 4},
    "nas_bench_201": {"width": 4, "per_stage": 1, "size": 8},
    "proxylessnas": {"size": 32, "classes": 4},
}
"""Statics under which each shipped space is quick to build."""

PROGRAMS = {
    "shared weights": """
        network n(x: image[3, 6, 6]) -> vec[2] {
          let f = shared conv[3, 3]
          return x |> f |> relu |> f |> bn |> f |> global_avg_pool |> linear[2]
        }""",
    "squeeze and excite, split and shuffle": """
        use std.image: squeeze_excite, conv_bn
        network n(x: image[3, 6, 6]) -> vec[2] {
          let a, b = x |> conv_bn[8, 3] |> squeeze_excite |> split[3]
          return concat(b, a) |> channel_shuffle[2] |> global_avg_pool |> linear[2]
        }""",
    "two inputs and two outputs": """
        network n(x: image[3, 6, 6], z: vec[5]) -> (vec[2], vec[8]) {
          let f = x |> conv[8, 3] |> global_avg_pool
          let g = z |> linear[8] |> tanh
          return product(f, g) |> linear[2], maximum(f, g)
        }""",
    "all joins": """
        network n(x: image[3, 6, 6]) -> vec[4] {
          let a = x |> conv[4, 3]
          let b = x |> conv[4, 1] |> relu
          return concat(a + b, product(a, b), mean(a, b), maximum(a, b)) |> global_avg_pool |> linear[4]
        }""",
    "lines that are too long": """
        block wide(x: image[c, h, w]) {
          nodes longer[14] after (x, x |> conv[c, 3]) { return sum(earlier) |> relu }
          return concat(longer)
        }
        network n(x: image[3, 6, 6]) -> vec[4] { return x |> wide |> global_avg_pool |> linear[4] }""",
    "one sequence": "network n(x: image[3, 6, 6]) -> vec[2] { return x |> conv[4, 3] |> global_avg_pool |> linear[2] }",
    "names that Python, torch and the text have themselves": """
        block nn(x: image[c, h, w]) { return x + (x |> conv[c, 3] |> bn |> relu) }
        block torch(x: image[c, h, w]) { return x |> nn |> nn }
        block net(x: image[c, h, w]) { return x + (x |> torch) }
        cell load(x: image[c, h, w]) {
          let self = x |> conv[c, 1]
          let functional = self |> net
          let forward = self + functional
          return concat(forward, self)
        }
        cell duo(a: image[c, h, w], b: image[c, h, w]) { return (a |> conv[c, 3]) + b }
        network Tensor(self: image[3, 6, 6], lambda: vec[3], before: image[3, 6, 6])
            -> (vec[12], vec[3], image[3, 6, 6]) {
          nodes last[5] after (self, before) { return duo(earlier[-2], earlier[-1]) }
          let load_file = last[-1] |> load |> load
          return load_file |> global_avg_pool, lambda |> linear[3], before + last[2]
        }""",
    "no layer at all": "network n(x: image[3, 6, 6]) -> image[3, 6, 6] { return x |> identity }",
    "an input as an output": """
        network n(x: image[3, 6, 6]) -> (image[3, 6, 6], image[3, 6, 6]) { return x, x |> relu }""",
}


def graph_of(name: str) -> Graph:
    return loads(PROGRAMS[name]).sample(seed=0).graph


def agree(given: Any, wanted: Any) -> bool:
    assert isinstance(given, tuple) == isinstance(wanted, tuple)
    pairs = zip(given, wanted, strict=True) if isinstance(given, tuple) else [(given, wanted)]
    return all(torch.allclose(a, b, rtol=1e-6, atol=1e-6) for a, b in pairs)


def check(graph: Graph) -> None:
    """Compare a network and its model in both modes, and what a step in training mode leaves behind."""
    network = compiled(graph)
    source, model = read(network)
    inputs = inputs_of(graph, batch=4)
    with torch.no_grad():
        assert agree(model.eval()(*inputs), network.eval()(*inputs))
        torch.manual_seed(0)
        wanted = network.train()(*inputs)
        torch.manual_seed(0)
        assert agree(model.train()(*inputs), wanted)
    for name, tensor in renamed(source, network).items():
        assert torch.allclose(model.state_dict()[name], tensor, rtol=1e-5, atol=1e-6)
    parameters = sum(p.numel() for p in model.parameters())
    assert parameters <= sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("space", SMALL)
def test_architectures_compute_the_same_as_their_models(space: str, seed: int) -> None:
    check(load(space, **SMALL[space]).sample(seed=seed).graph)


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_of_all_kinds_compute_the_same_as_their_models(program: str) -> None:
    check(graph_of(program))


@pytest.mark.parametrize("op", sorted(INSTANCES))
@settings(max_examples=10)
@given(data=st.data())
def test_every_standard_op_computes_the_same_as_its_text(op: str, data: st.DataObject) -> None:
    check(lowering.graph_of(data.draw(INSTANCES[op])))


def test_in_training_mode_a_model_gives_the_auxiliary_outputs_too() -> None:
    space = load("darts", c=4, cells=4, auxiliary=True)
    graph = space.architecture(decisions(DARTS_V2)).graph
    check(graph)
    _, model = read(compiled(graph))
    (x,) = inputs_of(graph)
    assert [y.shape for y in model.train()(x)] == [(2, 10), (2, 10)]
    assert model.eval()(x).shape == (2, 10)


def test_weights_that_the_text_shares_are_one_in_the_model() -> None:
    network = compiled(graph_of("shared weights"))
    _, model = read(network)
    assert sum(p.numel() for p in model.parameters()) == sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("space", ["darts", "digits_cells", "nas_bench_201"])
def test_torch_exports_a_model(space: str) -> None:
    graph = load(space, **({"c": 2, "cells": 3, "size": 8} if space == "darts" else SMALL[space])).sample(seed=1).graph
    _, model = read(compiled(graph))
    inputs = tuple(inputs_of(graph))
    with torch.no_grad():
        assert agree(torch.export.export(model.eval(), inputs).module()(*inputs), model(*inputs))


def test_a_text_imports_torch_and_safetensors_and_nothing_else() -> None:
    for space, statics in SMALL.items():
        text = read(compiled(load(space, **statics).sample(seed=0).graph))[0].text
        assert set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)) == {"torch", "safetensors"}
        assert not re.search(r"archdsl|pickle|torch\.load", text)


def test_a_text_is_laid_out_as_ruff_would(tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    graphs = {space: load(space, **statics).sample(seed=2).graph for space, statics in SMALL.items()}
    graphs |= {name: graph_of(name) for name in PROGRAMS}
    graphs["auxiliary"] = load("darts", auxiliary=True).sample(seed=0).graph
    for name, graph in graphs.items():
        text = read(compiled(graph))[0].text
        (tmp_path / f"{name.replace(' ', '_').replace(',', '')}.py").write_text(text)
    for command in (["format", "--diff"], ["check", "--select=E,F,I,W,B,UP"]):
        words = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length=120", str(tmp_path)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_darts_is_short_and_has_one_class_for_each_distinct_cell() -> None:
    text = read(compiled(load("darts").architecture(decisions(DARTS_V2)).graph))[0].text
    assert len(text.splitlines()) < 400
    assert re.findall(r"^class (\w+)\(nn.Module\)", text, re.MULTILINE)[-4:] == [
        "Normal",
        "Reduce",
        "Normal2",
        "Network",
    ]
    assert "for cell in self.s:" in text


def test_a_model_reads_well() -> None:
    text = read(compiled(load("mobilenet_v2", size=32, classes=4).sample(seed=0).graph))[0].text
    block = text[text.index("class InvertedResidual2") : text.index("class Network")]
    assert (
        block.strip()
        == '''
class InvertedResidual2(nn.Module):
    """The block `inverted_residual`, used 10 times."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.wide = nn.Sequential(
            nn.Conv2d(c, 6 * c, 1, bias=False),
            nn.BatchNorm2d(6 * c),
            nn.ReLU6(),
        )
        self.middle = nn.Sequential(
            nn.Conv2d(6 * c, 6 * c, 3, padding=1, groups=6 * c, bias=False),
            nn.BatchNorm2d(6 * c),
            nn.ReLU6(),
        )
        self.narrow = nn.Sequential(nn.Conv2d(6 * c, c, 1, bias=False), nn.BatchNorm2d(c))

    def forward(self, x: Tensor) -> Tensor:
        wide = self.wide(x)  # [6 * c, h, w]
        middle = self.middle(wide)  # [6 * c, h, w]
        return x + self.narrow(middle)  # [c, h, w]
'''.strip()
    )
