"""Source texts and the places in them."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Source:
    """A text with the name under which the user knows it (a path, or `<text>`)."""

    path: str
    text: str = field(repr=False)
    _starts: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        starts = (0, *(i + 1 for i, char in enumerate(self.text) if char == "\n"))
        object.__setattr__(self, "_starts", starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Give the line and the column of an offset; both count from 1, columns in code points."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Give the text of a line (counted from 1) without its end."""
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")


@final
@dataclass(frozen=True, slots=True)
class Span:
    """The characters `start:end` of a source."""

    source: Source
    start: int
    end: int

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    @property
    def line(self) -> int:
        """The line on which the span starts, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """The column at which the span starts, from 1."""
        return self.source.position(self.start)[1]

    def to(self, other: "Span") -> "Span":
        """Give the span from this one's start to the other's end."""
        return Span(self.source, self.start, max(self.end, other.end))

    def __str__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.path}:{line}:{column}"
