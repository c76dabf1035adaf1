"""Strings, numbers, docs and characters that are no tokens at all."""

from archdsl.diagnostics import Diagnostic, Span
from archdsl.syntax.lexer import JUNK

from .situation import Edit, Fix, Situation

# What other languages and word processors write for signs of this one.
_SIGNS = {
    "&&": "and",
    "&": "and",
    "!": "not",
    ";": "",
    "“": '"',
    "”": '"',
    "„": '"',
    "\N{EN DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{MULTIPLICATION SIGN}": "*",
    "·": "*",
    "÷": "/",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "…": "..",
}


def unreadable(here: Situation) -> Diagnostic | None:
    """Explain a token that the lexer could not read."""
    token = here.token
    if token.kind == "DOC":
        message = "expected a doc string at the start of the file or before a definition"
        return here.mistake("misplaced-doc", message)
    if token.kind != JUNK:
        return _point(here)
    text = token.text
    start = token.start
    if text.startswith('"""'):
        message = 'expected `"""` at the end of the doc string, given the end of the file'
        return here.mistake("unclosed-doc", message, at=Span(here.source, start, start + 3), label="it begins here")
    if text.startswith('"'):
        message = 'expected `"` at the end of the string, given the end of the line'
        return here.mistake("unclosed-string", message)
    if text.startswith("'"):
        inner = text.strip("'")
        fix = Fix(f'write `"{inner}"`', (here.replace(token, f'"{inner}"'),))
        return here.mistake("single-quotes", f"expected a string in double quotes, given {here.shown(token)}", fix)
    if text[0] in "0123456789":
        return _number(here)
    return _character(here)


def _number(here: Situation) -> Diagnostic:
    token = here.token
    plain = token.text.replace("_", "").replace("k", "K").replace("m", "M").replace("g", "G").rstrip(".")
    fix = Fix(f"write `{plain}`", (here.replace(token, plain),))
    message = f"expected a number such as `16`, `0.25`, `1e-4` or `300M`, given {here.shown(token)}"
    return here.mistake("malformed-number", message, fix)


def _point(here: Situation) -> Diagnostic | None:
    """Explain `.5` and `1.`."""
    token, last, before = here.token, here.last, here.ahead(-2)
    if token.kind == "DOT" and here.following.kind == "NUMBER" and here.following.start == token.end:
        fix = Fix(f"write `0.{here.following.text}`", (Edit(token.start, token.end, "0."),))
        message = f"expected a digit before the point, given `.{here.following.text}`"
        return here.mistake("malformed-number", message, fix, at=here.span(token).to(here.span(here.following)))
    if last.kind == "DOT" and before.kind == "NUMBER" and before.end == last.start:
        fix = Fix(f"write `{before.text}.0`", (Edit(last.start, last.end, ".0"),))
        message = f"expected a digit after the point, given `{before.text}.`"
        return here.mistake("malformed-number", message, fix, at=here.span(before).to(here.span(last)))
    return None


def _character(here: Situation) -> Diagnostic:
    token, last = here.token, here.last
    if token.text.isidentifier():
        joined = last.kind == "NAME" and last.end == token.start
        at = here.span(last).to(here.span(token)) if joined else here.span(token)
        message = f"expected a name of the letters a to z and A to Z, digits and single underscores, given `{at.text}`"
        return here.mistake("unknown-character", message, at=at)
    message = f"expected a sign or a word of the language, given {here.shown(token)}"
    fixes: tuple[Fix, ...] = ()
    if token.text in _SIGNS:
        sign = _SIGNS[token.text]
        fixes = (Fix(f"write `{sign}`" if sign else "leave it out", (here.replace(token, f" {sign} "),)),)
    return here.mistake("unknown-character", message, *fixes)
