"""Each page's example raises the diagnostic that the page is about, and what it says to write instead is clean."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from archdsl.cli.main import run
from archdsl.diagnostics import ArchdslError, Source, UsageError
from archdsl.diagnostics.explain import codes, explain
from archdsl.elaborate import load_program
from archdsl.searchspace.check import check_program

HEADINGS = ["What it means", "Why it matters", "Example", "Write instead"]
ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(\S+)(?: path=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# A package that is needed, not a code.
NO_CODES = {"scikit-learn"}


def found_by_check(text: str, folder: Path) -> set[str]:
    (folder / "space.nas").write_text(text, encoding="utf-8")
    program = load_program(Source("space.nas", text), folder / "space.nas")
    return {diagnostic.code for diagnostic in check_program(program).diagnostics}


def found_by_python(text: str) -> set[str]:
    try:
        exec(compile(text, "<page>", "exec"), {"__name__": "page"})
    except ArchdslError as error:
        return {diagnostic.code for diagnostic in error.diagnostics}
    return set()


def found_by_shell(text: str, capture: pytest.CaptureFixture[str]) -> set[str]:
    capture.readouterr()
    statuses = [run(shlex.split(line)[1:]) for line in text.splitlines()]
    said = capture.readouterr()
    found = set(re.findall(r"^error\[([a-z-]+)\]", said.err + said.out, re.MULTILINE))
    assert bool(found) == any(statuses), said
    return found


def found(section: str, folder: Path, capture: pytest.CaptureFixture[str]) -> set[str] | None:
    """Give the codes that a section's example raises, None where it is not run."""
    *others, (kind, _, text) = _BLOCK.findall(section)
    for _, path, other in others:
        (folder / path).write_text(other, encoding="utf-8")
    if kind == "nas":
        return found_by_check(text, folder)
    if kind == "python":
        return found_by_python(text)
    if kind == "sh":
        return found_by_shell(text, capture)
    assert kind == "console"
    return None


@pytest.mark.parametrize("code", codes())
def test_a_page_has_its_headings_and_its_examples_do_what_they_say(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = explain(code)
    title, *sections = re.split(r"^## (.*)$", page, flags=re.MULTILINE)
    assert title.strip() == f"# {code}"
    assert sections[::2] == HEADINGS
    assert all(section.strip() for section in sections)
    assert found(sections[5], tmp_path, capsys) in ({code}, None)
    assert found(sections[7], tmp_path, capsys) in (set(), None)


def codes_in(folder: Path) -> Iterator[str]:
    """Give what looks like a code in the calls that make diagnostics."""
    makers = {"Diagnostic", "fail", "mistake", "add", "refuse", "_refuse", "misuse", "_broken", "_both"}
    for path in folder.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and call.args:
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                for value in ast.walk(call.args[0]) if name in makers else ():
                    if isinstance(value, ast.Constant) and re.fullmatch("[a-z]+(-[a-z]+)+", str(value.value)):
                        yield str(value.value)


def test_every_code_has_a_page() -> None:
    raised = {*codes_in(ROOT / "archdsl"), *codes_in(ROOT / "backends")} - NO_CODES
    assert len(raised) > 100
    assert raised - set(codes()) == set()


def texts_in(tree: ast.AST) -> Iterator[str]:
    """Give all texts of a program that read like a code."""
    for value in ast.walk(tree):
        if isinstance(value, ast.Constant) and re.fullmatch("[a-z]+(-[a-z]+)+", str(value.value)):
            yield str(value.value)


def names_in(tree: ast.AST) -> Iterator[str]:
    """Give what rewrites and operators are called: the texts that a class has as its `name`."""
    for part in ast.walk(tree):
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.target.id == "name":
            yield from texts_in(part)


def test_whatever_reads_like_a_code_has_a_page() -> None:
    """A code that comes to a diagnostic by some detour has one, too."""
    rewrites = ROOT / "archdsl" / "ir" / "rewrites"
    trees = {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for folder in (ROOT / "archdsl", ROOT / "backends")
        for path in folder.rglob("*.py")
    }
    others = NO_CODES.union(*(names_in(tree) for tree in trees.values()))
    others = others.union(*(texts_in(tree) for path, tree in trees.items() if path.is_relative_to(rewrites)))
    found = set().union(*(texts_in(tree) for tree in trees.values())) - (others - set(codes()))
    assert found - set(codes()) == set()
    assert {code for code in codes() if "-" in code} - found == set(), "a page is of a code that nothing raises"


def test_an_unknown_code_is_told_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        explain("unknown-nam")
    assert caught.value.diagnostics[0].help == "a code with a similar name exists: `unknown-name`"
