"""Words of the language in the place of names, misspelled ones, and words of other languages."""

from archdsl.diagnostics import Diagnostic, similar
from archdsl.syntax.vocabulary import DEFINITIONS, SOFT_WORDS

from .situation import Fix, Situation

_FOREIGN = {
    "def": ("fun", "block"),
    "function": ("fun", "block"),
    "func": ("fun", "block"),
    "fn": ("fun", "block"),
    "class": ("block", "network"),
    "import": ("use",),
    "from": ("use",),
    "include": ("use",),
    "var": ("let",),
    "val": ("let",),
    "const": ("let",),
    "elif": ("else",),
    "elseif": ("else",),
    "lambda": (),
    "while": (),
    "assert": ("require",),
    "then": (),
    "if": (),
    "for": (),
}
_EXPLAINED = {
    "lambda": "there are no functions without a name; `fun` defines one, and layers compose by `|>`",
    "elif": "a second condition stands in the last part: `a if p else b if q else c`",
    "elseif": "a second condition stands in the last part: `a if p else b if q else c`",
    "then": "the value stands before its condition: `a if condition else b`",
    "if": "there are conditional values, such as `a if condition else b`, but no conditional statements",
    "for": "`repeat` and `nodes` repeat layers, and `[f(x) for x in xs]` makes a list",
    "while": "`repeat` and `nodes` repeat layers, and `[f(x) for x in xs]` makes a list",
    "from": "`use std.image: conv_bn` imports a name",
    "import": "`use std.image: conv_bn` imports a name",
}


def reserved(here: Situation, words: dict[str, str]) -> Diagnostic | None:
    """Explain a word of the language where a name should be."""
    token = here.token
    if token.text not in words or token.text in SOFT_WORDS or token.text == "_":
        return None
    if here.expected != {"NAME"} and not _is_used_as_name(here):
        return None
    # The name may be used later on, or the word be a word elsewhere.
    everywhere = tuple(here.replace(t, f"my_{t.text}") for t in here.tokens[1:] if t.text == token.text)
    advice = f"choose another name, such as `my_{token.text}`"
    fixes = Fix(advice, everywhere), Fix(advice, (here.replace(token, f"my_{token.text}"),))
    message = f"expected a name, given the word `{token.text}` of the language"
    return here.mistake("word-as-name", message, *fixes)


def _is_used_as_name(here: Situation) -> bool:
    """Say whether all would be well, or better, with another word."""
    token = here.token
    if not here.expects("NAME"):
        return False
    return token.kind in DEFINITIONS or here.mends([here.replace(token, f"my_{token.text}")])


def foreign(here: Situation) -> Diagnostic | None:
    """Explain a word of another language, or one that begins no statement here."""
    token = here.last if here.last.text == "lambda" else here.token
    statement = token.kind in ("IF", "FOR") and here.expects("LET", "RETURN")
    if token.text not in _FOREIGN or not (token.kind == "NAME" or statement):
        return None
    written = _FOREIGN[token.text]
    wanted = " or ".join(f"`{word}`" for word in written) or ("a statement" if statement else "a word of the language")
    notes = (_EXPLAINED[token.text],) if token.text in _EXPLAINED else ()
    fixes = [Fix(f"write `{word}`", (here.replace(token, word),)) for word in written]
    message = f"expected {wanted}, given `{token.text}`"
    return here.mistake("foreign-word", message, *fixes, at=here.span(token), notes=notes)


def misspelled(here: Situation, words: dict[str, str]) -> Diagnostic | None:
    """Explain a word with a letter too many, too few, or another one."""
    for token in (here.token, here.last):
        if token.kind != "NAME":
            continue
        for word in similar(token.text, [word for word in words if word != "_"]):
            fix = Fix(f"write `{word}`", (here.replace(token, word),))
            if here.mends(fix.edits):
                message = f"expected `{word}`, given `{token.text}`"
                return here.mistake("misspelled-word", message, fix, at=here.span(token))
    return None


def outside(here: Situation) -> Diagnostic | None:
    """Explain what is no definition where only definitions stand."""
    if here.index > 0 or not here.expects(*DEFINITIONS):
        return None
    message = f"expected a definition, such as `block` or `network`, given {here.shown(here.token)}"
    return here.mistake("not-a-definition", message)
