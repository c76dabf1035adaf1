"""Diagnostics as text for people and as JSON lines for programs."""

import json
import unicodedata
from collections.abc import Iterable

from .diagnostic import Diagnostic, Label
from .source import Source

# Of a longer line only the part around a mark is shown: it was not written by hand.
LONGEST_LINE = 200
BEFORE = 60
_MOVING = frozenset({"Cc", "Cf"})


def render(diagnostic: Diagnostic) -> str:
    """Print a diagnostic with the source lines that it points at."""
    lines = [f"{diagnostic.level}[{diagnostic.code}]: {diagnostic.message}"]
    width = 1
    if diagnostic.primary:
        labels = [(diagnostic.primary, "^"), *((label, "-") for label in diagnostic.secondary)]
        width = max(len(str(label.span.line)) for label, _ in labels)
        by_source: dict[str, tuple[Source, list[tuple[Label, str]]]] = {}
        for label, mark in labels:
            by_source.setdefault(label.span.source.path, (label.span.source, []))[1].append((label, mark))
        for i, (source, members) in enumerate(by_source.values()):
            arrow = "-->" if i == 0 else ":::"
            lines.append(f"{' ' * width}{arrow} {members[0][0].span}")
            lines.append(f"{' ' * width} |")
            lines.extend(_excerpt(source, members, width))
    margin = " " * width
    if diagnostic.primary and (diagnostic.notes or diagnostic.help):
        lines.append(f"{margin} |")
    lines.extend(f"{margin} = note: {note}" for note in diagnostic.notes)
    if diagnostic.help:
        lines.append(f"{margin} = help: {diagnostic.help}")
    return _printable("\n".join(lines))


def _excerpt(source: Source, members: list[tuple[Label, str]], width: int) -> list[str]:
    by_line: dict[int, list[tuple[Label, str]]] = {}
    for label, mark in members:
        by_line.setdefault(label.span.line, []).append((label, mark))
    lines: list[str] = []
    last = None
    for number in sorted(by_line):
        if last is not None and number > last + 1:
            lines.append("...")
        last = number
        text = source.line(number)
        labels = sorted(by_line[number], key=lambda item: -item[0].span.start)
        if len(text) <= LONGEST_LINE:
            lines.extend(_marked(text, 0, number, labels, width))
        else:
            for own in reversed(labels):
                lines.extend(_marked(text, max(0, own[0].span.column - 1 - BEFORE), number, [own], width))
    return lines


def _marked(text: str, first: int, number: int, labels: list[tuple[Label, str]], width: int) -> list[str]:
    """Print a line with marks under it; of a long one the part from the column `first` on."""
    shown = text[first : first + LONGEST_LINE]
    left, right = "…" if first else "", "…" if first + len(shown) < len(text) else ""
    lines = [f"{number:>{width}} | {left}{shown.expandtabs(1)}{right}".rstrip()]
    for label, mark in labels:
        start = label.span.column - 1 - first + len(left)
        length = max(1, min(label.span.end - label.span.start, len(shown) + len(left) - start))
        lines.append(f"{' ' * width} | {' ' * start}{mark * length} {label.text}".rstrip())
    return lines


def _printable(text: str) -> str:
    """Give a text without what would move a terminal's cursor or turn its direction."""
    if text.isprintable():
        return text
    return "".join(
        char if char == "\n" or unicodedata.category(char) not in _MOVING else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """Print diagnostics one after the other, an empty line between them."""
    return "\n\n".join(render(diagnostic) for diagnostic in diagnostics)


def _place(label: Label) -> dict[str, object]:
    source = label.span.source
    start, end = source.position(label.span.start), source.position(label.span.end)
    return {
        "path": source.path,
        "start": {"line": start[0], "column": start[1]},
        "end": {"line": end[0], "column": end[1]},
    }


def to_json(diagnostic: Diagnostic) -> str:
    """Give a diagnostic as one line of JSON; lines and columns count from 1."""
    labels = [*((diagnostic.primary,) if diagnostic.primary else ()), *diagnostic.secondary]
    fields: dict[str, object] = {
        "code": diagnostic.code,
        "level": diagnostic.level,
        "message": diagnostic.message,
        **(_place(diagnostic.primary) if diagnostic.primary else {"path": None, "start": None, "end": None}),
        "labels": [{**_place(label), "text": label.text} for label in labels],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }
    return json.dumps(fields, ensure_ascii=False)
