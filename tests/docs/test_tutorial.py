"""The pages of the tutorial say what happens: their files are written and their commands are run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from archdsl.operators import morphism_types

PAGES = Path(__file__).parents[2] / "docs" / "tutorial"
FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def play(page: Path, folder: Path) -> str:
    """Write a page's files into a folder, run its commands there, and give what they printed."""
    printed = ""
    for language, name, text in FENCE.findall(page.read_text(encoding="utf-8")):
        if name:
            (folder / name).write_text(text, encoding="utf-8")
        elif language == "sh":
            for command in text.splitlines():
                words = [sys.executable, "-m", "archdsl.cli", *command.removeprefix("archdsl ").split()]
                done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
                assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
                printed += done.stdout
    return printed


def test_an_op_of_your_own_is_searched_resumed_and_exported(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    printed = play(PAGES / "own_op.md", tmp_path)
    assert "proved: `small` 4 architectures" in printed
    assert "measured where an op declares no cost" in printed
    assert "trial   2" in printed
    assert re.search(r"take along: .*my_ops\.py", printed)
    assert {path.name for path in (tmp_path / "net").iterdir()} >= {
        "model.py", "weights.safetensors", "arch.yaml", "example.npz",
    }  # fmt: skip


def test_the_networks_of_a_space_are_counted_as_the_page_shows(tmp_path: Path) -> None:
    page = PAGES / "networks.md"
    printed = play(page, tmp_path)
    (shown,) = (text for language, _, text in FENCE.findall(page.read_text(encoding="utf-8")) if language == "text")
    assert [line.rstrip() for line in printed.splitlines()] == shown.splitlines()
    done = subprocess.run([sys.executable, "count.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    first, *rows = done.stdout.splitlines()
    assert first == "64 30"
    assert all(any(line.startswith(row.rsplit(" ", 2)[0]) for line in shown.splitlines()) for row in rows)


def test_a_network_grows_as_the_page_shows(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    page = PAGES / "morphisms.md"
    (shown,) = (text for language, _, text in FENCE.findall(page.read_text(encoding="utf-8")) if language == "text")
    assert "1" in play(page, tmp_path)
    done = subprocess.run([sys.executable, "grow.py"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == shown
    assert (tmp_path / "child.nas").exists()


def test_the_table_names_every_morphism_by_its_fidelity() -> None:
    rows = re.findall(
        r"^\| (exact|approximate|of no promise)[^|]*\|(.*)\|$", (PAGES / "morphisms.md").read_text(), re.M
    )
    told = {(name, fidelity) for fidelity, names in rows for name in re.findall(r"`(\w+)`", names)}
    kinds = {"exact": "exact", "approximate": "approximate", "none": "of no promise"}
    assert told == {(own.name, kinds[own.fidelity]) for own in morphism_types()}


def test_a_mutation_is_tested_as_the_page_shows(tmp_path: Path) -> None:
    fences = FENCE.findall((PAGES / "own_mutation.md").read_text(encoding="utf-8"))
    files = [(name, text) for language, name, text in fences if language == "python"]
    (shown,) = (text for language, _, text in fences if language == "text")
    (wrong_name, wrong), (test_name, test), (right_name, right) = files
    (tmp_path / test_name).write_text(test, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "no:cacheprovider", test_name]
    environment = {**os.environ, "PYTHONPATH": str(PAGES.parents[1]), "ARCHDSL_EFFORT": "quick"}

    def passes(name: str, text: str) -> tuple[bool, str]:
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.returncode == 0, re.sub(r"^E? +", "", done.stdout, flags=re.MULTILINE)

    assert wrong_name == right_name
    good, printed = passes(wrong_name, wrong)
    assert not good
    assert re.sub(r"^ +", "", shown, flags=re.MULTILINE) in printed + "\n"
    good, printed = passes(right_name, right.replace("space.real_settings.items()", "()"))
    assert not good
    assert "it never changes net.rate" in printed
    good, printed = passes(right_name, right)
    assert good, printed
