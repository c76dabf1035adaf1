"""The pages in `data/`: what is said where a network does not fit the data that it is given."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from archdsl.diagnostics import ArchdslError, Diagnostic, Source
from archdsl.elaborate import load_program
from archdsl.ir import Type
from archdsl.searchspace.fitting import fit
from archdsl.searchspace.loading import space_of
from tests.mistakes.literate import Case, cases, check

CASES = [case for page in sorted((Path(__file__).parent / "data").glob("*.md")) for case in cases(page)]


def diagnose(text: str) -> Sequence[Diagnostic]:
    given = re.search(r"^# data: (.*) -> (.*)$", text, re.MULTILINE)
    assert given, "a page says which data are given"
    inputs, outputs = map(type_of, given.groups())
    statics = {name: int(value) for name, value in re.findall(r"^# set: (\w+) = (\d+)$", text, re.MULTILINE)}
    space = space_of(load_program(Source("space.nas", text)), None, "space.nas", statics)
    try:
        fit(space, inputs, outputs)
    except ArchdslError as error:
        return error.diagnostics
    return ()


def type_of(text: str) -> Type:
    kind, *dims = re.findall(r"\w+", text)
    return Type(kind, tuple(map(int, dims)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_explained_as_its_page_says(case: Case) -> None:
    check(case, diagnose)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_data_of_the_types_that_are_shown_fit(case: Case) -> None:
    (diagnostic,) = diagnose(case.text)
    assert diagnostic.code == "data-mismatch"
    needed = re.findall(r"is (\w+\[[\d, ]+\]), the data give (\w+\[[\d, ]+\])$", diagnostic.message)
    for own, given in needed:
        assert not diagnose(case.text.replace(given, own, 1))
