"""The least and the greatest cost over all architectures of a space, and architectures that have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, final

from archdsl.elaborate import Budget, Network, Outside, replayed_graph
from archdsl.elaborate.serials import serials_in
from archdsl.elaborate.values import Any_, Several, identity_of, is_auxiliary
from archdsl.ir import Label

from .diagram import EMPTY
from .exploration import Exploration
from .explore import Explorer
from .extremes import Extreme
from .ledger import CostName, Ledger


@final
@dataclass(frozen=True, slots=True)
class End:
    """One end of what architectures cost; `decisions` are those of an architecture that costs so much.

    Where none was found, no architecture is beyond the value, and perhaps none has it.
    """

    value: int
    decisions: Mapping[str, Label] | None

    @property
    def kind(self) -> Literal["exact", "bound"]:
        """What is given: the cost of an architecture, or a bound on all of them."""
        return "bound" if self.decisions is None else "exact"


@final
@dataclass(frozen=True, slots=True)
class CostRange:
    """Between which costs all architectures are; each end says whether one has it."""

    least: End
    greatest: End

    @property
    def kind(self) -> Literal["exact", "interval"]:
        """What is given: both ends exact, or an interval that holds all costs."""
        return "exact" if self.least.kind == self.greatest.kind == "exact" else "interval"

    def __contains__(self, value: int) -> bool:
        return self.least.value <= value <= self.greatest.value

    def __str__(self) -> str:
        low = "" if self.least.kind == "exact" else "at least "
        high = "" if self.greatest.kind == "exact" else "at most "
        return f"{low}{self.least.value:,} to {high}{self.greatest.value:,}"


@final
@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of params and of MACs; None where an op declares none, and they must be measured."""

    params: CostRange | None
    macs: CostRange | None


def bounds_of(network: Network, budget: Budget | None = None) -> Bounds:
    """Bound what the architectures of a network cost; the network is known to be right.

    Raises:
        BudgetSpent: there were too many paths to walk.
    """
    return _Bounding(network, budget).bounds()


@final
class _Bounding:
    """A walk that accounts for costs, and what follows from it."""

    def __init__(self, network: Network, budget: Budget | None) -> None:
        self._network = network
        self._ledger = Ledger()
        explorer = Explorer(network, budget, ledger=self._ledger)
        self._diagram, self._whole = explorer.explore()
        self._members = [index for index, own in enumerate(self._whole.outcomes) if explorer.members(own) is not EMPTY]

    def bounds(self) -> Bounds:
        return Bounds(self._range("params"), self._range("macs"))

    def _range(self, name: CostName) -> CostRange | None:
        if name in self._ledger.undeclared:
            return None
        return CostRange(self._end(name, greatest=False), self._end(name, greatest=True))

    def _end(self, name: CostName, *, greatest: bool) -> End:
        extreme = Extreme(name, greatest=greatest)
        account = self._whole.account
        assert account is not None
        pick = max if greatest else min
        ways = {
            index: extreme.best(account, index, _needed(self._whole, index, auxiliary=name == "params"))
            for index in self._members
        }
        index = pick(ways, key=lambda own: ways[own].cost)
        value = ways[index].cost
        for last in (False, True):
            wanted = extreme.decisions(ways[index], last=last)
            try:
                graph, decisions = replayed_graph(self._network, wanted)
            except Outside:  # at two uses of what is decided once, unlike decisions are the best
                continue
            if value == (graph.params if name == "params" else graph.macs):
                return End(value, decisions)
        return End(value, None)


def _needed(whole: Exploration, index: int, *, auxiliary: bool) -> frozenset[int]:
    """Give the places of the tensors among the results that are counted: auxiliary outputs run in training only."""
    value = whole.outcomes[index].value
    flags = [flag for own in (value.values if isinstance(value, Several) else (value,)) for flag in _flags(own)]
    return frozenset(place for place, is_main in enumerate(flags) if is_main or auxiliary)


def _flags(value: Any_) -> list[bool]:
    return [not is_auxiliary(value)] * len(list(serials_in(identity_of(value))))
