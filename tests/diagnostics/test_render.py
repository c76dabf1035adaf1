"""A diagnostic as text: the lines that it points at, with marks under them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Diagnostic, Label, Source, Span, by_place, render, to_json


def at(text: str, part: str, label: str = "") -> Label:
    start = text.index(part)
    return Label(Span(Source("space.nas", text), start, start + len(part)), label)


def test_a_mark_stands_under_its_place() -> None:
    text = "let a = 1\nlet b = 2\nlet c = a + bb\n"
    shown = render(
        Diagnostic("unknown-name", "cannot find `bb`", at(text, "bb", "not bound"), (at(text, "b = 2", "near"),))
    )
    assert shown.splitlines() == [
        "error[unknown-name]: cannot find `bb`",
        " --> space.nas:3:13",
        "  |",
        "2 | let b = 2",
        "  |     ----- near",
        "3 | let c = a + bb",
        "  |             ^^ not bound",
    ]


def test_a_diagnostic_without_a_place_has_its_headline_and_notes() -> None:
    assert render(Diagnostic("no-run", "there is no run", notes=("a note",), help="a help")).splitlines() == [
        "error[no-run]: there is no run",
        "  = note: a note",
        "  = help: a help",
    ]


def test_of_a_long_line_the_part_around_the_mark_is_shown() -> None:
    text = "let a = [" + "1, " * 100_000 + "zz]"
    shown = render(Diagnostic("unknown-name", "cannot find `zz`", at(text, "zz", "not bound"), (at(text, "a"),)))
    assert len(shown) < 1000
    first, first_mark, last, last_mark = shown.splitlines()[3:]
    assert first.startswith("1 | let a = [1, 1, ")
    assert first.endswith("…")
    assert first_mark == "  |     -"
    assert last.startswith("1 | …")
    assert last.index("zz") == last_mark.index("^^")


def test_what_moves_a_terminal_is_not_printed() -> None:
    text = "let a = 1 \x1b[31m # \u202e\n"
    shown = render(Diagnostic("unknown-character", "unknown `\x1b`", at(text, "\x1b[31m")))
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@given(st.text(), st.data())
def test_any_place_of_any_text_can_be_shown(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    diagnostic = Diagnostic("x-y", "message", Label(Span(Source("space.nas", text), start, end), "here"))
    assert render(diagnostic).startswith("error[x-y]: message\n")
    assert json.loads(to_json(diagnostic))["code"] == "x-y"


def test_diagnostics_are_sorted_by_place_and_said_once() -> None:
    text = "let a = 1\nlet b = 2\n"
    first, second = (Diagnostic("x-y", "message", at(text, name)) for name in ("a", "b"))
    assert by_place([second, first, second]) == (first, second)
