"""A broken or hostile text gives diagnostics, in a time that grows no faster than the text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Source, render_all
from archdsl.syntax import canonical_text, format_module, parse, parse_expression
from archdsl.syntax.automaton import DEEPEST
from archdsl.syntax.parser import LARGEST_TEXT, MOST_MISTAKES

SPACES = [path.read_text(encoding="utf-8") for path in sorted(Path("spaces").rglob("*.nas"))]


def codes(text: str) -> list[str]:
    """Read a text, and do with what came of it all that is done with it: print, format, compare."""
    parsed = parse(Source("<text>", text))
    for diagnostic in parsed.diagnostics:
        assert diagnostic.primary
        assert 0 <= diagnostic.primary.span.start <= diagnostic.primary.span.end <= len(text) + 1
    assert (not parsed.diagnostics) == (not render_all(parsed.diagnostics))
    if parsed.module:
        canonical_text(parsed.module)
        if not parsed.diagnostics:
            once = format_module(parsed.module)
            assert parse(Source("<text>", once)).module == parsed.module
    return [diagnostic.code for diagnostic in parsed.diagnostics]


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 150 + "1" + ")" * 150,
        "[" * 150 + "]" * 150,
        "choose { " * 150 + "1" + " }" * 150,
        "repeat 2 { " * 150 + "f" + " }" * 150,
        "tied (" * 150 + "f" + ")" * 150,
        "1" + " + 1" * 150,
        "x" + " |> f" * 150,
        "x" + "[1]" * 150,
        "x" + ".a" * 150,
        "-" * 150 + "1",
        "not " * 150 + "x",
        "1 if x else " * 150 + "1",
        "choose one of " * 150 + "x",
    ],
)
def test_an_expression_that_is_too_deep_is_refused(deep: str) -> None:
    assert codes(f"let x = {deep}\nlet y = 1") == ["too-deep"]


@pytest.mark.parametrize(
    "wide", ["[" + "1, " * 5000 + "1]", "choose { " + "a | " * 5000 + "a }", "f(" + "x, " * 5000 + "x)"]
)
def test_a_wide_expression_is_none_too_deep(wide: str) -> None:
    assert codes(f"let x = {wide}") == []


def test_the_deepest_expression_can_be_compared_formatted_and_printed() -> None:
    for left, right in [("(1 + ", ")"), ("[", "]"), ("choose { a = ", " }"), ("f(x = ", ")"), ("[x for y in ", "]")]:
        depth = DEEPEST
        while parse(Source("<text>", f"let x = {left * depth}1{right * depth}")).diagnostics:
            depth -= 1
        assert depth >= DEEPEST // 5
        text = f"let x = {left * depth}1{right * depth}"
        assert codes(text) == []
        assert repr(parse(Source("<text>", text)).module) == repr(parse(Source("<text>", text)).module)


def test_a_text_that_is_too_large_is_not_read() -> None:
    text = "#" * (LARGEST_TEXT + 1)
    assert codes(text) == ["text-too-large"]
    assert parse(Source("<text>", text)).module is None
    assert parse_expression(Source("<text>", text))[0] is None
    assert parse(Source("<text>", text[1:])).diagnostics == ()


def test_no_more_mistakes_are_told_than_can_be_read() -> None:
    given = codes("let = 1\n" * (MOST_MISTAKES + 2))
    assert given == ["syntax-error"] * MOST_MISTAKES + ["too-many-mistakes"]
    assert codes('let x = 1\n"""a"""\n"""b"""\n' * 100)[-1] == "too-many-mistakes"
    assert codes("let = 1\n" * MOST_MISTAKES) == ["syntax-error"] * MOST_MISTAKES


LINES = ["let\n", "let = 1\n", "block\n", "block f(x) = )\n", "fun f = [1,\n", "let x = choose { a b }\n"]
PATTERNS = [*"([{)}\"'#\0\\1.-é", "([{", '"""', "\0 ", "1.", "block ", "block f(x) = ) ", "\ud800", "😀 ", *LINES]


@pytest.mark.parametrize("pattern", PATTERNS, ids=ascii)
def test_a_long_run_of_anything_gives_diagnostics(pattern: str) -> None:
    for text in (pattern, f"let x = {pattern}", pattern * (20_000 // len(pattern)), "let x = " + pattern * 5000):
        codes(text)


mangled = st.sampled_from(SPACES).flatmap(
    lambda text: st.tuples(
        st.just(text),
        st.lists(
            st.tuples(
                st.sampled_from(["delete", "repeat", "insert", "swap", "cut", "splice"]),
                st.integers(0, len(text)),
                st.integers(0, 40),
                st.text(max_size=3)
                | st.sampled_from([*"()[]{}|,=.\"'#_", '"""', "let ", "choice ", "return ", "1e9", "é\0"]),
                st.sampled_from(SPACES),
            ),
            min_size=1,
            max_size=4,
        ),
    )
)


@given(mangled)
def test_a_mangled_space_is_read_or_explained(made: tuple[str, list[tuple[str, int, int, str, str]]]) -> None:
    text, changes = made
    for what, at, length, inserted, other in changes:
        before, part, after = text[:at], text[at : at + length], text[at + length :]
        text = {
            "delete": before + after,
            "repeat": before + part + part + after,
            "insert": before + inserted + part + after,
            "swap": before + after[:length] + part + after[length:],
            "cut": before,
            "splice": before + other[at:],
        }[what]
    codes(text)


@given(st.text() | st.text('ab1 ()[]{}|=,."#\n_-> '))
def test_any_text_is_read_or_explained(text: str) -> None:
    codes(text)
