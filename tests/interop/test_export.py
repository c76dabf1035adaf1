"""An exported folder works without the library, and is there whole or not at all."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from archdsl.backends.torch import exporting
from archdsl.backends.torch.checkpoint import save_weights
from archdsl.codegen import load_plugin, lowers
from archdsl.diagnostics import ArchdslError
from archdsl.interop.export import ExportSummary, export
from archdsl.searchspace import Architecture, load, load_architecture, loads
from tests.evaluators.raises import raises
from tests.interop.exported import DARTS_V2, compiled, decisions

FILES = ("model.py", "weights.safetensors", "example.npz", "arch.yaml")

ALONE = (
    "import sys; sys.modules['archdsl'] = None; import numpy as np, torch, model; e = np.load('example.npz'); "
    "m = model.load('weights.safetensors').eval(); "
    "print(abs(m(torch.from_numpy(e['x'])).detach().numpy() - e['y']).max())"
)
"""What someone without the library runs in the folder."""


def error_alone(folder: Path, command: str = ALONE, *, path: Path | None = None) -> float:
    """Run a model in a process of its own, from its folder; give how much it is off on its example."""
    environment = {**os.environ, "PYTHONPATH": str(path or ""), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, "-W", "error", "-c", command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def digits() -> Architecture:
    return load("digits_cells", width=4).sample(seed=0)


def exported(architecture: Architecture, folder: Path) -> ExportSummary:
    return export(architecture, compiled(architecture.graph), folder)


def small(name: str) -> Architecture:
    if name == "darts":
        return load("darts", c=4, cells=4, size=16).architecture(decisions(DARTS_V2))
    return (load(name, size=32) if name == "mobilenet_v2" else load(name)).sample(seed=0)


@pytest.mark.parametrize("name", ["darts", "digits_cells", "mobilenet_v2"])
def test_a_folder_works_without_the_library(tmp_path: Path, name: str) -> None:
    architecture = small(name)
    assert exported(architecture, tmp_path / "net") == ExportSummary(FILES)
    assert sorted(path.name for path in (tmp_path / "net").iterdir()) == sorted(FILES)
    assert error_alone(tmp_path / "net") <= 1e-6
    assert load_architecture(tmp_path / "net" / "arch.yaml") == architecture
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["darts", "mobilenet_v2"])
def test_the_published_networks_work_without_the_library(tmp_path: Path, name: str) -> None:
    space = load(name)
    architecture = space.architecture(decisions(DARTS_V2)) if name == "darts" else space.sample(seed=0)
    exported(architecture, tmp_path / "net")
    assert error_alone(tmp_path / "net") <= 1e-6
    also = "import torch, model; torch.export.export(model.Network().eval(), (torch.randn(2, 3, {0}, {0}),)); print(0)"
    assert error_alone(tmp_path / "net", also.format(32 if name == "darts" else 224)) == 0


def test_the_head_of_a_model_says_what_it_is(tmp_path: Path) -> None:
    exported(digits(), tmp_path / "net")
    text = (tmp_path / "net" / "model.py").read_text(encoding="utf-8")
    assert (
        text[: text.index("\nimport")]
        == f'''"""`digits_cells`, a network in plain PyTorch.

It takes `x` [batch, 1, 8, 8] and gives [batch, 10].

    network = load("weights.safetensors").eval()

space       digits_cells
statics     width = 4, classes = 10, channels = 1, size = 8
decisions   in arch.yaml
parameters  {digits().params:,}
MACs        {digits().macs:,} for one example

It needs torch and safetensors.
"""
'''
    )


def test_a_class_says_what_the_space_says_of_it(tmp_path: Path) -> None:
    exported(digits(), tmp_path / "net")
    text = (tmp_path / "net" / "model.py").read_text(encoding="utf-8")
    uses = len([scope for scope in digits().graph.scopes if scope.definition == "relu_conv_bn"])
    assert (
        f'''
class ReluConvBn(nn.Sequential):
    """`relu`, a convolution and its norm.

    The block `relu_conv_bn`, used {uses} times.
    """
'''
        in text
    )


def test_the_example_is_of_the_cpu_whatever_the_network_was_trained_in(tmp_path: Path) -> None:
    plain = compiled(digits().graph)
    export(digits(), plain, tmp_path / "plain")
    channels_last = compiled(digits().graph).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    export(digits(), channels_last, tmp_path / "channels_last")
    assert [*FILES] == [
        name
        for name in FILES
        if (tmp_path / "plain" / name).read_bytes() == (tmp_path / "channels_last" / name).read_bytes()
    ]
    export(digits(), compiled(digits().graph).half(), tmp_path / "half")
    assert {tensor.dtype for tensor in load_file(tmp_path / "half" / "weights.safetensors").values()} == {
        torch.float32,
        torch.int64,
    }
    assert error_alone(tmp_path / "half") <= 1e-6


def test_nothing_in_the_folder_is_a_pickle(tmp_path: Path) -> None:
    exported(digits(), tmp_path / "net")
    with np.load(tmp_path / "net" / "example.npz", allow_pickle=False) as example:
        assert {name: example[name].dtype for name in example.files} == {"x": np.float32, "y": np.float32}
    assert load_file(tmp_path / "net" / "weights.safetensors")
    assert "pickle" not in (tmp_path / "net" / "model.py").read_text(encoding="utf-8")


def test_two_exports_of_one_network_are_equal_and_the_seed_draws_the_example(tmp_path: Path) -> None:
    module = compiled(digits().graph)
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        export(digits(), module, tmp_path / name, seed=seed)
    files = [[(tmp_path / folder / name).read_bytes() for name in FILES] for folder in "abc"]
    assert files[0] == files[1]
    assert [a == c for a, c in zip(files[0], files[2], strict=True)] == [True, True, False, True]


def test_an_export_leaves_the_module_and_the_generator_of_chance_as_they_were(tmp_path: Path) -> None:
    module = compiled(digits().graph).train()
    state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    torch.manual_seed(3)
    before = torch.get_rng_state()
    export(digits(), module, tmp_path / "net")
    assert torch.equal(torch.get_rng_state(), before)
    assert all(part.training for part in module.modules())
    assert all(torch.equal(tensor, state[name]) for name, tensor in module.state_dict().items())


def test_trained_weights_are_taken_from_their_file(tmp_path: Path) -> None:
    trained, module = compiled(digits().graph, seed=1), compiled(digits().graph, seed=2)
    save_weights(trained, tmp_path / "w")
    export(digits(), module, tmp_path / "net", weights=tmp_path / "w")
    export(digits(), trained, tmp_path / "same")
    assert all((tmp_path / "net" / n).read_bytes() == (tmp_path / "same" / n).read_bytes() for n in FILES)
    with raises("missing-file", f"cannot find `{tmp_path / 'none'}`, a file of weights"):
        export(digits(), module, tmp_path / "other", weights=tmp_path / "none")
    assert not (tmp_path / "other").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("net", "file", "link"):
        with pytest.raises(ArchdslError) as caught:
            exported(digits(), tmp_path / name)
        (diagnostic,) = caught.value.diagnostics
        assert (diagnostic.code, caught.value.exit_code) == ("exists", 2)
        assert diagnostic.message == f"`{tmp_path / name}` is there already, and nothing is overwritten"
    assert (tmp_path / "file").read_text() == "mine"


# ---------------------------------------------------------------- ops of the user's own

GATED = """
use std.image: conv_bn
op {op}[out: int](x: image[c, h, w]) -> image[out, h, w] {{ }}
network n(x: image[3, 6, 6]) -> vec[2] {{ return x |> {op}[4] |> relu |> {op}[4] |> global_avg_pool |> linear[2] }}
"""

OPS = """
import torch
from torch import nn
{imports}

class Gated(nn.Module):
    def __init__(self, c: int, out: int) -> None:
        super().__init__()
        self.value = nn.Conv2d(c, out, 3, padding=1)
        self.gate = nn.Conv2d(c, out, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.value(x) * self.gate(x).sigmoid(){noise}


{decorator}
def gated(c: int, out: int) -> nn.Module:
    return Gated(c, out)
"""


def own_op(folder: Path, op: str, **parts: str) -> tuple[Architecture, Path]:
    """Write an op of the user's own, and give an architecture that has it and the file that lowers it."""
    file = folder / f"{op}_ops.py"
    told = {"imports": "import archdsl", "noise": "", "decorator": f'@archdsl.lowers("{op}")', **parts}
    file.write_text(OPS.format(**told), encoding="utf-8")
    load_plugin(file)
    return loads(GATED.format(op=op)).sample(seed=0), file


def test_an_op_of_the_users_is_imported_from_its_file(tmp_path: Path) -> None:
    architecture, file = own_op(tmp_path, "gated_a")
    assert exported(architecture, tmp_path / "net").sources == (str(file),)
    text = (tmp_path / "net" / "model.py").read_text(encoding="utf-8")
    assert "\nIt needs `gated_a_ops.py` beside it as well, which imports archdsl.\n" in text
    assert "\nfrom gated_a_ops import gated as build_gated\n" in text
    assert text.count("build_gated(c=") == 2
    (tmp_path / "net" / file.name).write_bytes(file.read_bytes())
    command = ALONE.replace("sys.modules['archdsl'] = None; ", "")
    assert error_alone(tmp_path / "net", command, path=Path(__file__).parents[2]) <= 1e-6


def test_a_file_that_does_not_import_the_library_is_not_said_to(tmp_path: Path) -> None:
    architecture, file = own_op(tmp_path, "gated_b", imports="", decorator="")
    lowers("gated_b")(sys.modules["gated_b_ops"].gated)
    exported(architecture, tmp_path / "net")
    text = (tmp_path / "net" / "model.py").read_text(encoding="utf-8")
    assert "\nIt needs `gated_b_ops.py` beside it as well.\n" in text
    (tmp_path / "net" / file.name).write_bytes(file.read_bytes())
    assert error_alone(tmp_path / "net") <= 1e-6


def test_an_op_that_is_lowered_where_nobody_can_import_it_is_refused(tmp_path: Path) -> None:
    class Inner(torch.nn.Conv2d):
        pass

    @lowers("gated_c")
    def build(c: int, out: int) -> torch.nn.Module:
        return Inner(c, out, 1)

    with pytest.raises(ArchdslError) as caught:
        exported(loads(GATED.format(op="gated_c")).sample(seed=0), tmp_path / "net")
    assert str(caught.value) == (
        "error[cannot-export]: op `gated_c` cannot be exported: no file has the function that lowers it under its name"
    )
    assert not (tmp_path / "net").exists()


def test_a_file_with_the_name_of_the_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "model", sys)
    del sys.modules["model"]
    file = tmp_path / "model.py"
    file.write_text(OPS.format(imports="import archdsl", noise="", decorator='@archdsl.lowers("gated_f")'))
    load_plugin(file)
    message = "op `gated_f` cannot be exported: a model cannot import `model.py`, which has its own name"
    with pytest.raises(ArchdslError) as caught:
        exported(loads(GATED.format(op="gated_f")).sample(seed=0), tmp_path / "net")
    assert [(d.code, d.message, d.help) for d in caught.value.diagnostics] == [
        ("cannot-export", message, "give the file another name")
    ]
    assert list(tmp_path.glob("*net*")) == []


def test_an_op_that_the_running_script_lowers_is_refused_with_advice(tmp_path: Path) -> None:
    told = {"imports": "import archdsl", "noise": "", "decorator": '@archdsl.lowers("gated_d")'}
    script = OPS.format(**told) + (
        "\nfrom archdsl.interop.export import export\n"
        f"arch = archdsl.loads({GATED.format(op='gated_d')!r}).sample(seed=0)\n"
        "try:\n    export(arch, archdsl.compile(arch), 'net')\n"
        "except archdsl.ArchdslError as error:\n"
        "    print(error, error.diagnostics[0].help, sep='; ')\n"
    )
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert done.stdout == (
        "error[cannot-export]: op `gated_d` cannot be exported: the script that is running lowers it; "
        "move the function to a file of its own, and import that\n"
    ), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]


def test_a_model_that_does_not_give_what_the_network_gives_is_not_left(tmp_path: Path) -> None:
    architecture, file = own_op(tmp_path, "gated_e", noise=" + torch.rand_like(x[:, :1])")
    with pytest.raises(ArchdslError, match="the written model does not give what the network gives") as caught:
        exported(architecture, tmp_path / "net")
    assert caught.value.diagnostics[0].notes == (
        "an op that is random in evaluation mode, or that keeps tensors outside of its state, can do this",
    )
    assert list(tmp_path.iterdir()) == [file]


# ---------------------------------------------------------------- disks

LIMITED = """
import resource, sys
from pathlib import Path
from archdsl.codegen import load_backend
from archdsl.diagnostics import ArchdslError
from archdsl.interop.export import export
from archdsl.searchspace import load

arch = load("digits_cells", width=4).sample(seed=0)
module = load_backend("torch").compile(arch.graph, seed=0)
for size in (0, 1000, 5000, 20000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        export(arch, module, Path(sys.argv[1]) / "net")
    except ArchdslError as error:
        print(len(error.diagnostics), error, file=sys.stderr)
"""


def test_a_full_disk_is_one_error_and_leaves_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=False, env=environment
    )
    line = f"1 error[cannot-write]: cannot write `{tmp_path / 'net'}`: file too large\n"
    assert done.stderr == 4 * line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["fsync", "rename"])
def test_what_the_system_refuses_is_one_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    module = compiled(digits().graph)
    monkeypatch.setattr(os, name, refuse)
    with raises("cannot-write", f"cannot write `{tmp_path / 'net'}`: no space left on device"):
        export(digits(), module, tmp_path / "net")
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "check_model", interrupt)
    with pytest.raises(KeyboardInterrupt):
        exported(digits(), tmp_path / "net")
    assert list(tmp_path.iterdir()) == []
