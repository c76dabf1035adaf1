"""Networks are morphed from the shell, and their weights with them."""

from pathlib import Path

import pytest
import torch

from archdsl.backends.torch import backend
from archdsl.backends.torch.checkpoint import load_weights, save_weights
from archdsl.cli.main import run
from archdsl.operators import operator_names
from archdsl.searchspace import loads
from tests.cli.test_commands import printed

NETWORK = """
network n(x: image[1, 8, 8]) -> vec[3] {
  return x |> conv[4] |> bn |> relu |> global_avg_pool |> linear[3]
}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "n.nas"
    path.write_text(NETWORK, encoding="utf-8")
    return path


def test_a_morphed_network_is_printed_as_one_that_reads_back(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "morph", str(file), "--with", "deepen", "--with", "{operator: widen, factors: [2.0]}")
    graph = loads(text).sample(seed=0).graph
    assert [node.op for node in graph.operations()] == [
        "conv", "bn", "relu", "conv", "relu", "global_avg_pool", "linear",
    ]  # fmt: skip
    assert printed(capsys, "morph", str(file), "--with", "deepen", "--seed", "1").startswith("network n(")


def test_weights_go_with_the_network(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parent = backend.compile(loads(NETWORK).sample(seed=0).graph, seed=3).eval()
    save_weights(parent, tmp_path / "w.safetensors")
    out = tmp_path / "child.nas"
    arguments = ["--with", "widen", "--with", "insert_conv", "--weights", str(tmp_path / "w.safetensors")]
    assert run(["morph", str(file), *arguments, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out == f"written: {out}\nwritten: {out.with_suffix('.safetensors')}\n"
    assert [line.split(":")[0] for line in said.err.splitlines()] == ["widen (exact)", "insert_conv (exact)"]
    child = backend.compile(loads(out.read_text(encoding="utf-8")).sample(seed=0).graph).eval()
    load_weights(child, out.with_suffix(".safetensors"))
    with torch.no_grad():
        x = torch.randn(5, 1, 8, 8)
        assert torch.allclose(child(x), parent(x), atol=1e-5)
    assert run(["morph", str(file), *arguments, "--out", str(out)]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--with", "deepn"], "an operator with a similar name exists: `deepen`"),
        (["--with", "resample_decision"], "expected a morphism"),
        (["--with", "{operator: widen, factor: 2}"], "similar name exists: `factors`"),
        (["--with", "widen", "--weights", "w.safetensors"], "expected `--out`"),
    ],
)
def test_misuse_is_explained(file: Path, arguments: list[str], part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["morph", str(file), *arguments]) == 2
    assert part in capsys.readouterr().err


def test_where_there_is_no_place_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "n.nas"
    path.write_text("network n(x: vec[4]) -> vec[4] { return x |> tanh }\n", encoding="utf-8")
    assert run(["morph", str(path), "--with", "deepen"]) == 1
    assert "error[no-change]: the graph has no place for `deepen`" in capsys.readouterr().err


def test_every_morphism_has_a_name() -> None:
    assert {"deepen", "widen", "prune", "alter_stride", "insert_op"} <= set(operator_names())
