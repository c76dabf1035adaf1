"""Named mistakes: what a user probably meant where the parser stopped.

Each rule looks at the situation and gives a diagnostic or passes it on; the first that knows an explanation is heard.
"""

from collections.abc import Callable, Iterator

from archdsl.diagnostics import Diagnostic
from archdsl.syntax.tables import Tables

from . import brackets, operators, separators, statements, texts, words
from .general import syntax_error
from .situation import Situation

__all__ = ["Situation", "explain"]

_Rule = Callable[[Situation], Diagnostic | None]

_RULES: tuple[_Rule, ...] = (
    texts.unreadable,
    words.foreign,
    operators.foreign,
    operators.equals,
    operators.comparisons,
    brackets.empty,
    separators.extra_comma,
    separators.alternatives,
    statements.bindings,
    statements.conditionals,
    statements.ranges,
    statements.function,
    separators.braces,
    brackets.unbalanced,
)
_LATER: tuple[_Rule, ...] = (statements.returns, separators.missing_comma, brackets.unclosed, words.outside)


def explain(here: Situation, tables: Tables) -> Diagnostic:
    """Say what is wrong where the parser stopped."""
    return next(_explanations(here, tables))


def _explanations(here: Situation, tables: Tables) -> Iterator[Diagnostic]:
    def tried(rules: tuple[_Rule, ...]) -> Iterator[Diagnostic]:
        yield from (found for rule in rules if (found := rule(here)))

    yield from tried(_RULES)
    yield from (found for found in (words.reserved(here, tables.words), words.misspelled(here, tables.words)) if found)
    yield from tried(_LATER)
    yield syntax_error(here, tables.literals)
