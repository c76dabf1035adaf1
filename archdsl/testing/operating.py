"""What holds of every operator on architectures: it depends on its arguments alone, and leaves them alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import yaml

from archdsl.diagnostics import ArchdslError
from archdsl.ir import Label, label_text
from archdsl.operators import NoChange
from archdsl.searchspace import Architecture, Space, architecture_text

from .brute_force import key_of
from .falsified import Report
from .randomness import Endless, Watched, globals_kept

Operation = Callable[[Watched], Sequence[Architecture]]
"""An operator with all its arguments but `rng`; it gives some architectures."""

ENDS = "it ends, and draws no more than it needs"
RAISES = "it raises nothing but `NoChange`"
DETERMINISM = "the same arguments and the same `rng` give the same result"
PURITY = "its arguments stay as they were"
CLOSURE = "what it gives are architectures of the space"
ROUND_TRIP = "what it gives is written and read back"
CHANCE = "it draws from `rng`"


@final
@dataclass(slots=True)
class Use:
    """How an operator was used in all examples together."""

    draws: int = 0
    calls: int = 0
    last: list[Report] = field(default_factory=list)

    def note(self, report: Report, draws: int, *, open: bool) -> None:
        """Note a call, if anything was open to chance."""
        self.draws += draws
        if open:
            self.calls += 1
            self.last[:] = [report]

    def check(self) -> None:
        """Check that chance was used at all, where there was any choice."""
        if self.calls and not self.draws:
            raise self.last[0](CHANCE, f"in {self.calls} calls nothing was drawn")


def operate(
    report: Report, operation: Operation, space: Space, parents: Sequence[Architecture], seed: int, use: Use
) -> tuple[Architecture, ...] | None:
    """Apply an operator, and check what holds of every one; None where there is no change.

    Raises:
        Falsified: something does not hold.
    """
    before = [_snapshot(own) for own in parents]
    space_before = (space.key, repr(space))
    first, draws = globals_kept(report, lambda: _call(report, operation, seed))
    globals_kept(report, lambda: _call(report, operation, seed + 1))
    second, _ = _call(report, operation, seed)
    if _keys(first) != _keys(second):
        raise report(DETERMINISM, f"first:  {_shown(first)}\nsecond: {_shown(second)}")
    if [_snapshot(own) for own in parents] != before or (space.key, repr(space)) != space_before:
        raise report(PURITY, "a parent or the space was changed")
    use.note(report, draws, open=first is not None and _is_open(space))
    for own in first or ():
        check_member(report, own, space)
    return first


def check_member(report: Report, own: object, space: Space) -> None:
    """Check that something is an architecture of a space, as it stands and as it is written."""
    if not isinstance(own, Architecture):
        raise report(CLOSURE, f"expected an `Architecture`, got {own!r}")
    if own.space is not space and own.space != space:
        raise report(CLOSURE, f"it is an architecture of another space: {own.space!r}")
    reasons = space.explain(own.decisions)
    if reasons:
        raise report(CLOSURE, "\n".join([str(own), *(reason.message for reason in reasons)]))
    if key_of(dict(space.architecture(own.decisions).decisions)) != key_of(dict(own.decisions)):
        raise report(CLOSURE, f"{own}\na label has the wrong type, or a decision is not asked for")
    try:
        again = space.architecture(yaml.safe_load(architecture_text(own))["decisions"])
    except (ArchdslError, yaml.YAMLError) as error:
        raise report(ROUND_TRIP, f"{own}\n{error}") from error
    if key_of(dict(again.decisions)) != key_of(dict(own.decisions)):
        raise report(ROUND_TRIP, f"{own}\nis read back as\n{again}")


def differing(one: Mapping[str, Label], other: Mapping[str, Label]) -> set[str]:
    """Give the addresses that both decide, and not alike."""
    return {
        address
        for address, label in one.items()
        if address in other and (type(label), label) != (type(other[address]), other[address])
    }


def shown_difference(one: Mapping[str, Label], other: Mapping[str, Label]) -> str:
    """Show what differs between two architectures, a line for each decision."""
    lines, changed = [], differing(one, other)
    for address in {**one, **other}:
        old, new = (label_text(own[address]) if address in own else "-" for own in (one, other))
        if old != new or address in changed:
            lines.append(f"{address}: {old} -> {new}")
    return "\n".join(lines)


def _call(report: Report, operation: Operation, seed: int) -> tuple[tuple[Architecture, ...] | None, int]:
    rng = Watched(seed)
    try:
        return tuple(operation(rng)), rng.draws
    except NoChange:
        return None, rng.draws
    except Endless:
        raise report(ENDS, f"more than {rng.draws - 1:,} draws in one call") from None
    except Exception as error:
        raise report(RAISES, f"{type(error).__name__}: {error}") from error


def _snapshot(own: Architecture) -> tuple[Any, ...]:
    return tuple((address, type(label), label) for address, label in own.decisions.items()), own.space.key


def _keys(outcome: tuple[object, ...] | None) -> list[Any] | None:
    if outcome is None:
        return None
    return [key_of(dict(own.decisions)) if isinstance(own, Architecture) else own for own in outcome]


def _shown(outcome: tuple[object, ...] | None) -> str:
    return "NoChange" if outcome is None else ", ".join(str(own) for own in outcome)


def _is_open(space: Space) -> bool:
    """Tell whether there is more to give than one other architecture."""
    return bool(space.real_settings) or space.size() > 2
