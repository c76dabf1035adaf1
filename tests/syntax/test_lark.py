"""Lark itself, run on the same grammar with its own contextual lexer, reads the same texts in the same way."""

import re
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lark import Lark, Token, Tree
from lark.exceptions import LarkError

from archdsl.diagnostics import Source
from archdsl.syntax import ast
from archdsl.syntax.automaton import Failure, run
from archdsl.syntax.lexer import tokenize
from archdsl.syntax.parser import load_tables
from archdsl.syntax.tables import grammar_text
from archdsl.syntax.vocabulary import MEANT, SOFT_WORDS
from tests.generators import scattered

PAGES = [
    *sorted(Path("tests/mistakes").glob("*.md")),
    *sorted(Path("tests/syntax").glob("*.md")),
    Path("grammar/README.md"),
]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(Path("spaces").rglob("*.nas"))] + [
    block
    for page in PAGES
    for block in re.findall(r"^```nas[^\n]*\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
]
RESERVED = load_tables().words.keys() - SOFT_WORDS


@cache
def lark() -> Lark:
    return Lark(grammar_text(), parser="lalr", lexer="contextual", maybe_placeholders=True)


def rules_of_lark(text: str) -> list[str] | None:
    """Name the rules from the top of lark's tree downwards, or say with None that it refused the text.

    Where only a name can stand, lark's lexer takes a reserved word for one; so such a word is looked for.
    """
    try:
        tree = lark().parse(text)
    except LarkError:
        return None
    if any(isinstance(token, Token) and token.type == "NAME" and token in RESERVED for token in leaves(tree)):
        return None
    return [str(part.data) for part in topdown(tree)]


def leaves(tree: Any) -> Any:
    return tree.scan_values(lambda value: isinstance(value, Token))


def topdown(tree: Any) -> Any:
    return tree.iter_subtrees_topdown()


class Recorder:
    """A builder whose nodes are trees as lark makes them."""

    source = Source("<text>", "")

    def __getattr__(self, name: str) -> Any:
        return lambda span, *children: Tree(name.removesuffix("_") if iskeyword(name[:-1]) else name, list(children))


def rules_of_ours(text: str) -> list[str] | None:
    """Name the rules in the same order, as our own automaton finds them."""
    tables, recorder = load_tables(), Recorder()
    found: Any = run(tables, "start", tokenize(Source("<text>", text), tables).tokens, recorder)  # type: ignore[arg-type]
    if isinstance(found, Failure):
        assert not found.too_deep
        return None
    return [str(part.data) for part in topdown(found)]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.splitlines()[0][:40])
def test_lark_reads_a_written_text_in_the_same_way(text: str) -> None:
    if not set(re.findall(r"\w+", text)) & MEANT.keys():
        assert rules_of_ours(text) == rules_of_lark(text)


@given(scattered())
def test_lark_reads_a_made_text_in_the_same_way(made: tuple[ast.Module, str]) -> None:
    rules = rules_of_lark(made[1])
    assert rules is not None
    assert rules_of_ours(made[1]) == rules


WORDS = sorted({*load_tables().words, *load_tables().literals.values(), "x", "1", '"s"', '"""d"""'})
pieces = st.sampled_from(TEXTS).map(lambda text: [t.text for t in tokenize(Source("", text), load_tables()).tokens])
changes = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 2), st.sampled_from(WORDS)), max_size=3)


@given(pieces, changes)
def test_lark_refuses_the_same_changed_texts(words: list[str], made: list[tuple[float, int, str]]) -> None:
    words = list(words)
    for place, dropped, word in made:
        at = int(place * len(words))
        words[at : at + dropped] = [word]
    text = " ".join(words)
    if not set(words) & MEANT.keys():
        assert rules_of_ours(text) == rules_of_lark(text)
