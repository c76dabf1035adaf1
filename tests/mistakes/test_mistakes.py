import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from archdsl.diagnostics import Diagnostic, Source
from archdsl.syntax import parse
from tests.mistakes.literate import Case, Expectation, cases, check

PAGES = sorted(Path(__file__).parent.glob("*.md"))
CASES = [case for page in PAGES for case in cases(page)]

# These take longer texts than a page should have; see tests/syntax/test_limits.py.
UNWRITTEN = {"text-too-large", "too-deep", "too-many-mistakes"}


def diagnose(text: str) -> Sequence[Diagnostic]:
    return parse(Source("space.nas", text)).diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_explained_as_its_page_says(case: Case) -> None:
    check(case, diagnose)


def test_every_code_of_the_syntax_has_a_page_with_a_printed_example() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path("archdsl/syntax").rglob("*.py"))
    codes = set(re.findall(r'(?:mistake|Diagnostic)\(\s*"([a-z-]+)"', sources))
    printed = {expectation.code for case in CASES if case.printed for expectation in case.expected}
    assert len(codes) > 20
    assert codes - printed == UNWRITTEN


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(Case("", "block f(x = x\n", ()), id="an unexpected diagnostic"),
        pytest.param(Case("", "block f(x) = x\n", (Expectation(1, "error", "syntax-error"),)), id="a missing one"),
        pytest.param(Case("", "\nlet = 1\n", (Expectation(1, "error", "syntax-error"),)), id="another line"),
        pytest.param(Case("", "let = 1\n", (Expectation(1, "error", "extra-bar"),)), id="another code"),
        pytest.param(Case("", "let = 1\n", (Expectation(1, "error", "syntax-error", "a dog"),)), id="another message"),
        pytest.param(Case("", "let = 1\n", (Expectation(1, "error", "syntax-error"),), "error\n"), id="another print"),
        pytest.param(Case("", "let n == 1\n", (Expectation(1, "error", "double-equals"),)), id="a help not followed"),
        pytest.param(
            Case("", "let n == 1\n", (Expectation(1, "error", "double-equals"),), fixed="let = 1\n"), id="a wrong fix"
        ),
    ],
)
def test_a_page_that_is_wrong_is_found_out(wrong: Case) -> None:
    with pytest.raises(AssertionError):
        check(wrong, diagnose)
