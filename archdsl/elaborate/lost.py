"""Names that are unknown only because of another mistake, which is reported already."""

import re
from collections.abc import Container, Iterable

from archdsl.diagnostics import Diagnostic, Source
from archdsl.syntax import ast

_DEFINED = re.compile(
    r"\b(?:op|block|choice|cell|network|fun|let)\s+([a-zA-Z_][a-zA-Z_0-9]*(?:\s*,\s*[a-zA-Z_][a-zA-Z_0-9]*)*)"
)


def is_broken(source: Source, diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether there are errors in a file."""
    return any(own.level == "error" and own.primary and own.primary.span.source == source for own in diagnostics)


def defined_in(text: str) -> frozenset[str]:
    """Give the names that a text defines, even if it cannot be read."""
    return frozenset(name.strip() for found in _DEFINED.finditer(text) for name in found.group(1).split(","))


def lost_names(module: ast.Module, bound: Container[str], diagnostics: Iterable[Diagnostic]) -> frozenset[str]:
    """Give the names of a file that could not be bound: imports, and in a file with errors its definitions, too."""
    lost = defined_in(module.source.text) if is_broken(module.source, diagnostics) else frozenset()
    for use in module.uses:
        names = [item.alias or item.name for item in use.names] or use.path[-1:]
        lost = lost.union(name for name in names if name not in bound)
    return lost
