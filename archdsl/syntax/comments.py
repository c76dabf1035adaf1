"""Where the comments of a file stand among the tokens of its formatted text.

Formatting leaves out needless brackets and changes no other token, so the tokens that are written are those of the
source but for some brackets. Walking along both tells which comment goes with which written token.
"""

import re
from collections.abc import Iterable, Sequence

from . import ast
from .layout import Note, Notes
from .lexer import Token

NO_NOTES = Notes({}, {})

_EMPTY_LINE = re.compile(r"\n[ \t\r\f]*\n")
_COMMENT_LINE = re.compile(r"\n[ \t\r\f]*#")


def place_comments(module: ast.Module, source: Sequence[Token], written: Iterable[str]) -> Notes:
    """Give each comment to the written token before it, if it stands behind it on its line, or else to the next."""
    text = module.source.text
    kept = _kept(source, written)
    before: dict[int, list[Note]] = {}
    behind: dict[int, str] = {}
    index, number = 0, 0  # the next token of the source, and its number among the written ones
    for comment in module.comments:
        while source[index].end <= comment.span.start and index < len(source) - 1:
            number += kept[index]
            index += 1
        same_line = index > 0 and "\n" not in text[source[index - 1].end : comment.span.start]
        if same_line and number > 0 and number - 1 not in behind and number not in before:
            behind[number - 1] = comment.text
        else:
            closes = source[index].text in ("", ")", "]", "}")
            blank = not closes and _EMPTY_LINE.match(text, text.find("\n", comment.span.end)) is not None
            before.setdefault(number, []).append(Note(comment.text, blank))
    return Notes(before, behind)


def _kept(source: Sequence[Token], written: Iterable[str]) -> list[bool]:
    """Say which tokens of the source are written."""
    remaining = iter(written)
    following = next(remaining, None)
    kept: list[bool] = []
    for token in source:
        same = token.text == following or (token.kind == "DOC" and following is not None and following[:3] == '"""')
        if not same and token.text not in ("(", ")"):
            raise ValueError("the module does not say what its source says: leave out its comments to format it")
        kept.append(same)
        if same:
            following = next(remaining, None)
    return kept


def has_empty_line(text: str) -> bool:
    """Say whether an empty line comes in the text between two parts, before any comment with a line of its own."""
    comment = _COMMENT_LINE.search(text)
    return _EMPTY_LINE.search(text[: comment.end()] if comment else text) is not None
