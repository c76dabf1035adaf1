"""Mistakes written down in Markdown: what a page says of a text, and what the checker says of it.

A page holds blocks of these kinds, under headings:

- ```` ```nas ````: a text with mistakes. The line of each diagnostic's primary span ends in `# error: [code]` or
  `# warning: [code]`, or in `# error: [code] "part of the message"`; no other diagnostics may appear.
- ```` ```nas path=other.nas ````: another file, which the next text imports; it may have marks, too.
- ```` ```text ````: what is printed for the block above, whole.
- ```` ```nas fixed ````: the block above with the advice of its help followed; nothing is said of it any more.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archdsl.diagnostics import Diagnostic, render_all

Diagnose = Callable[[str], Sequence[Diagnostic]]

_BLOCK = re.compile(r"^```(nas fixed|nas path=[\w./]+|nas|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_MARK = re.compile(r'[ \t]*# (error|warning): \[([a-z-]+)\](?: "(.*)")?$')


@dataclass(frozen=True)
class Expectation:
    """A diagnostic that a page announces."""

    line: int
    level: str
    code: str
    part: str = ""
    path: str = ""


@dataclass(frozen=True)
class Case:
    """A text with mistakes, and all that a page says of it."""

    name: str
    text: str
    expected: tuple[Expectation, ...]
    printed: str | None = None
    fixed: str | None = None
    files: Mapping[str, str] = field(default_factory=dict)


def cases(page: Path) -> list[Case]:
    """Read a page."""
    markdown = page.read_text(encoding="utf-8")
    found: list[Case] = []
    files: dict[str, str] = {}
    before: tuple[Expectation, ...] = ()
    for block in _BLOCK.finditer(markdown):
        kind, text = block.groups()
        if kind.startswith("nas path="):
            path = kind.removeprefix("nas path=")
            files[path], marks = _marked(text, path)
            before += marks
        elif kind == "nas":
            above = [heading.group(1) for heading in _HEADING.finditer(markdown, 0, block.start())]
            name = f"{page.stem}: {above[-1] if above else ''} ({len(found) + 1})"
            plain, marks = _marked(text)
            found.append(Case(name, plain, before + marks, files=files))
            files, before = {}, ()
        elif kind == "text":
            found[-1] = Case(**{**vars(found[-1]), "printed": text})
        else:
            found[-1] = Case(**{**vars(found[-1]), "fixed": text})
    return found


def _marked(text: str, path: str = "") -> tuple[str, tuple[Expectation, ...]]:
    """Take the marks out of a text."""
    expected: list[Expectation] = []
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        mark = _MARK.search(line)
        if mark:
            expected.append(Expectation(number, mark[1], mark[2], mark[3] or "", path))
        lines.append(line[: mark.start()] if mark else line)
    return "\n".join(lines) + "\n", tuple(expected)


def _place(diagnostic: Diagnostic, case: Case) -> tuple[str, int]:
    """Give the file, if it is another than the text's own, and the line."""
    if diagnostic.primary is None:
        return "", 0
    span = diagnostic.primary.span
    return span.source.path if span.source.path in case.files else "", span.line


def check(case: Case, diagnose: Diagnose) -> None:
    """Compare what a page says of a text with what is said of it."""
    given = diagnose(case.text)
    said = [(*_place(d, case), d.level, d.code) for d in given]
    assert said == [(e.path, e.line, e.level, e.code) for e in case.expected], render_all(given)
    for expectation, diagnostic in zip(case.expected, given, strict=True):
        assert expectation.part in diagnostic.message
    if case.printed is not None:
        assert render_all(given) + "\n" == case.printed
    if any(diagnostic.help for diagnostic in given):
        assert case.fixed is not None, f"the help is not followed in any block:\n{render_all(given)}"
    if case.fixed is not None:
        assert not diagnose(case.fixed), render_all(diagnose(case.fixed))
