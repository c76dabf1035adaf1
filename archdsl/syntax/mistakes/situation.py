"""What is known where the parser stopped, and how a mistake is put into words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import final

from archdsl.diagnostics import Diagnostic, Label, Source, Span
from archdsl.syntax.lexer import Token
from archdsl.syntax.tables import END
from archdsl.syntax.vocabulary import CLOSERS, CLOSING

# The texts to be tried out in search of a help are no longer than this.
LONGEST_TRIAL = 4_000


@final
@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the source: the characters `start:end` become `text`."""

    start: int
    end: int
    text: str


@final
@dataclass(frozen=True, slots=True)
class Fix:
    """Advice, and the changes that follow it."""

    advice: str
    edits: tuple[Edit, ...]


@final
@dataclass(frozen=True, slots=True)
class Situation:
    """The tokens of a definition up to the one that no rule expects, and what was expected in its place.

    `reads` says whether a text is free of mistakes; a fix is told only if the definition is so after it.
    """

    source: Source
    tokens: tuple[Token, ...]
    index: int
    expected: frozenset[str]
    reads: Callable[[str], bool]

    @property
    def token(self) -> Token:
        """The token that no rule expects."""
        return self.tokens[self.index]

    @property
    def last(self) -> Token:
        """The token before it; an empty one at the start."""
        return self.ahead(-1)

    @property
    def following(self) -> Token:
        """The token after it."""
        return self.ahead(1)

    def ahead(self, by: int) -> Token:
        """Give the token that stands `by` places after this one; an empty one beyond the ends."""
        place = self.index + by
        start = self.tokens[0].start
        return self.tokens[min(place, len(self.tokens) - 1)] if place >= 0 else Token("", "", start, start)

    def expects(self, *kinds: str) -> bool:
        """Say whether each of these terminals could stand here."""
        return self.expected.issuperset(kinds)

    def expects_expression(self) -> bool:
        """Say whether an expression could begin here."""
        return self.expects("NUMBER", "LPAR", "TRUE")

    def opened(self) -> list[Token]:
        """Give the brackets that are open here, the innermost last."""
        brackets: list[Token] = []
        for token in self.tokens[: self.index]:
            if token.text in CLOSING:
                brackets.append(token)
            elif token.text in CLOSERS and brackets:
                brackets.pop()
        return brackets

    def span(self, token: Token) -> Span:
        """Give the place of a token; the end of a text is shown behind its last token."""
        if token.kind == END and self.index > 0 and token is self.token:
            return Span(self.source, self.last.end, self.last.end)
        return Span(self.source, token.start, token.end)

    def shown(self, token: Token) -> str:
        """Name a token in a message."""
        if token.kind == END:
            return "the end of the file" if token.start == len(self.source.text) else "the next definition"
        text = token.text if len(token.text) <= 30 else f"{token.text[:30]}…"
        return f"`{text}`" if text.isprintable() else f"`{text.encode('unicode_escape').decode()}`"

    def mends(self, edits: Iterable[Edit]) -> bool:
        """Say whether the definition has no mistake after some changes."""
        start, end = self.tokens[0].start, self.tokens[-1].start
        if end - start > LONGEST_TRIAL:
            return False
        text = self.source.text
        for edit in sorted(edits, key=lambda edit: -edit.start):
            text = text[: edit.start] + edit.text + text[edit.end :]
            end += len(edit.text) - (edit.end - edit.start)
        return self.reads(text[start:end])

    def mistake(
        self,
        code: str,
        message: str,
        *fixes: Fix,
        at: Span | None = None,
        label: str = "",
        secondary: tuple[Label, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> Diagnostic:
        """Put a mistake into words; the help is the first fix that mends the definition."""
        primary = Label(at or self.span(self.token), label)
        advice = next((fix.advice for fix in fixes if self.mends(fix.edits)), None)
        return Diagnostic(code, message, primary, secondary, notes, advice)

    def insert(self, text: str) -> Edit:
        """Put a text behind the last token."""
        return Edit(self.last.end, self.last.end, f" {text} ")

    def replace(self, token: Token, text: str) -> Edit:
        """Put a text in the place of a token."""
        return Edit(token.start, token.end, text)

    def remove(self, token: Token) -> Edit:
        """Leave a token out."""
        return Edit(token.start, token.end, " ")
