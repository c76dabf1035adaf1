"""Lays expressions out as a formatter would: on one line where they fit, else one argument to a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

WIDTH = 120
"""No line is longer."""

MOST_CALLS = 2
"""A call or a list with more calls inside than this gets a line for each, however short they are."""


@final
@dataclass(frozen=True, slots=True)
class Call:
    """A call: `head(items)`; the texts of `comments` stand behind the items, where there are any."""

    head: str
    items: tuple["Doc", ...]
    comments: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Listed:
    """A list of items."""

    items: tuple["Doc", ...]
    comments: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Prefixed:
    """A text and then an expression: `name=`."""

    text: str
    doc: "Doc"


@final
@dataclass(frozen=True, slots=True)
class Repeated:
    """`count` new ones of an expression, as arguments of a call or items of a list."""

    doc: "Doc"
    count: int


Doc = str | Call | Listed | Prefixed | Repeated


def flat(doc: Doc) -> str:
    """Write an expression on one line."""
    match doc:
        case str():
            return doc
        case Call(head, items):
            return f"{head}({', '.join(map(flat, items))})"
        case Listed(items):
            return f"[{', '.join(map(flat, items))}]"
        case Prefixed(text, inner):
            return text + flat(inner)
        case Repeated(inner, count):
            return f"*({flat(inner)} for _ in range({count}))"


def lay_out(doc: Doc, indent: int, before: str = "", after: str = "") -> list[str]:
    """Write an expression between two texts, its first line indented by this many spaces."""
    margin = " " * indent
    line = f"{margin}{before}{flat(doc)}{after}"
    match doc:
        case Call(head, items, comments) if items and _must_open(doc, line):
            opened = [f"{margin}{before}{head}("]
            return [*opened, *_lines(items, comments, indent + 4), f"{margin}){after}"]
        case Listed(items, comments) if items and _must_open(doc, line):
            return [f"{margin}{before}[", *_lines(items, comments, indent + 4), f"{margin}]{after}"]
        case Prefixed(text, inner):
            return lay_out(inner, indent, before + text, after)
        case Repeated(inner, count) if _must_open(inner, line):
            opened = lay_out(inner, indent + 4)
            return [f"{margin}{before}*(", *opened, f"{margin}    for _ in range({count})", f"{margin}){after}"]
        case _:
            return [line]


def _must_open(doc: Doc, line: str) -> bool:
    return len(line) > WIDTH or _is_open(doc)


def _is_open(doc: Doc) -> bool:
    """Tell whether an expression needs more than one line however short it is."""
    match doc:
        case Call(_, items, comments) | Listed(items, comments):
            return any(comments) or any(map(_is_open, items)) or sum(not isinstance(i, str) for i in items) > MOST_CALLS
        case Prefixed(_, inner) | Repeated(inner, _):
            return _is_open(inner)
        case _:
            return False


def _lines(items: Sequence[Doc], comments: Sequence[str], indent: int) -> list[str]:
    lines: list[str] = []
    for i, item in enumerate(items):
        lines += lay_out(item, indent, after=",")
        comment = comments[i] if i < len(comments) else ""
        if comment and len(lines[-1]) + len(comment) + 4 <= WIDTH:
            lines[-1] += f"  # {comment}"
    return lines
