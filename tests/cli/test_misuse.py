"""What a user does wrong first: one clear line, the right exit code, nothing half-written."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from archdsl.cli.main import HOMES, run

GOOD = """network n[c = 4](x: image[1, 8, 8]) -> vec[10] { return x |> conv[c, 3] |> global_avg_pool |> linear[10] }
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.nas"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["check", "nowhere.nas"], 2, "there is no file `nowhere.nas`"),
        (["check", "."], 2, "is a folder"),
        (["info", "dartz"], 2, "there is no shipped space and no file `dartz`"),
        (["info", "darts", "--set", "width=3"], 2, "has no static `width`"),
        (["info", "darts", "--set", "c"], 2, "expected --set NAME=VALUE"),
        (["info", "darts", "--set", "c=wide"], 2, "static `c` is given"),
        (["info", "darts:darst"], 2, "declares no network `darst`"),
        (["show", "nas_bench_201"], 2, "has 15,625 architectures"),
        (["unrank", "digits_cells", "72576"], 2, "has no architecture 72,576: they are numbered from 0 to 72,575"),
        (["enumerate", "digits_cells", "--start", "72577"], 2, "has no architecture 72,577"),
        (["rank", "nas_bench_201"], 2, "has 15,625 architectures"),
        (["show", "nowhere.yaml"], 2, "there is no file `nowhere.yaml`"),
        (["search", "digits_cells", "--strategy", "evolution", "--out", "run"], 2, "no strategy named `evolution`"),
        (["search", "digits_cells", "--data", "digit", "--out", "run"], 2, "cannot find a dataset named `digit`"),
        (["search", "digits_cells", "--device", "gpu", "--out", "run"], 2, "gpu"),
        (["search", "digits_cells", "--epochs", "0", "--out", "run"], 2, "expected an integer epochs >= 1"),
        (["search", "digits_cells", "--trials", "0", "--out", "run"], 2, "trials"),
        (["search", "digits_cells", "--time", "soon", "--out", "run"], 2, "expected a time such as"),
        (["search", "digits_cells", "--set", "channels=3", "--out", "run"], 1, "the data give image[1, 8, 8]"),
        (["search", "digits_cells", "--training", "lr=1", "--out", "run"], 2, "there is no training setting `lr`"),
        (["search", "digits_cells", "--plugin", "no.py", "--out", "run"], 2, "there is no plug-in `no.py`"),
        (["resume", "nowhere"], 2, "there is no run in `nowhere`"),
        (["report", "nowhere"], 2, "there is no run in `nowhere`"),
        (["explain", "unknown-nam"], 2, "there is no diagnostic `unknown-nam`"),
    ],
)
def test_a_mistake_is_one_clear_message(
    arguments: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == code
    printed = capsys.readouterr().err
    assert message in printed
    assert "Traceback" not in printed
    assert printed.count("error[") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_binary_file_is_no_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "binary.nas"
    path.write_bytes(bytes(range(256)))
    assert run(["check", str(path)]) == 2
    assert "no UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "info", "show"])
def test_a_file_with_another_ending_is_called_what_it_is_called(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "space.txt"
    path.write_text("network", encoding="utf-8")
    assert run([command, str(path)]) == 1
    assert f" --> {path}:1:" in capsys.readouterr().err


def test_an_unknown_option_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--frobnicate", "darts"]) == 2
    assert "--frobnicate" in capsys.readouterr().err


def test_a_bug_of_ours_says_that_it_is_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("archdsl.cli.spaces.load", broken)
    assert run(["info", "darts"]) == 70
    assert "This is a bug in archdsl" in capsys.readouterr().err


def test_nothing_is_written_over(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sample", str(good), "--out", str(good)]) == 2
    assert good.read_text(encoding="utf-8") == GOOD
    assert "is there already" in capsys.readouterr().err


def test_a_network_that_does_not_fit_the_data_shows_both_types(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    path = tmp_path / "wide.nas"
    path.write_text(GOOD.replace("image[1, 8, 8]", "image[3, 8, 8]"), encoding="utf-8")
    assert run(["train", str(path), "--epochs", "1", "--out", str(tmp_path / "run")]) == 1
    printed = capsys.readouterr().err
    assert "image[3, 8, 8], the data give image[1, 8, 8]" in printed
    assert "a static in its place would become 1" in printed


def test_diagnostics_come_as_json_lines_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.nas"
    path.write_text(GOOD.replace("conv[c", "convv[c"), encoding="utf-8")
    assert run(["check", "--json", str(path)]) == 1
    printed = capsys.readouterr().out
    assert '"code": "unknown-name"' in printed
    assert '"start": {"line": 1' in printed


def test_the_table_of_commands_names_those_that_its_files_have() -> None:
    for home, names in HOMES.items():
        assert tuple(command.__name__ for command in import_module(f"archdsl.cli.{home}").COMMANDS) == names


def test_a_command_loads_no_library_that_it_does_not_need() -> None:
    code = (
        "import sys; from archdsl.cli.main import run; run(['info', 'digits_cells']); "
        "sys.exit(bool({'numpy', 'yaml', 'networkx', 'torch', 'lark', 'archdsl.runs'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
