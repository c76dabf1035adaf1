"""Each page's example raises the diagnostic that the page is about, and what it says to write instead is clean."""

import re

import pytest

from archdsl.diagnostics import Source, UsageError
from archdsl.diagnostics.explain import codes, explain
from archdsl.elaborate import load_program
from archdsl.searchspace.check import check_program

HEADINGS = ["What it means", "Why it matters", "Example", "Write instead"]


def found(text: str) -> set[str]:
    return {diagnostic.code for diagnostic in check_program(load_program(Source("<text>", text))).diagnostics}


@pytest.mark.parametrize("code", codes())
def test_a_page_has_its_headings_and_its_examples_do_what_they_say(code: str) -> None:
    page = explain(code)
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == HEADINGS
    wrong, right = re.findall(r"^```nas\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found(wrong) == {code}
    assert found(right) == set()


def test_an_unknown_code_is_told_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        explain("unknown-nam")
    assert caught.value.diagnostics[0].help == "a code with a similar name exists: `unknown-name`"
