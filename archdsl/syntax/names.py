"""Names that the grammar lets through, but the language does not."""

import re
from collections.abc import Iterable, Iterator

from archdsl.diagnostics import Diagnostic, Label, Source, Span

from .lexer import Token
from .vocabulary import MEANT

_SUSPECT = re.compile(rf"__|_\b|\b(?:{'|'.join(MEANT)})\b")


def unfit_names(source: Source, tokens: Iterable[Token], *, helpful: bool = True) -> Iterator[Diagnostic]:
    """Name the first use of each reserved name, and each value of another language.

    A value was read as what is meant, so the help is verified where the whole text was read: if it is `helpful`.
    """
    if not _SUSPECT.search(source.text):
        return
    seen: set[str] = set()
    for token in tokens:
        text = token.text
        label = Label(Span(source, token.start, token.end))
        if text in MEANT:
            advice = f"write `{MEANT[text]}`" if helpful else None
            yield Diagnostic("foreign-word", f"expected `{MEANT[text]}`, given `{text}`", label, help=advice)
        elif token.kind == "NAME" and text not in seen and ("__" in text or text.endswith("_")):
            seen.add(text)
            message = f"expected a name without `__` and without `_` at its end, given `{text}`"
            note = "such names are kept for the parameters of compiled modules"
            yield Diagnostic("reserved-name", message, label, notes=(note,))
