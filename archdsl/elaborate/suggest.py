"""Checks advice before it is given: a help that proposes an edit is shown only where the edited text is better."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from archdsl.diagnostics import Diagnostic, Edit, Fix, Source, Span
from archdsl.syntax import ast

from .program import ModuleScope, Program, library, load_program

Check = Callable[[Program], Iterable[Diagnostic]]
"""Gives all mistakes of a program's main file, as far as they matter to advice."""

# Each trial reads and checks a text again; what is not tried in time is not advised.
MOST_TRIALS = 24
SECONDS = 1.0
LARGEST_TEXT = 100_000


def edited(source: Source, edits: Iterable[Edit]) -> Source:
    """Give a source with other texts in some places, which do not overlap."""
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return Source(source.path, text)


def confirm(
    diagnostics: Sequence[Diagnostic],
    scope: ModuleScope,
    check: Check,
    *,
    trials: int = MOST_TRIALS,
    seconds: float = SECONDS,
) -> tuple[Diagnostic, ...]:
    """Make the first fix that works the help of each diagnostic of a file; the others are dropped.

    A fix works if in the edited file the mistake is gone and none is there that was not there before. What has its
    help already was confirmed before.
    """
    deadline = time.monotonic() + seconds
    before = Counter(map(_identity, diagnostics))
    confirmed: list[Diagnostic] = []
    for diagnostic in diagnostics:
        works: Fix | None = None
        for fix in diagnostic.fixes if diagnostic.help is None else ():
            trials -= 1
            if trials < 0 or time.monotonic() > deadline:
                break
            if _mends(diagnostic, fix, before, scope, check):
                works = fix
                break
        if diagnostic.fixes and diagnostic.help is None:
            diagnostic = replace(diagnostic, help=works.help if works else None, fixes=(works,) if works else ())
        confirmed.append(diagnostic)
    return tuple(confirmed)


def _identity(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.code, diagnostic.message


def _mends(
    diagnostic: Diagnostic, fix: Fix, before: Counter[tuple[str, str]], scope: ModuleScope, check: Check
) -> bool:
    source = scope.module.source
    if len(source.text) > LARGEST_TEXT or any(edit.span.source != source for edit in fix.edits):
        return False
    program = load_program(edited(source, fix.edits), scope.path)
    after = Counter(map(_identity, check(program)))
    own = _identity(diagnostic)
    return after[own] < before[own] and after <= before


def import_fixes(scope: ModuleScope, scopes: Iterable[ModuleScope], name: str) -> tuple[Fix, ...]:
    """Propose to import a block of the standard library."""
    for other in scopes:
        if other.is_std and other is not scope and other.path is not None and name in other.definitions:
            path = other.path.relative_to(library()).with_suffix("").parts
            dotted = ".".join(path)
            use = next((use for use in scope.module.uses if use.path == path and use.names), None)
            if use is not None:
                edit = Edit(Span(use.span.source, use.span.end, use.span.end), f", {name}")
                return (Fix(f"add `{name}` to `use {dotted}`", (edit,)),)
            return (Fix(f"add `use {dotted}: {name}`", (_insert(scope.module, f"use {dotted}: {name}"),)),)
    return ()


def _insert(module: ast.Module, line: str) -> Edit:
    """Set a line behind the imports, else behind the doc of the file, else at its start."""
    text = module.source.text
    if module.uses:
        at = module.uses[-1].span.end
    elif module.doc is not None:
        at = text.find('"""', text.find('"""') + 3) + 3
    else:
        return Edit(Span(module.source, 0, 0), f"{line}\n")
    return Edit(Span(module.source, at, at), f"\n{line}")
