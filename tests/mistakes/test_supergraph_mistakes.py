"""What keeps a space from having a supergraph is told of all choices at once, each with both places."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from archdsl.diagnostics import ArchdslError, Diagnostic, Source
from archdsl.elaborate import bind_network, load_program, supergraph
from archdsl.searchspace.check import check_program

from .literate import Case, cases, check

CASES = cases(Path(__file__).parent / "supergraphs" / "refusals.md")


def diagnose(text: str) -> Sequence[Diagnostic]:
    program = load_program(Source("space.nas", text))
    assert check_program(program).diagnostics == ()
    try:
        supergraph(bind_network(program))
    except ArchdslError as error:
        return error.diagnostics
    return ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_cannot_be_kept_open_is_told_as_its_page_says(case: Case) -> None:
    check(case, diagnose)
