"""Where a file with a mistake can be cut, so that each definition is read by itself."""

from collections.abc import Iterator

from .lexer import Token
from .tables import END
from .vocabulary import CLOSERS, CLOSING, DEFINITIONS, starts_line


def pieces(text: str, tokens: tuple[Token, ...], words: frozenset[str]) -> Iterator[tuple[Token, ...]]:
    """Cut the tokens before each definition, and before the doc in front of it.

    The words that begin definitions stand nowhere else, so a bracket that was not closed hides no later definition.
    But someone may have used such a word as a name: it counts only if a name follows it, and if it is the first on its
    line or outside of all brackets. (`let` begins statements too, and counts only at the very start of a line.)
    """
    begin = depth = 0
    for i, token in enumerate(tokens):
        if i > begin and _begins(text, tokens, i, depth, words):
            cut = i - 1 if tokens[i - 1].kind == "DOC" else i
            if cut > begin:
                yield (*tokens[begin:cut], Token(END, "", tokens[cut].start, tokens[cut].start))
                begin = cut
            depth = 0
        depth = max(0, depth + (token.text in CLOSING) - (token.text in CLOSERS))
    yield tokens[begin:]


def _begins(text: str, tokens: tuple[Token, ...], i: int, depth: int, words: frozenset[str]) -> bool:
    token = tokens[i]
    if token.kind == "LET":
        return depth == 0 and text[token.start - 1] == "\n"
    if token.kind not in DEFINITIONS:
        return False
    following = tokens[i + 1]
    named = following.kind == "NAME" or following.kind in words
    first = starts_line(text, token.start)
    return (named and (first or depth == 0)) or (first and depth == 0 and following.kind != "EQUAL")
