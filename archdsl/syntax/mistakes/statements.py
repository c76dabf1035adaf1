"""Bodies, and what stands in them or outside."""

from archdsl.diagnostics import Diagnostic, Label
from archdsl.syntax.tables import END
from archdsl.syntax.vocabulary import STATEMENTS

from .situation import Fix, Situation


def returns(here: Situation) -> Diagnostic | None:
    """Explain a body without a result, or with something behind it."""
    token = here.token
    if here.expects("LET", "RETURN"):
        return _no_return(here)
    if token.kind in STATEMENTS | {"RETURN"} and here.expects("RBRACE") and not here.expects("VBAR"):
        message = f"expected `}}` after the result of the body, given `{token.text}`"
        return here.mistake("statement-after-return", message)
    return None


def _no_return(here: Situation) -> Diagnostic | None:
    token = here.token
    opened = here.opened()
    if token.kind == "RBRACE" and opened:
        names = [
            t.text for last, t in zip(here.tokens, here.tokens[1 : here.index], strict=False) if last.kind == "LET"
        ]
        fixes = [Fix(f"write `return {name}` before `}}`", (here.insert(f"return {name}"),)) for name in names[-1:]]
        secondary = (Label(here.span(opened[-1]), "the body begins here"),)
        message = "expected `return` at the end of the body, given `}`"
        return here.mistake("missing-return", message, *fixes, secondary=secondary)
    if token.kind == "NAME" and here.following.kind == "EQUAL":
        return _no_let(here)
    if token.kind != END:
        fix = Fix(f"write `return` before {here.shown(token)}", (here.insert("return"),))
        if here.mends(fix.edits):
            message = f"expected `return` before the result of the body, given {here.shown(token)}"
            return here.mistake("missing-return", message, fix)
    return None


def bindings(here: Situation) -> Diagnostic | None:
    """Explain a name that is bound without `let`, outside of a body."""
    if here.token.kind == "NAME" and here.following.kind == "EQUAL" and here.expects("LET", "BLOCK"):
        return _no_let(here)
    return None


def _no_let(here: Situation) -> Diagnostic:
    fix = Fix(f"write `let` before {here.shown(here.token)}", (here.insert("let"),))
    return here.mistake(
        "missing-let", f"expected `let` before a name that is bound, given {here.shown(here.token)}", fix
    )


def conditionals(here: Situation) -> Diagnostic | None:
    """Explain `if` without `else`, and `if` before the value."""
    token = here.token
    if token.kind == "IF" and here.expects_expression():
        message = "expected a value before `if`, as in `a if condition else b`"
        return here.mistake("if-before-value", message)
    if not here.expects("ELSE"):
        return None
    before = here.tokens[: here.index]
    place = next((i for i in range(len(before) - 1, -1, -1) if before[i].kind == "IF"), None)
    if place is None:
        return None
    word = before[place]
    fix = Fix("write `when` for `if`", (here.replace(word, "when"),))
    message = f"expected `else` after `if`, given {here.shown(token)}"
    return here.mistake("missing-else", message, fix, secondary=(Label(here.span(word), "this `if`"),))


def function(here: Situation) -> Diagnostic | None:
    """Explain a `fun` with its statics in parentheses."""
    token = here.token
    if token.kind != "LPAR" or here.ahead(-2).kind != "FUN":
        return None
    closing = next((t for t in here.tokens[here.index :] if t.kind == "RPAR"), token)
    edits = (here.replace(token, "["), here.replace(closing, "]"))
    message = "expected `[` before the statics of a `fun`, given `(`"
    return here.mistake("mismatched-bracket", message, Fix("write `[ ]` for `( )`", edits))


def ranges(here: Situation) -> Diagnostic | None:
    """Explain `step` without a range."""
    if here.token.text != "step" or not here.expects("RANGE"):
        return None
    message = "expected a range such as `0..8` before `step`"
    return here.mistake("step-without-range", message)
