"""What was expected, where no rule knows a better explanation."""

from archdsl.diagnostics import Diagnostic
from archdsl.syntax.tables import END
from archdsl.syntax.vocabulary import DEFINITIONS, OPERATORS, STARTERS, STATEMENTS

from .situation import Fix, Situation

_KINDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": "a string",
    "DOC": "a doc string",
    "COMPARE": "a comparison",
    "ADD": "`+`",
    "MULTIPLY": "`/`",
    END: "the end of the file",
}
# The places of a terminal among those that are named: what closes or divides comes before what could go on.
_FIRST = ("RBRACE", "RSQB", "RPAR", "LBRACE", "EQUAL", "COMMA", "VBAR", "OF", "IN")


def syntax_error(here: Situation, literals: dict[str, str]) -> Diagnostic:
    """Say what could stand here, in words; a single sign or word that mends the definition is the help."""
    token = here.token
    after = f" after {here.shown(here.last)}" if here.last.text else ""
    message = f"expected {wanted(here, literals)}{after}, given {here.shown(token)}"
    fixes = [
        Fix(f"write `{literals[kind]}` before {here.shown(token)}", (here.insert(literals[kind]),))
        for kind in sorted(here.expected & literals.keys())
        if kind not in ("UNDERSCORE", "TRUE", "FALSE", "ABSENT")
    ]
    fixes.append(Fix("leave it out", (here.remove(token),)))
    fixes.append(Fix(f"leave {here.shown(here.last)} out", (here.remove(here.last),)))
    return here.mistake("syntax-error", message, *_only(here, fixes))


def _only(here: Situation, fixes: list[Fix]) -> list[Fix]:
    """Give the fix that works if there is one only: of two, neither can be said to be meant."""
    mending = [fix for fix in fixes if here.mends(fix.edits)]
    return mending if len(mending) == 1 else []


def wanted(here: Situation, literals: dict[str, str]) -> str:
    """Put the expected terminals into words, those of one purpose under one name."""
    rest = set(here.expected)
    words: list[str] = []
    if rest >= DEFINITIONS:
        words.append("a definition")
        rest -= DEFINITIONS | {"LET", "DOC", END}
    if rest >= STATEMENTS:
        words.append("a statement")
        rest -= STATEMENTS
    if here.expects_expression():
        words.append("an expression")
        rest -= STARTERS | {"STAR", "UNDERSCORE"}
    elif rest >= {"STAR", "ADD"}:
        rest -= OPERATORS
        words += [] if rest else ["an operator"]
    order = {kind: place for place, kind in enumerate(_FIRST)}
    kinds = sorted(rest, key=lambda kind: (order.get(kind, len(order)), kind))
    words += [_KINDS.get(kind) or f"`{literals[kind]}`" for kind in kinds]
    if len(words) > 4:
        words = [*words[:3], "something else that goes on"]
    return " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
