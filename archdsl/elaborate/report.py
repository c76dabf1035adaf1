"""Collects the mistakes of one file's names; whatever the text, it does a bounded amount of work for advice."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import log10
from typing import final

from archdsl.diagnostics import Diagnostic, Edit, Fix, Label, Span, similar
from archdsl.diagnostics.diagnostic import Level

# Beyond these nobody reads on, and a hostile text must not buy a long search with each of its mistakes.
MOST_MISTAKES = 200
MOST_COMPARISONS = 20_000


@final
@dataclass(eq=False, slots=True)
class Report:
    """The diagnostics found so far."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    _comparisons: int = 0

    @property
    def is_full(self) -> bool:
        """Whether enough mistakes are known."""
        return len(self.diagnostics) >= MOST_MISTAKES

    @property
    def has_time(self) -> bool:
        """Whether there is time left to look for advice."""
        return self._comparisons <= MOST_COMPARISONS and not self.is_full

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        secondary: Iterable[tuple[Span, str]] = (),
        notes: tuple[str, ...] = (),
        fixes: Iterable[Fix] = (),
        level: Level = "error",
    ) -> None:
        """Note a mistake."""
        if not self.is_full:
            places = tuple(Label(where, text) for where, text in secondary)
            self.diagnostics.append(
                Diagnostic(code, message, Label(span, label), places, notes, level=level, fixes=tuple(fixes))
            )

    def near(self, name: str, names: Iterable[str]) -> tuple[str, ...]:
        """Give the names that are near to one, while the work lasts."""
        if not self.has_time:
            return ()
        known = list(names)
        self._comparisons += len(known)
        return similar(name, known)

    def renamings(
        self, name: str, names: Iterable[str], spans: Iterable[Span], what: Callable[[str], str]
    ) -> Iterator[Fix]:
        """Propose to write a near name instead; `what` says what that one is: `an op`."""
        places = tuple(spans)
        for other in self.near(name, names):
            edits = tuple(Edit(span, other) for span in places)
            yield Fix(f"{what(other)} with a similar name exists: `{other}`", edits)


def listed(names: Iterable[str]) -> str:
    """Write names in a row: `a`, `b`."""
    return ", ".join(f"`{name}`" for name in names)


MOST_BITS = 4_000
"""A number of more is told by its length: nobody reads a thousand digits, and to write them takes long."""


def large(number: int) -> str:
    """Write a whole number, one of more than a thousand digits by its power of ten.

    >>> large(15625), large(3**10_000)
    ('15,625', 'about 10^4771')
    """
    if number.bit_length() <= MOST_BITS:
        return f"{number:,}"
    return f"about {'-' * (number < 0)}10^{int(log10(abs(number)))}"


def counted(number: int, thing: str) -> str:
    """Write a number of things: 1 static, 2 statics."""
    return f"{number} {thing}{'s' * (number != 1)}"
