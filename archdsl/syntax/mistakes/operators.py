"""Signs that mean something else here, or that another language has."""

from archdsl.diagnostics import Diagnostic, Span
from archdsl.syntax.lexer import Token
from archdsl.syntax.vocabulary import CLOSERS, CLOSING

from .situation import Edit, Fix, Situation

# Two signs side by side that are one in another language, and what is written for them here.
_PAIRS = {
    "||": "or",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    ":=": "=",
    "=>": "->",
    "|>>": "|>",
    ">>": "|>",
    "+=": "",
    "-=": "",
    "**": "",
}
_EXPLAINED = {
    "**": "there is no power; a square is `x * x`",
    "+=": "a name keeps its value; bind the sum to a new name",
    "-=": "a name keeps its value; bind the difference to a new name",
}


def foreign(here: Situation) -> Diagnostic | None:
    """Explain an operator of another language."""
    for pair in ((here.last, here.token), (here.token, here.following)):
        diagnostic = _pair(here, *pair)
        if diagnostic:
            return diagnostic
    return _comment(here) or _star(here) or _bar(here)


def _pair(here: Situation, first: Token, second: Token) -> Diagnostic | None:
    both = first.text + second.text
    if both not in _PAIRS or first.end != second.start:
        return None
    here_written = _PAIRS[both]
    at = here.span(first).to(here.span(second))
    if not here_written:
        message = f"expected an operator of the language, given `{both}`"
        return here.mistake("foreign-operator", message, at=at, notes=(_EXPLAINED[both],))
    fix = Fix(f"write `{here_written}`", (Edit(first.start, second.end, f" {here_written} "),))
    return here.mistake("foreign-operator", f"expected `{here_written}`, given `{both}`", fix, at=at)


def _comment(here: Situation) -> Diagnostic | None:
    token, text = here.token, here.source.text
    if token.text != "//" and not text.startswith("/*", token.start):
        return None
    end = text.find("\n", token.start)
    line = text[token.start : end if end >= 0 else len(text)]
    fix = Fix("write `#`", (Edit(token.start, token.start + len(line), ""),))
    at = Span(here.source, token.start, token.start + 2)
    return here.mistake("foreign-comment", f"expected `#` before a comment, given `{at.text}`", fix, at=at)


def _bar(here: Situation) -> Diagnostic | None:
    if here.token.kind != "VBAR" or not here.expects("PIPE") or here.expects("VBAR"):
        return None
    fix = Fix("write `|>`", (here.replace(here.token, "|>"),))
    if not here.mends(fix.edits):
        return None
    return here.mistake("foreign-operator", "expected `|>` to apply a layer, given `|`", fix)


def _star(here: Situation) -> Diagnostic | None:
    if here.token.kind != "STAR" or not here.expects_expression():
        return None
    fix = Fix("leave `*` out: a list fills a variadic parameter as it is", (here.remove(here.token),))
    return here.mistake("foreign-operator", "expected an expression, given `*`", fix)


def equals(here: Situation) -> Diagnostic | None:
    """Explain `=` where values are compared, `==` where a name is bound, and `:` before a result."""
    token = here.token
    if token.kind == "EQUAL" and here.expects("COMPARE"):
        fix = Fix("write `==`", (here.replace(token, "=="),))
        return here.mistake("single-equals", "expected `==` between two values that are compared, given `=`", fix)
    if token.text == "==" and here.expects("EQUAL"):
        fix = Fix("write `=`", (here.replace(token, "="),))
        return here.mistake("double-equals", "expected `=` after a name that is bound, given `==`", fix)
    if token.kind == "COLON" and here.expects("ARROW"):
        fix = Fix("write `->`", (here.replace(token, " -> "),))
        return here.mistake("missing-arrow", "expected `->` before the type of the result, given `:`", fix)
    return None


def comparisons(here: Situation) -> Diagnostic | None:
    """Explain `a < b < c` and `a not in b`."""
    token = here.token
    if token.kind in ("COMPARE", "IN") and here.expects("AND", "OR") and not here.expects("COMPARE"):
        begin = _operand(here, here.index, stop=("COMPARE", "IN"))
        middle = here.source.text[here.tokens[begin].start : here.last.end]
        fix = Fix(f"write `and {middle}` before `{token.text}`", (here.insert(f"and {middle}"),))
        message = f"expected `and` between two comparisons, given `{token.text}`"
        return here.mistake("chained-comparison", message, fix)
    if token.kind == "NOT" and here.following.kind == "IN":
        begin = here.tokens[_operand(here, here.index, stop=_LOOSER)].start
        fix = Fix("write `not` before the value", (Edit(begin, begin, "not "), here.remove(token)))
        at = here.span(token).to(here.span(here.following))
        return here.mistake("foreign-operator", "expected `in`, given `not in`", fix, at=at)
    return None


_LOOSER = ("AND", "OR", "NOT", "IF", "ELSE", "WHEN", "REQUIRE", "RETURN", "EQUAL", "COMMA", "VBAR")


def _operand(here: Situation, index: int, stop: tuple[str, ...]) -> int:
    """Give the index of the first token of the operand that ends before `index`."""
    depth = 0
    while index > 0:
        token = here.tokens[index - 1]
        depth += (token.text in CLOSERS) - (token.text in CLOSING)
        if depth < 0 or (depth == 0 and token.kind in stop):
            break
        index -= 1
    return index
