"""What users meet of the kit: its door, its messages, its options."""

import os
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archdsl
import archdsl.testing
from archdsl.diagnostics import UsageError
from archdsl.ir import Type, verify
from archdsl.operators import ResampleDecision
from archdsl.searchspace import Architecture, Space, load_architecture
from archdsl.testing import (
    Effort,
    Falsified,
    architectures,
    check_mutation,
    decisions,
    graphs,
    sources,
    spaces,
    tensors,
)
from archdsl.testing.effort import effort_of
from archdsl.testing.programs import members_of

from .broken.mutations import Broken, keeps_what_no_longer_holds


def test_every_name_at_the_door_exists_and_says_what_it_is() -> None:
    for name in archdsl.testing.__all__:
        assert getattr(archdsl.testing, name).__doc__, name
    assert {*archdsl.testing.__all__} <= {*dir(archdsl.testing)}
    with pytest.raises(AttributeError, match="no attribute 'check_nothing'"):
        archdsl.testing.check_nothing  # noqa: B018


def run(code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_without_hypothesis_the_kit_says_what_to_install() -> None:
    done = run("""
import sys
sys.modules["hypothesis"] = None
import archdsl
import archdsl.testing
from archdsl.diagnostics import ArchdslError
try:
    archdsl.testing.check_mutation
except ArchdslError as error:
    print(error.diagnostics[0].message, "|", error.diagnostics[0].help)
""")
    assert done.stdout == (
        "`archdsl.testing` needs `hypothesis`, which is not installed | pip install 'archdsl[testing]'\n"
    ), done.stderr


def test_the_plugin_imports_nothing_heavy() -> None:
    done = run("""
import sys
import archdsl.testing.plugin
print(sorted({name.partition(".")[0] for name in sys.modules} & {"hypothesis", "numpy", "torch", "lark", "pytest"}))
""")
    assert done.stdout == "[]\n", done.stderr


def test_pytest_selects_the_effort_and_the_seed(tmp_path: Path) -> None:
    (tmp_path / "test_effort.py").write_text(
        "from archdsl.testing.effort import effort_of\ndef test_it() -> None:\n    print(effort_of(None, None, None))\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("ARCHDSL_EFFORT", "ARCHDSL_SEED")}
    environment["PYTHONPATH"] = str(Path(archdsl.__file__).parents[1])
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "archdsl.testing.plugin"]

    def shown(*options: str) -> str:
        done = subprocess.run(
            [*command, *options, str(tmp_path)], cwd=tmp_path, env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    assert str(Effort.named("deep")) in shown("--archdsl-effort", "deep")
    assert "seed=7" in shown("--archdsl-seed", "7")
    assert str(Effort()) in shown()
    assert "invalid choice: 'long'" in shown("--archdsl-effort", "long")


def test_what_a_check_is_told_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHDSL_EFFORT", "deep")
    monkeypatch.setenv("ARCHDSL_SEED", "3")
    assert effort_of(None, None, None) == Effort(examples=500, draws=100, shrinks=2000, seed=3)
    assert effort_of("quick", 5, 0).examples == 5
    assert effort_of("quick", None, 9).seed == 9
    assert effort_of(Effort(seed=2), None, None).seed == 2
    monkeypatch.setenv("ARCHDSL_EFFORT", "dep")
    with pytest.raises(UsageError, match="no effort named `dep`") as caught:
        effort_of(None, None, None)
    assert caught.value.diagnostics[0].help == "an effort with a similar name exists: `deep`"
    monkeypatch.setenv("ARCHDSL_SEED", "x")
    with pytest.raises(UsageError, match="a whole number, given `x`"):
        effort_of("quick", None, None)


def test_a_failure_is_small_and_its_texts_are_read_back(tmp_path: Path) -> None:
    broken = Broken(keeps_what_no_longer_holds)
    with pytest.raises(Falsified) as caught:
        check_mutation(broken, effort="quick")
    message = str(caught.value)
    assert message.startswith(
        "the mutation `keeps_what_no_longer_holds` breaks a law: what it gives are architectures of the space\n"
    )
    for name, text in caught.value.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    space = archdsl.load(tmp_path / "space.nas")
    assert space.size() <= 4
    parent = load_architecture(tmp_path / "parent.yaml", space)
    assert len(parent.decisions) <= 2
    chance = re.search(r"chance: Random\((\d+)\)", message)
    assert chance is not None
    assert broken.apply(parent, space, Random(int(chance.group(1)))) not in space


def test_a_failure_is_found_where_the_user_says(monkeypatch: pytest.MonkeyPatch) -> None:
    space = archdsl.load("nas_bench_201")
    with pytest.raises(Falsified, match="NAS-Bench-201") as caught:
        check_mutation(ResampleDecision(), spaces=[space], changes=0, effort="quick")
    assert caught.value.files["parent.yaml"].startswith("archdsl: 1\nspace: nas_bench_201\n")


@given(spaces(), st.data())
def test_what_is_drawn_is_right(space: Space, data: st.DataObject) -> None:
    assert space.verdict.kind == "proved"
    architecture = data.draw(architectures(space))
    assert isinstance(architecture, Architecture)
    assert architecture in space
    assert data.draw(decisions(space)) in space


@given(sources(limit=40, recursive=True))
def test_the_text_of_a_space_is_a_text(text: str) -> None:
    assert archdsl.loads(text).network == "net"
    assert "again" in text


@given(graphs(), st.data())
def test_graphs_are_valid_and_have_tensors(graph: archdsl.ir.Graph, data: st.DataObject) -> None:
    assert verify(graph, architecture=True) == ()
    for port in graph.inputs:
        assert data.draw(tensors(port.type)).shape[1:] == port.type.dims
    assert data.draw(tensors(Type("tokens", (3,)), batch=2, words=4)).max() < 4


def test_a_large_space_is_not_walked() -> None:
    assert members_of(archdsl.load("nas_bench_201")) is None
