"""A diagnostic is data; the renderers print it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, final

from .source import Span

Level = Literal["error", "warning"]


@final
@dataclass(frozen=True, slots=True)
class Label:
    """A place in a source and what is to be said about it (in lower case, no full stop)."""

    span: Span
    text: str = ""


@final
@dataclass(frozen=True, slots=True)
class Edit:
    """Another text for a place; an empty place is where the text is set in."""

    span: Span
    text: str


@final
@dataclass(frozen=True, slots=True)
class Fix:
    """Advice that may mend a mistake, and the edits that follow it, all of one source."""

    help: str
    edits: tuple[Edit, ...]


@final
@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake of the user: a code, a sentence that stands alone, and the places that explain it.

    `primary` is where the user must look; `None` where the mistake is in no text (a missing file, a bad option).
    `secondary` are its causes. `help` is there only where the advice was checked to work. `fixes` are what may mend
    it, the best first; they are not shown, but the first that is checked to work becomes the help, and the only one.
    """

    code: str
    message: str
    primary: Label | None = None
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    level: Level = "error"
    fixes: tuple[Fix, ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        place = f"{self.primary.span}: " if self.primary else ""
        return f"{place}{self.level}[{self.code}]: {self.message}"


class ArchdslError(Exception):
    """What the user did wrong, as diagnostics; raised once for all that were collected."""

    exit_code = 1

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic) -> None:
        self.diagnostics = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        super().__init__("\n".join(str(d) for d in self.diagnostics))

    def __reduce__(self) -> tuple[type["ArchdslError"], tuple[tuple[Diagnostic, ...]]]:
        return type(self), (self.diagnostics,)


@final
class UsageError(ArchdslError):
    """A command or a call that cannot be meant: an unknown strategy, a missing file, a budget of zero."""

    exit_code = 2


def by_place(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort diagnostics by path and place, and drop those that say the same of the same place again."""
    seen: dict[tuple[str, str, int, int], Diagnostic] = {}
    for diagnostic in diagnostics:
        label = diagnostic.primary
        where = (label.span.source.path, label.span.start, label.span.end) if label else (diagnostic.message, -1, -1)
        seen.setdefault((diagnostic.code, *where), diagnostic)

    def key(diagnostic: Diagnostic) -> tuple[str, int, int]:
        label = diagnostic.primary
        return (label.span.source.path, label.span.start, label.span.end) if label else ("", -1, -1)

    return tuple(sorted(seen.values(), key=key))
