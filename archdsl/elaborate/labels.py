"""Checks that the alternatives of a choice can be told apart, as far as the text tells."""

from collections.abc import Collection

from archdsl.diagnostics import Edit, Fix, Span
from archdsl.syntax import ast

from .addresses import label_of
from .report import Report
from .sight import label_span, word


def check_labels(report: Report, members: tuple[ast.Alternative, ...]) -> None:
    """Report a label that two alternatives bear which are always there."""
    first: dict[str, Span] = {}
    taken = {member.label for member in members if member.label is not None}
    for i, member in enumerate(members):
        if member.clauses or member.guard is not None:
            continue
        label, place = label_of(member), label_span(member)
        if label not in first:
            first[label] = place
            continue
        previous = members[i - 1]
        report.add(
            "duplicate-label",
            f"two alternatives are labelled `{label}`",
            place,
            "labelled so again" if member.label else "the label of an unlabelled alternative is its text",
            secondary=((first[label], "first labelled so here"),),
            fixes=_fixes(member, place, taken, Span(place.source, previous.span.end, member.span.end)),
        )


def check_weights(report: Report, members: tuple[ast.Alternative, ...]) -> None:
    """Report the weight of an alternative of which several may be chosen."""
    for member in members:
        if member.weight is None:
            continue
        others = (member.value, member.condition, member.guard, *member.clauses)
        end = max(part.span.end for part in others if part is not None)
        whole = Span(member.span.source, end, member.weight.span.end)
        report.add(
            "misplaced-weight",
            "a weight stands in a choice of several, whose sets are equally likely",
            word(whole, "weight").to(member.weight.span),
            "the prior of one alternative, not of a set",
            fixes=(Fix("leave it out", (Edit(whole, ""),)),),
        )


def _fixes(member: ast.Alternative, place: Span, taken: set[str], with_bar: Span) -> tuple[Fix, ...]:
    if member.label is None:
        return (Fix("leave out the second", (Edit(with_bar, ""),)),)
    return (relabelled(member.label, place, taken),)


def relabelled(label: str, place: Span, taken: Collection[str]) -> Fix:
    """Propose a label that no other alternative has."""
    fresh = next(own for k in range(2, len(taken) + 3) if (own := f"{label}_{k}") not in taken)
    return Fix(f"label it by another name, such as `{fresh}`", (Edit(place, fresh),))
