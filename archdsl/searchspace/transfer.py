"""Decisions of another space that are replayed in this one: what is missing is drawn, what cannot be is named."""

from collections.abc import Mapping
from random import Random
from typing import Literal

from archdsl.diagnostics import Diagnostic
from archdsl.elaborate import Outside, Program
from archdsl.elaborate.addresses import is_relative
from archdsl.ir import Interval, Label, label_text

from .diagram import Diagram
from .sampling import by_priors_given

Fill = Literal["prior"]
"""How what is missing is found: drawn by the priors of its choices."""


def readdressed(decisions: Mapping[str, Label], source: Program, target: Program) -> dict[str, str]:
    """Give the address that each decision of one program has in another one.

    A cell of a file that both programs use may have a longer root in one of them, where its name alone does not say it
    all; whatever else is decided keeps its address.
    """
    there = target.roots()
    moved = {root: there[own] for own, root in source.roots().items() if there.get(own, root) != root}
    return {address: _moved(address, moved) for address in decisions}


def _moved(address: str, roots: Mapping[str, str]) -> str:
    for root, new in roots.items():
        if address.startswith(root) and is_relative(address.removeprefix(root)):
            return new + address.removeprefix(root)
    return address


def filled(
    network: str,
    diagram: Diagram,
    decisions: Mapping[str, Label],
    choices: Mapping[str, tuple[Label, ...]],
    reals: Mapping[str, Interval],
    rng: Random,
) -> dict[str, Label]:
    """Draw a member that decides as given wherever it decides what is given.

    Raises:
        Outside: some given decisions are admissible nowhere, or all of them nowhere together.
    """
    sampler = by_priors_given(diagram, decisions)
    if sampler is None:
        refused = [
            _inadmissible(address, label, choices.get(address, ()), reals.get(address))
            for address, label in decisions.items()
            if address in choices or address in reals
        ]
        found = [own for own in refused if own is not None]
        raise Outside(found or _together(network, [own for own in decisions if own in choices or own in reals]))
    drawn = sampler.draw(rng)
    return {address: decisions.get(address, label) for address, label in drawn.items()}


def _inadmissible(
    address: str, label: Label, labels: tuple[Label, ...], interval: Interval | None
) -> Diagnostic | None:
    if (interval is not None and label in interval) or any(own == label and type(own) is type(label) for own in labels):
        return None
    shown = [*(f"`{label_text(own)}`" for own in labels[:12]), *(["…"] if len(labels) > 12 else [])]
    notes = (
        *((f"the alternatives are {', '.join(shown)}",) if shown else ()),
        *((f"a decision is a real number from {interval.low!r} to {interval.high!r}",) if interval else ()),
    )
    message = f"`{label_text(label)}` is no admissible decision for `{address}`"
    return Diagnostic("inadmissible-decision", message, notes=notes)


def _together(network: str, addresses: list[str]) -> Diagnostic:
    message = f"no architecture of `{network}` has all the decisions that are given"
    named = ", ".join(f"`{address}`" for address in addresses)
    return Diagnostic("inadmissible-decision", message, notes=(f"they are for {named}",))
