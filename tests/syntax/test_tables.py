import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archdsl.diagnostics import Source
from archdsl.syntax import compiled
from archdsl.syntax.automaton import Failure, run
from archdsl.syntax.builder import Builder
from archdsl.syntax.lexer import tokenize
from archdsl.syntax.parser import compile_grammar, load_tables
from archdsl.syntax.tables import Tables, digest, grammar_text
from archdsl.syntax.vocabulary import DEFINITIONS, OPERATORS, SOFT_WORDS, STARTERS, STATEMENTS

REFERENCE = Path("grammar/README.md")


def blocks() -> list[str]:
    return re.findall(r"^```nas\n(.*?)^```$", REFERENCE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_compiled_tables_are_those_of_the_grammar() -> None:
    assert digest(grammar_text()) == compiled.DIGEST, "run `python -m archdsl.syntax`"
    assert Tables.from_text(compiled.TABLES) == compile_grammar(grammar_text())


def test_a_grammar_that_was_edited_is_worked_out_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "DIGEST", "another")
    monkeypatch.setattr(compiled, "TABLES", "not to be read")
    assert load_tables.__wrapped__() == load_tables()


@pytest.mark.parametrize(
    "conflict",
    ["?expr: NAME -> name | expr ADD expr -> binary", "?expr: a | b\na: NAME\nb: NAME"],
    ids=["shift or reduce", "reduce or reduce"],
)
def test_a_grammar_with_a_conflict_is_refused(conflict: str) -> None:
    with pytest.raises(Exception, match=r"Shift/Reduce|Reduce/Reduce"):
        compile_grammar(f'start: expr\n{conflict}\nADD: "+"\nNAME: /[a-z]+/\n%ignore " "\n')


def test_reading_a_file_does_not_import_lark() -> None:
    script = (
        "import sys; from archdsl.diagnostics import Source; from archdsl.syntax import parse;"
        "parse(Source('', 'fun f = 1')); sys.exit('lark' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


class Recorder:
    """A builder that remembers which rules were used."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.source = builder.source
        self.used: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.builder, name)

        def build(*children: Any) -> Any:
            self.used.add(name)
            return method(*children)

        return build


def test_the_examples_of_the_reference_use_every_rule_of_the_grammar() -> None:
    tables = load_tables()
    rules = {rule.name for rule in tables.rules if rule.kind == "node"}
    used: set[str] = set()
    for block in blocks():
        source = Source(str(REFERENCE), block)
        tokens = tokenize(source, tables).tokens
        recorder: Any = Recorder(Builder(source))
        found = run(tables, "start", tokens, recorder)
        assert not isinstance(found, Failure), f"{found.token} in:\n{block}"
        assert not recorder.builder.diagnostics
        used |= recorder.used
    assert rules - used == set()


def test_the_examples_of_the_reference_use_every_word_and_sign_of_the_grammar() -> None:
    tables = load_tables()
    texts = {token.text for block in blocks() for token in tokenize(Source(str(REFERENCE), block), tables).tokens}
    operators = set(re.findall(r'"([^"]+)"', re.search(r"^OR: .*?^$", grammar_text(), re.S | re.M)[0]))  # type: ignore[index]
    assert len(operators) > 20
    assert {*tables.words, *tables.literals.values(), *operators} - texts == set()


def test_the_reference_names_the_words_of_the_grammar() -> None:
    text = " ".join(REFERENCE.read_text(encoding="utf-8").split())
    reserved = re.search(r"Reserved words\*\* are no names: `([a-z ]+)`", text)
    soft = re.search(r"Soft words\*\* .*?: `([a-z ]+)`", text)
    assert reserved
    assert soft
    assert set(soft[1].split()) == SOFT_WORDS
    assert set(reserved[1].split()) == load_tables().words.keys() - SOFT_WORDS - {"_"}
    assert " ".join(sorted(SOFT_WORDS)) == " ".join(
        sorted(re.search(r"soft words \(([a-z ]+)\)", grammar_text())[1].split())  # type: ignore[index]
    )


def test_the_vocabulary_is_that_of_the_grammar() -> None:
    terminals = {symbol for row in load_tables().actions for symbol in row}
    assert terminals >= (DEFINITIONS | STATEMENTS | STARTERS | OPERATORS)
    assert {word.upper() for word in SOFT_WORDS} <= terminals
