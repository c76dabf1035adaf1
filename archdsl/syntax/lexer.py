"""From text to tokens."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, final

from archdsl.diagnostics import Source, Span

from .ast import Comment
from .tables import END, Tables
from .vocabulary import MEANT

# Characters that start no terminal of the grammar, or a terminal that does not end: a kind of our own.
JUNK = "JUNK"

# In this order: a doc or string that is not closed, a string in single quotes, what starts like a number or a name
# but is none, a run of other characters, and what is left: a single character that would be right elsewhere.
_JUNK = re.compile(
    r'"""[\s\S]*|"[^"\n]*|\'[^\'\n]*\'?|\d\w*(?:\.\w+)*(?:(?<=[eE])[+-]\w+)?|\w+|[^\s\w"\'#(){}\[\]=<>+\-*/%|,:.]+|[\s\S]'
)


class Token(NamedTuple):
    """A terminal of the grammar where it stands in the source; the last one of a text is `$END`."""

    kind: str
    text: str
    start: int
    end: int


@final
@dataclass(frozen=True, slots=True)
class Tokens:
    """A source taken apart."""

    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]


@lru_cache(maxsize=1)
def _scanner(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def tokenize(source: Source, tables: Tables) -> Tokens:
    """Take a source apart; what no terminal matches becomes a token of kind `JUNK`, at which the parser will stop."""
    text = source.text
    match = _scanner(tables.pattern).match
    words, ignored = tables.words, tables.ignored
    tokens: list[Token] = []
    comments: list[Comment] = []
    at, length = 0, len(text)
    while at < length:
        found = match(text, at)
        # An empty string and a quote is how a doc begins that does not end.
        if found is None or (found.lastgroup == "STRING" and text.startswith('"""', at)):
            found = _JUNK.match(text, at)
            assert found is not None, "the last branch of _JUNK matches any character"
            kind = JUNK
        else:
            kind = found.lastgroup or JUNK
        start, at = at, found.end()
        if kind not in ignored:
            word = found.group()
            if kind == "NAME":
                kind = words.get(MEANT.get(word, word), kind)
            tokens.append(Token(kind, word, start, at))
        elif kind == "COMMENT":
            comments.append(Comment(Span(source, start, at), found.group().rstrip()))
    tokens.append(Token(END, "", length, length))
    return Tokens(tuple(tokens), tuple(comments))
