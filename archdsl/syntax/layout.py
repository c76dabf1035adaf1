"""Text that knows where it may be broken into lines (after Wadler, "A prettier printer", 1998).

A layout is made of tokens and of what stands between them. Tokens are counted as they are written, so comments can be
given by the number of the token that they belong to; a group with a comment inside is broken.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union, final


@final
@dataclass(frozen=True, slots=True)
class Glue:
    """Space between tokens that is no place for a break; written only in broken groups if `broken`."""

    text: str = " "
    broken: bool = False


@final
@dataclass(frozen=True, slots=True)
class Line:
    """A place for a break: `flat` in a group on one line, else a new line.

    It is always a new line if `hard`; an empty line comes before it if `blank`.
    """

    flat: str = " "
    hard: bool = False
    blank: bool = False


@final
@dataclass(frozen=True, slots=True)
class Nest:
    """A part whose new lines are indented deeper."""

    by: int
    part: "Layout"


@final
@dataclass(frozen=True, slots=True)
class Group:
    """A part that stands on one line if it fits, and else has a new line at each of its own places for a break.

    `tail` follows; it does not count for the decision, but is indented by `indent_tail` where the group is broken.
    """

    part: "Layout"
    tail: "Layout" = ()
    indent_tail: int = 0
    tokens: int = field(init=False)
    broken: bool = field(init=False)

    def __post_init__(self) -> None:
        tokens, broken = _measure(self.part)
        object.__setattr__(self, "tokens", tokens)
        object.__setattr__(self, "broken", broken)


# A string is a token, a tuple its members one after the other.
Layout = Union[str, Glue, Line, Nest, Group, tuple["Layout", ...]]  # noqa: UP007 - the strings need it

SPACE = Glue()
BREAK = Line()
SOFT = Line("")
NEWLINE = Line(hard=True)
EMPTY_LINE = Line(hard=True, blank=True)


def _measure(layout: Layout) -> tuple[int, bool]:
    """Count the tokens of a layout, and say whether a new line in it is certain."""
    tokens, broken = 0, False
    parts: list[Layout] = [layout]
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            tokens += 1
        elif isinstance(part, tuple):
            parts.extend(part)
        elif isinstance(part, Nest):
            parts.append(part.part)
        elif isinstance(part, Group):
            tokens += part.tokens
            broken = broken or part.broken
            parts.append(part.tail)
        elif isinstance(part, Line):
            broken = broken or part.hard
    return tokens, broken


@final
@dataclass(frozen=True, slots=True)
class Note:
    """A comment on a line of its own; an empty line follows it if `blank`."""

    text: str
    blank: bool


@final
@dataclass(frozen=True, slots=True)
class Notes:
    """Comments by the number of a token: on lines before it, and behind it on its line."""

    before: Mapping[int, Sequence[Note]]
    behind: Mapping[int, str]

    def places(self) -> list[int]:
        """Give the numbers of the tokens after which a comment stands, sorted."""
        return sorted({token - 1 for token in self.before} | set(self.behind))


def flat(layout: Layout) -> str:
    """Write a layout on one line."""
    out: list[str] = []
    parts: list[Layout] = [layout]
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, tuple):
            parts.extend(reversed(part))
        elif isinstance(part, Nest):
            parts.append(part.part)
        elif isinstance(part, Group):
            parts += (part.tail, part.part)
        elif isinstance(part, Line):
            out.append(part.flat)
        elif not part.broken:
            out.append(part.text)
    return "".join(out)


def write(layout: Layout, width: int, notes: Notes) -> str:
    """Write a layout on lines of at most `width` characters where its breaks allow it."""
    return _Writer(width, notes).write(layout)


# An indentation, whether the part is on one line, and the part.
_Task = tuple[int, bool, Layout]


@final
class _Writer:
    def __init__(self, width: int, notes: Notes) -> None:
        self.width = width
        self.notes = notes
        self.places = notes.places()
        self.out: list[str] = []
        self.column = 0
        self.margin = 0  # the spaces at the start of this line
        self.written = 0  # tokens so far
        self.must_break = False  # a comment ends this line

    def write(self, layout: Layout) -> str:
        tasks: list[_Task] = [(0, False, layout)]
        while tasks:
            indent, flat, part = tasks.pop()
            if isinstance(part, str):
                self._token(part, indent)
            elif isinstance(part, tuple):
                tasks.extend((indent, flat, member) for member in reversed(part))
            elif isinstance(part, Nest):
                tasks.append((indent + part.by, flat, part.part))
            elif isinstance(part, Group):
                broken = not flat and self._breaks(part, tasks, indent)
                tasks.append((indent + part.indent_tail * broken, flat, part.tail))
                tasks.append((indent, not broken, part.part))
            elif isinstance(part, Line):
                if flat and not self.must_break:
                    self._put(part.flat)
                else:
                    self._new_line(indent, part.blank)
            elif not self.must_break and not (part.broken and flat):
                self._put(part.text)
        return "".join(self.out)

    def _put(self, text: str) -> None:
        self.out.append(text)
        if self.column == self.margin and not text.strip():
            self.margin += len(text)
        self.column += len(text)

    def _new_line(self, indent: int, blank: bool = False) -> None:
        self.out.append("\n\n" if blank else "\n")
        self.out.append(" " * indent)
        self.column = self.margin = indent
        self.must_break = False

    def _token(self, text: str, indent: int) -> None:
        notes = self.notes.before.get(self.written, ())
        if self.must_break or (notes and self.column > self.margin):
            self._new_line(indent)
        margin = self.margin
        for note in notes:
            # What stands before a closing bracket belongs to the inside.
            self.out.append("  " * (text in ("}", "]", ")")) + note.text)
            self._new_line(margin, note.blank)
        self.out.append(text)
        self.column += len(text)
        if behind := self.notes.behind.get(self.written):
            self.out.append(f"  {behind}")
            self.must_break = True
        self.written += 1

    def _breaks(self, group: Group, tasks: list[_Task], indent: int) -> bool:
        if group.broken:
            return True
        # A comment behind the last token or before the first one is not inside.
        place = bisect_left(self.places, self.written)
        if place < len(self.places) and self.places[place] < self.written + group.tokens - 1:
            return True
        room = self.width - (indent if self.must_break else self.column)
        return not _fits(room, (group.part, group.tail), tasks)


def _fits(room: int, parts: tuple[Layout, Layout], tasks: list[_Task]) -> bool:
    """Say whether a group fits on one line, together with what follows it up to the next place for a break."""
    part, tail = parts
    rest = len(tasks)
    ahead: list[tuple[bool, Layout]] = [(False, tail), (True, part)]
    while room >= 0:
        if not ahead:
            if not rest:
                return True
            rest -= 1
            ahead.append((tasks[rest][1], tasks[rest][2]))
        flat, part = ahead.pop()
        if isinstance(part, str):
            room -= len(part)
        elif isinstance(part, tuple):
            ahead.extend((flat, member) for member in reversed(part))
        elif isinstance(part, Nest):
            ahead.append((flat, part.part))
        elif isinstance(part, Group):
            ahead += ((flat, part.tail), (flat, part.part))
        elif isinstance(part, Line):
            if not flat:
                return True
            room -= len(part.flat)
        elif not (part.broken and flat):
            room -= len(part.text)
    return False


def is_broken(layout: Layout) -> bool:
    """Say whether a layout takes more than one line however much room there is."""
    return _measure(layout)[1]


def first_token(layout: Layout) -> str:
    """Give the token that a layout begins with."""
    return next(tokens(layout))


def tokens(layout: Layout) -> Iterator[str]:
    """Give the tokens of a layout in their order."""
    parts: list[Layout] = [layout]
    while parts:
        part = parts.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, tuple):
            parts.extend(reversed(part))
        elif isinstance(part, Nest):
            parts.append(part.part)
        elif isinstance(part, Group):
            parts += (part.tail, part.part)
