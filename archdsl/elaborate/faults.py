"""How elaboration stops: at a fault of the program, or at an architecture that does not belong to the space."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from archdsl.diagnostics import ArchdslError, Diagnostic, Fix, Label, Span


class Fault(ArchdslError):
    """The program is wrong under the decisions taken so far."""

    @property
    def diagnostic(self) -> Diagnostic:
        """The one mistake that stopped the elaboration."""
        return self.diagnostics[0]


class Outside(Fault):
    """The decisions are of no architecture of the space: a `require` fails, a decision is missing or unknown."""


class TooVague(Exception):
    """A walk that stands for many came to what they do not have in common: it says nothing."""


def fail(
    code: str,
    message: str,
    span: Span | None,
    label: str = "",
    *,
    secondary: tuple[Label, ...] = (),
    notes: tuple[str, ...] = (),
    fixes: tuple[Fix, ...] = (),
) -> NoReturn:
    """Stop with a diagnostic; `fixes` become its help where one is found to work."""
    primary = Label(span, label) if span else None
    raise Fault(Diagnostic(code, message, primary, secondary, notes, fixes=fixes))


def not_yet(what: str, span: Span) -> NoReturn:
    """Stop at a part of the language that this version does not elaborate."""
    fail("not-yet", f"{what} cannot be elaborated yet", span, "understood, but not supported by this version")


def placed(fault: Fault, span: Span, label: str = "") -> Fault:
    """Give a fault that has no place one."""
    diagnostic = fault.diagnostic
    if diagnostic.primary is not None:
        return fault
    return type(fault)(replace(diagnostic, primary=Label(span, label)))


def emptied_at(fault: Fault, use: Span, name: str, values: Mapping[str, str]) -> Fault:
    """Say of a choice that has nothing left which use of a definition is to blame, and by which of its values."""
    diagnostic = fault.diagnostic
    if diagnostic.code != "empty-choice" or diagnostic.secondary or diagnostic.primary is None:
        return fault
    words = set(re.findall(r"\w+", diagnostic.primary.span.text))
    here = ", ".join(f"{own} = {value}" for own, value in values.items() if own in words)
    notes = (f"here {here}",) if here else ()
    place = Label(use, f"in this use of `{name}`")
    return type(fault)(replace(diagnostic, secondary=(place,), notes=(*diagnostic.notes, *notes)))


def seen_from(fault: Fault, use: Span, name: str) -> Fault:
    """Move a fault that happened inside of the standard library to the place where the user's text uses it."""
    diagnostic = fault.diagnostic
    inside = diagnostic.primary
    if inside is None or inside.span.source == use.source:
        return fault
    text = inside.text or "here"
    moved = replace(
        diagnostic,
        primary=Label(use, f"in this use of `{name}`"),
        secondary=(Label(inside.span, text), *diagnostic.secondary),
    )
    return type(fault)(moved)
