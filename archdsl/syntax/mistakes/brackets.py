"""Brackets that are not closed, not opened, or left empty."""

from archdsl.diagnostics import Diagnostic, Label
from archdsl.syntax.lexer import Token
from archdsl.syntax.tables import END
from archdsl.syntax.vocabulary import CLOSERS, CLOSING, DEFINITIONS, STATEMENTS

from .situation import Fix, Situation

_KINDS = {"(": "RPAR", "[": "RSQB", "{": "RBRACE"}
_ENDINGS = DEFINITIONS | STATEMENTS | {"RETURN", END}


def empty(here: Situation) -> Diagnostic | None:
    """Explain brackets with nothing in them where something must be."""
    token, last = here.token, here.last
    if CLOSING.get(last.text) != token.text or here.expects(token.kind):
        return None
    if token.text == "}":
        if here.expects("LET"):
            return None  # a body without `return`
        return here.mistake("empty-choice", "expected at least one alternative between `{` and `}`")
    fix = Fix("leave the brackets out", (here.remove(last), here.remove(token)))
    return here.mistake("empty-brackets", f"expected something between `{last.text}` and `{token.text}`", fix)


def unbalanced(here: Situation) -> Diagnostic | None:
    """Explain brackets that do not match each other."""
    token, opened = here.token, here.opened()
    if token.text in CLOSERS:
        return _closes_wrongly(here, opened)
    if not opened or token.kind not in _ENDINGS or not here.expects(_KINDS[opened[-1].text]):
        return None
    if opened[-1].text == "{" and token.kind not in DEFINITIONS | {END}:
        return None  # something behind the result
    return _unclosed(here)


def unclosed(here: Situation) -> Diagnostic | None:
    """Explain a bracket that is open where only something outside of it goes on, such as a body."""
    opened = here.opened()
    if opened and here.expects(_KINDS[opened[-1].text]) and here.mends([here.insert(CLOSING[opened[-1].text])]):
        return _unclosed(here)
    return None


def _closes_wrongly(here: Situation, opened: list[Token]) -> Diagnostic | None:
    token = here.token
    if opened and CLOSING[opened[-1].text] == token.text:
        return None
    if any(CLOSING[outer.text] == token.text for outer in opened):
        return _unclosed(here)
    replaced = opened and here.mends([here.replace(token, CLOSING[opened[-1].text])])
    if replaced:
        closing = CLOSING[opened[-1].text]
        secondary = (Label(here.span(opened[-1]), "opened here"),)
        fix = Fix(f"write `{closing}` for `{token.text}`", (here.replace(token, closing),))
        message = f"expected `{closing}`, given `{token.text}`"
        return here.mistake("mismatched-bracket", message, fix, secondary=secondary)
    if here.expects_expression():
        return None
    fix = Fix("leave it out", (here.remove(token),))
    opener = next(opening for opening, closing in CLOSING.items() if closing == token.text)
    message = f"expected no `{token.text}`: no `{opener}` is open"
    return here.mistake("unopened-bracket", message, fix)


def _unclosed(here: Situation) -> Diagnostic:
    """Say that a bracket is open where what it stands in is over."""
    opened = here.opened()
    message = f"expected `{CLOSING[opened[-1].text]}`, given {here.shown(here.token)}"
    fixes = []
    missing = ""
    for opening in reversed(opened[-4:]):
        missing += CLOSING[opening.text]
        fixes.append(Fix(f"write `{missing}` after {here.shown(here.last)}", (here.insert(missing),)))
    return here.mistake("unclosed-bracket", message, *fixes, secondary=(Label(here.span(opened[-1]), "opened here"),))
