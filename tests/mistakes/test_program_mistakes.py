"""The pages in `programs/`: what is wrong with the names, the types and the choices of a program."""

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from archdsl.diagnostics import Diagnostic, Edit, Source
from archdsl.elaborate import load_program
from archdsl.elaborate.suggest import edited
from archdsl.searchspace.check import check_program
from tests.mistakes.literate import Case, cases, check

PAGES = sorted((Path(__file__).parent / "programs").glob("*.md"))
CASES = [case for page in PAGES for case in cases(page)]

# Of no text, or of texts longer than a page should have: see the tests of the elaborator, of spaces and of the shell.
UNWRITTEN = {
    "beyond-depth",
    "budget-spent",
    "inadmissible-decision",
    "missing-decision",
    "missing-file",
    "missing-return",
    "no-network",
    "not-a-file",
    "not-text",
    "not-yet",
    "open-choice",  # of no checked text: see the pages on supergraphs
    "requirement",
    "too-deep",
    "unknown-decision",
    "unreadable-file",
}


def diagnose(text: str, files: dict[str, str], folder: Path) -> Sequence[Diagnostic]:
    for name, other in {**files, "space.nas": text}.items():
        (folder / name).write_text(other, encoding="utf-8")
    return check_program(load_program(Source("space.nas", text), folder / "space.nas")).diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_explained_as_its_page_says(case: Case, tmp_path: Path) -> None:
    check(case, lambda text: diagnose(text, dict(case.files), tmp_path))


@pytest.mark.parametrize("case", [case for case in CASES if case.fixed], ids=lambda case: case.name)
def test_the_edits_of_a_help_are_what_its_page_follows(case: Case, tmp_path: Path) -> None:
    found = diagnose(case.text, dict(case.files), tmp_path)
    edits: list[Edit] = [edit for diagnostic in found for fix in diagnostic.fixes for edit in fix.edits]
    assert edited(Source("space.nas", case.text), edits).text == case.fixed


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_message_reads_as_all_others_do(case: Case, tmp_path: Path) -> None:
    for diagnostic in diagnose(case.text, dict(case.files), tmp_path):
        assert diagnostic.primary
        assert diagnostic.primary.text, "the place says nothing"
        texts = [diagnostic.message, diagnostic.primary.text, *(label.text for label in diagnostic.secondary)]
        for text in (*texts, *diagnostic.notes, diagnostic.help or "."):
            assert text == text.strip()
            assert not text.endswith((".", "!", "?")) or text == "."
            assert not text[0].isupper()
            assert text.count("`") % 2 == 0


def codes_of(folder: Path) -> Iterator[str]:
    """Give the codes that the files of a folder raise, read from their texts."""
    for path in folder.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if name in ("Diagnostic", "fail", "add", "refuse", "_refuse"):
                    for value in ast.walk(call.args[0]) if call.args else ():
                        if isinstance(value, ast.Constant) and isinstance(value.value, str) and " " not in value.value:
                            yield value.value


def test_every_code_of_a_program_has_a_page_with_a_printed_example() -> None:
    root = Path(__file__).parents[2] / "archdsl"
    codes = {*codes_of(root / "elaborate"), *codes_of(root / "searchspace" / "check.py")}
    printed = {expectation.code for case in CASES if case.printed for expectation in case.expected}
    printed |= {line.split("]")[0].split("[")[1] for case in CASES for line in _headlines(case)}
    assert len(codes) > 50
    assert codes - printed == UNWRITTEN


def _headlines(case: Case) -> list[str]:
    return [line for line in (case.printed or "").splitlines() if line.startswith(("error[", "warning["))]
