"""The size of a space as papers count it: what is decided once is counted once, by itself, used or not."""

import re
from collections.abc import Hashable
from dataclasses import dataclass, replace
from math import prod
from typing import Literal, final

from archdsl.elaborate import Budget, Network
from archdsl.elaborate.addresses import Frame, is_relative
from archdsl.elaborate.faults import TooVague
from archdsl.elaborate.report import large
from archdsl.elaborate.values import Absent, Any_, Tensor, identity_of
from archdsl.syntax import ast

from .apart import KnownParts
from .attempts import explorers
from .decided_once import roots_used
from .diagram import count, union
from .exploration import Exploration, Outcome
from .joined import Wide
from .trace import Leave


@final
@dataclass(frozen=True, slots=True)
class Genotypes:
    """The number of genotypes; where that has no meaning, `number` is None and `reason` says why."""

    number: int | None
    reason: str = ""

    @property
    def kind(self) -> Literal["exact", "not defined"]:
        """What is given."""
        return "not defined" if self.number is None else "exact"

    def __str__(self) -> str:
        return f"not defined: {self.reason}" if self.number is None else large(self.number)


def count_genotypes(network: Network, budget: Budget | None = None, *, known: KnownParts | None = None) -> Genotypes:
    """Count the genotypes of a network.

    Each cell and each member of a family is decided once, independently, in the context of its first possible use,
    whether a decision leads there or not. Operands that may be absent are taken as present, and `require` is
    disregarded. Parts that are `known` are not walked again.

    Raises:
        BudgetSpent: there were too many paths to walk.
    """
    unlike: _Unlike | None = None
    for explorer in explorers(network, budget or Budget(), lambda: _Apart(network), known):
        try:
            diagram, whole = explorer.explore()
        except _Unlike as reason:  # the results may differ in types alone, on which nothing depends
            if unlike is not None:
                return Genotypes(None, str(unlike))
            unlike = reason
            continue
        except _NotDefined as reason:
            return Genotypes(None, str(unlike or reason))
        except (Wide, TooVague):
            continue
        break
    apart = explorer.apart
    assert isinstance(apart, _Apart)
    if known and apart.left_out:  # what is entered inside of a known part would matter
        return count_genotypes(network, budget)
    failures = [*whole.failures, *(failure for found in apart.found.values() for failure in found.failures)]
    if failures:
        return Genotypes(None, f"where no `require` is heeded, {failures[0].diagnostic.message}")
    apart_members = [union(map(explorer.members, found.outcomes)) for found in apart.found.values()]
    return Genotypes(prod(map(count(), (diagram, *apart_members))))


class _NotDefined(Exception):
    """The number of genotypes has no meaning."""


class _Unlike(_NotDefined):
    """What is decided in a cell decides what it gives."""


@final
class _Apart:
    """Takes cells out of what the explorer walks: each is explored at its first use, and counted by itself."""

    def __init__(self, network: Network) -> None:
        program = network.program
        roots = [
            re.escape(program.root(scope, definition))
            for scope in program.scopes
            for definition in scope.definitions.values()
            if isinstance(definition, ast.Composite) and definition.kind == "cell"
        ]
        self._roots = re.compile(rf"(?:{'|'.join(roots)})(?:\[[^\[\]]*\])*") if roots else None
        self.found: dict[tuple[str, bool], Exploration] = {}
        self.entered: set[str] = set()
        self.left_out: set[str] = set()

    def holds(self, root: str) -> bool:
        """Tell whether a root is a cell's, or that of a member of a family."""
        return self._roots is not None and self._roots.fullmatch(root) is not None

    def use(self, root: str, key: Hashable, found: Exploration) -> Any_:
        """Give what a use of a cell gives; its first use is what is counted.

        A cell that gives a layer is met again where the layer is applied.
        """
        assert isinstance(key, tuple)
        self.found.setdefault((root, isinstance(key[0], int)), found)
        values = {identity_of(outcome.value): outcome.value for outcome in found.outcomes}
        if len(values) > 1:
            raise _Unlike(f"what is decided in `{root}` decides what it gives, and so what others decide")
        others = {use.root for outcome in found.outcomes for use in outcome.uses}
        others.update(own for outcome in found.outcomes for own in roots_used(outcome.diagram))
        if not all(other.startswith(root) and is_relative(other.removeprefix(root)) for other in others):
            raise _NotDefined(f"`{root}` applies a tied layer that is made elsewhere")
        return next(iter(values.values()))

    def enter(self, frame: Frame, found: Exploration) -> None:
        """Note that a part is walked that decides something."""
        if not isinstance(found.trace, Leave):
            self.entered.add(frame.decision)
            self._refuse_left_out(frame)

    def leave_out(self, frame: Frame) -> None:
        """Note that a part is not walked, for what it is applied to is absent."""
        self.left_out.add(frame.decision)
        self._refuse_left_out(frame)

    def _refuse_left_out(self, frame: Frame) -> None:
        if frame.decision in self.left_out and frame.decision in self.entered:
            raise _NotDefined(f"`{frame.decision.lstrip('.')}` is left out where what it is applied to is absent")

    @staticmethod
    def present(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Take what may be absent as present: it has the type that it has elsewhere."""
        there = next((outcome.value for outcome in outcomes if isinstance(outcome.value, Tensor)), None)
        if there is None or not any(isinstance(outcome.value, Absent) for outcome in outcomes):
            return outcomes
        merged: dict[Hashable, list[Outcome]] = {}
        for outcome in outcomes:
            own = replace(outcome, value=there) if isinstance(outcome.value, Absent) else outcome
            merged.setdefault((identity_of(own.value), own.uses, own.marks, own.perhaps), []).append(own)
        return tuple(replace(own[0], diagram=union(each.diagram for each in own)) for own in merged.values())
