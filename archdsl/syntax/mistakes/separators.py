"""Commas and bars that are missing, too many, or of the wrong kind; braces left out."""

from archdsl.diagnostics import Diagnostic
from archdsl.syntax.tables import END
from archdsl.syntax.vocabulary import CLOSERS, CLOSING, DEFINITIONS, STARTERS, STATEMENTS

from .situation import Edit, Fix, Situation


def extra_comma(here: Situation) -> Diagnostic | None:
    """Explain a comma with nothing before or behind it."""
    token, last = here.token, here.last
    if last.kind == "COMMA" and token.text in CLOSERS:
        message = f"expected no comma before `{token.text}`"
        fix = Fix("leave the comma out", (here.remove(last),))
        return here.mistake("extra-comma", message, fix, at=here.span(last))
    if token.kind == "COMMA" and (last.kind == "COMMA" or last.text in CLOSING):
        fix = Fix("leave the comma out", (here.remove(token),))
        return here.mistake("extra-comma", f"expected no comma after `{last.text}`", fix)
    return None


def alternatives(here: Situation) -> Diagnostic | None:
    """Explain alternatives that are not divided by one bar each."""
    token, last = here.token, here.last
    opened = here.opened()
    if not opened or opened[-1].text != "{":
        return None
    if token.kind == "VBAR" and last.kind in ("LBRACE", "VBAR") and here.expects_expression():
        fix = Fix("leave it out", (here.remove(token),))
        return here.mistake("extra-bar", f"expected an alternative after `{last.text}`, given `|`", fix)
    if token.kind == "RBRACE" and last.kind == "VBAR":
        fix = Fix("leave it out", (here.remove(last),))
        return here.mistake("extra-bar", "expected an alternative after `|`, given `}`", fix, at=here.span(last))
    if not here.expects("VBAR"):
        return None
    if token.kind == "COMMA":
        commas = [t for t in here.tokens[here.index :] if t.kind == "COMMA"]
        first = Fix("write `|` for `,`", (here.replace(token, "|"),))
        every = Fix("write `|` for each `,`", tuple(here.replace(comma, "|") for comma in commas))
        return here.mistake("missing-bar", "expected `|` between two alternatives, given `,`", first, every)
    if token.kind in STARTERS:
        fix = Fix(f"write `|` before {here.shown(token)}", (here.insert("|"),))
        message = f"expected `|` between two alternatives, given {here.shown(token)}"
        return here.mistake("missing-bar", message, fix)
    return None


def missing_comma(here: Situation) -> Diagnostic | None:
    """Explain two values that stand side by side in a list."""
    token, opened = here.token, here.opened()
    if not here.expects("COMMA") or token.kind not in STARTERS or not opened or opened[-1].text == "{":
        return None
    fix = Fix(f"write `,` before {here.shown(token)}", (here.insert(","),))
    if here.mends(fix.edits):
        return here.mistake("missing-comma", f"expected `,` between two values, given {here.shown(token)}", fix)
    return None


def braces(here: Situation) -> Diagnostic | None:
    """Explain a body, or alternatives, without a brace before them."""
    token = here.token
    if token.kind in ("VBAR", "EQUAL") and here.expects("OF"):
        return _choose(here)
    if not here.expects("LBRACE"):
        return None
    after = here.expected & {"EQUAL", "VBAR"}
    if token.kind in STATEMENTS | {"RETURN"} or (token.kind == "NAME" and not after):
        message = f"expected `{{` before {here.shown(token)}"
        return here.mistake("missing-brace", message, Fix("write `{` before it", (here.insert("{"),)), *_wraps(here))
    return None


def _choose(here: Situation) -> Diagnostic:
    """Say that alternatives stand right after `choose`."""
    first = next(t for t in reversed(here.tokens[: here.index]) if t.kind == "CHOOSE")
    message = f"expected `{{` before the alternatives of `choose`, given {here.shown(here.token)}"
    opening = Edit(first.end, first.end, " { ")
    fixes = [Fix("write the alternatives in `{ }`", (opening, close)) for close in _closes(here)]
    return here.mistake("missing-brace", message, *fixes)


def _wraps(here: Situation) -> list[Fix]:
    return [Fix("write `{ }` around the body", (here.insert("{"), close)) for close in _closes(here)]


def _closes(here: Situation) -> list[Edit]:
    """Give the places where a brace that is opened here could be closed: where the line, or the bracket around, is."""
    depth = 0
    edits: list[Edit] = []
    text = here.source.text
    for last, token in zip(here.tokens[here.index :], here.tokens[here.index + 1 :], strict=False):
        depth += (last.text in CLOSING) - (last.text in CLOSERS)
        ends = token.text in CLOSERS or token.kind in STATEMENTS | DEFINITIONS | {"RETURN", END}
        if depth == 0 and (ends or "\n" in text[last.end : token.start]):
            edits.append(Edit(last.end, last.end, " } "))
        if depth < 0 or len(edits) == 4:
            break
    return edits
