"""What is near to an architecture: all that is one step away, and how far another one is."""

from collections.abc import Iterator
from typing import Any

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.searchspace import Architecture, Kind, Space
from archdsl.searchspace.nearest import Kept

from .selection import selected


def neighbors(
    architecture: Architecture, space: Space, *, where: str | None = None, kind: Kind | None = None
) -> Iterator[Architecture]:
    """Give all architectures that are one step from another, each when it is asked for, and each once.

    A step is what `ResampleDecision` with the same `where` and `kind` takes: another label at one address, all else
    kept where it still holds. They come in the order of the space's addresses, at each in that of the labels in the
    text, and upon each in that of all that it leads to.

    Raises:
        UsageError: the space has real settings, so that they are not finitely many.

    >>> import archdsl
    >>> space = archdsl.load("nas_bench_201")
    >>> len(list(neighbors(space.sample(seed=0), space)))
    24
    """
    space.check_finite("the neighbors of an architecture are not finitely many")
    return _neighbors(architecture, space, selected(architecture, space, where, kind))


def _neighbors(architecture: Architecture, space: Space, addresses: list[str]) -> Iterator[Architecture]:
    steps: dict[str, dict[tuple[type, Any], Kept]] = {}

    def steps_at(address: str) -> dict[tuple[type, Any], Kept]:
        if address not in steps:
            steps[address] = _steps(architecture, space, address)
        return steps[address]

    decisions = architecture.decisions
    for number, address in enumerate(addresses):
        for (kind, label), kept in steps_at(address).items():
            for found in space.changer.members(kept):
                if address not in found or type(found[address]) is not kind or found[address] != label:
                    continue
                before = [own for own in addresses[:number] if own in found and _differ(found[own], decisions[own])]
                again = (steps_at(own).get((type(found[own]), found[own])) for own in before)
                if not any(other is not None and other.admits(found) for other in again):
                    yield Architecture(space, found)


def _steps(architecture: Architecture, space: Space, address: str) -> dict[tuple[type, Any], Kept]:
    """Give what is kept upon each other label: of those that leave alone what is decided before, or else of all."""
    decisions, changer = architecture.decisions, space.changer
    labels = [own for own in space.choices[address] if _differ(own, decisions[address])]
    found = {(type(own), own): changer.change(decisions, address, own) for own in labels}
    alone = {key: kept for key, kept in found.items() if kept is not None}
    return alone or {(type(own), own): changer.force(decisions, address, own) for own in labels}


def distance(first: Architecture, second: Architecture) -> int:
    """Count the addresses at which one of two architectures decides what the other does not.

    An address that only one of them decides counts too. It is a metric: that of Hamming over all addresses of the
    space, where no decision is a label like any other.

    Raises:
        UsageError: they are of two spaces.

    >>> import archdsl
    >>> space = archdsl.load("nas_bench_201")
    >>> first = space.sample(seed=0)
    >>> {distance(first, own) for own in neighbors(first, space)}
    {1}
    """
    if first.space is not second.space and first.space != second.space:
        message = f"expected two architectures of one space, got one of {first.space!r}, one of {second.space!r}"
        raise UsageError(Diagnostic("unlike-spaces", message))
    ours, theirs = first.decisions, second.decisions
    common = ours.keys() & theirs.keys()
    return len(ours.keys() ^ theirs.keys()) + sum(_differ(ours[own], theirs[own]) for own in common)


def _differ(own: object, other: object) -> bool:
    return own != other or type(own) is not type(other)
