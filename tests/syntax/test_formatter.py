from pathlib import Path

import pytest
from hypothesis import given

from archdsl.diagnostics import ArchdslError, Source
from archdsl.syntax import (
    ast,
    canonical_text,
    format_expression,
    format_module,
    format_source,
    parse,
    parse_expression,
)
from archdsl.syntax.lexer import Token, tokenize
from archdsl.syntax.parser import load_tables
from tests.generators import expressions, modules, scattered

SPACES = sorted(Path("spaces").rglob("*.nas"))


def read(text: str) -> ast.Module:
    parsed = parse(Source("<text>", text))
    assert not parsed.diagnostics, text
    assert parsed.module
    return parsed.module


@given(expressions)
def test_an_expression_reads_back_from_its_text(expression: ast.Expr) -> None:
    text = format_expression(expression)
    assert parse_expression(Source("<text>", text)) == (expression, ()), text


@given(modules())
def test_a_module_reads_back_from_its_text(module: ast.Module) -> None:
    assert read(format_module(module)) == module


@given(scattered())
def test_line_breaks_comments_and_needless_brackets_mean_nothing(made: tuple[ast.Module, str]) -> None:
    module, text = made
    assert read(text) == module
    assert canonical_text(read(text)) == canonical_text(module)


@given(scattered())
def test_formatting_keeps_the_meaning_and_formatting_again_changes_nothing(made: tuple[ast.Module, str]) -> None:
    module, text = made
    once = format_module(read(text))
    assert read(once) == module
    assert format_module(read(once)) == once


@given(scattered())
def test_each_comment_stays_between_the_same_tokens(made: tuple[ast.Module, str]) -> None:
    _, text = made
    assert neighbors(format_module(read(text))) == neighbors(text)


def neighbors(text: str) -> list[tuple[str, str, str]]:
    """Give each comment with the token before and after it, leaving out brackets, which formatting may drop."""
    read = tokenize(Source("<text>", text), load_tables())
    tokens = [Token("", "", -1, -1), *(token for token in read.tokens if token.text not in ("(", ")"))]

    def shown(token: Token) -> str:
        return token.kind if token.kind == "DOC" else token.text

    found: list[tuple[str, str, str]] = []
    for comment in read.comments:
        after = next(i for i, token in enumerate(tokens) if token.start >= comment.span.end)
        found.append((shown(tokens[after - 1]), comment.text, shown(tokens[after])))
    return found


@pytest.mark.parametrize("path", SPACES, ids=str)
def test_shipped_spaces_read_back_and_keep_their_comments(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    module = read(text)
    once = format_module(module)
    assert read(once) == module
    assert format_module(read(once)) == once
    assert neighbors(once) == neighbors(text)


def test_a_file_with_a_mistake_is_refused() -> None:
    with pytest.raises(ArchdslError, match="misspelled-word"):
        format_source(Source("<text>", "blok f(x) = x"))


def test_a_changed_module_is_not_given_the_comments_of_its_source() -> None:
    module = read("# one\nfun f = 1\n")
    other = read("# two\nfun f = 2\n")
    changed = ast.Module(module.span, module.source, None, (), other.definitions, module.comments)
    with pytest.raises(ValueError, match="leave out its comments"):
        format_module(changed)
