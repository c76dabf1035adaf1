"""The least, or the greatest, that the walks of an account can cost, and decisions that lead there.

It is found from the results backwards. What an op costs counts where something that is needed depends on it, so at each
state it is known, for each set of tensors that may be needed there, what the rest of the walk costs at least. The more
is needed, the more it costs: of two ways from a state, one that needs less and costs less is always the better one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import final

from archdsl.ir import Label

from .ledger import BEGIN, Account, CostName, Decided, Edge, Entered, Lent, Spent, Token, Weights, is_part_of
from .trace import resolve

Live = frozenset[Token]
MOST_WAYS = 64
"""So many ways from a state are compared; of more, something is taken that is as good as each of them."""
MOST_NAMINGS = 64
"""In so many ways it is tried which of several tensors is needed, where a walk had one in place of them."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """What is left of a walk from a state: what it costs, along which edge it begins, and how its parts are walked."""

    cost: int
    edge: Edge | None = None
    parts: tuple[tuple[Entered, "Way"], ...] = ()
    rest: "Way | None" = None


@final
@dataclass(slots=True)
class _Ways:
    """The ways that are worth to be compared, by what they need."""

    greatest: bool
    known: dict[Live, Way] = field(default_factory=dict)

    def add(self, live: Live, way: Way) -> None:
        if any(self._is_better(own, other.cost, live, way.cost) for own, other in self.known.items()):
            return
        worse = [own for own, other in self.known.items() if self._is_better(live, way.cost, own, other.cost)]
        for own in worse:
            del self.known[own]
        self.known[live] = way
        if len(self.known) > MOST_WAYS:
            if self.greatest:
                self.known = {frozenset[Token]().union(*self.known): max(self.known.values(), key=_cost)}
            else:
                first, *others = self.known
                self.known = {first.intersection(*others): min(self.known.values(), key=_cost)}

    def _is_better(self, live: Live, cost: int, other: Live, others: int) -> bool:
        if self.greatest:
            return live >= other and cost >= others
        return live <= other and cost <= others


@final
class Extreme:
    """Computes one end of what walks cost, each part's once for each set of its results that is needed."""

    def __init__(self, name: CostName, *, greatest: bool) -> None:
        self._name = name
        self._greatest = greatest
        self._known: dict[tuple[Account, int, frozenset[int]], dict[Live, Way]] = {}

    def best(self, account: Account, index: int, results: frozenset[int]) -> Way:
        """Give the best of all ways to a class of a part's paths."""
        return self._best(self.ways(account, index, results).values())

    def _best(self, ways: Iterable[Way]) -> Way:
        return max(ways, key=_cost) if self._greatest else min(ways, key=_cost)

    def ways(self, account: Account, index: int, results: frozenset[int]) -> dict[Live, Way]:
        """Give the ways to a class of which some results are needed, by what they need of what was made before."""
        key = account, index, results
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._walk(account, account.ends[index], results)
        return known

    def _walk(self, account: Account, end: int, results: frozenset[int]) -> dict[Live, Way]:
        names = account.names(end) if end != BEGIN else ()
        fronts = {end: _Ways(self._greatest)}
        fronts[end].add(frozenset(names[place] for place in results), Way(0))
        for state in _backwards(account, end):
            if state == BEGIN:
                continue
            for live, way in fronts.pop(state).known.items():
                for edge in account.arriving[state]:
                    front = fronts.setdefault(edge.source, _Ways(self._greatest))
                    self._follow(account, edge, self._here(account, state, edge, live), way, front)
        ends = _Ways(self._greatest)
        for live, way in fronts[BEGIN].known.items():
            ends.add(*self._resolved(account, live, way))
        return ends.known

    @staticmethod
    def _here(account: Account, state: int, edge: Edge, live: Live) -> Live:
        """Name what is needed at a state as the walk that came there along an edge does."""
        own = dict(zip(account.names(state), edge.after, strict=True))
        return frozenset(own.get(token, token) if isinstance(token, int) else token for token in live)

    def _follow(self, account: Account, edge: Edge, live: Live, rest: Way, front: _Ways) -> None:
        """Go back along an edge."""
        found: dict[Live, Way] = {live: Way(rest.cost, edge, (), rest)}
        for item in reversed(edge.items):
            if isinstance(item, Decided):
                continue
            before = _Ways(self._greatest)
            for needed, way in found.items():
                if needed.isdisjoint(item.results):
                    before.add(needed, way)
                elif isinstance(item, Spent):
                    operands = (*item.operands, *item.captured) if self._greatest else item.operands
                    cost = item.params if self._name == "params" else item.macs
                    before.add(needed.difference(item.results).union(self._counted(operands)), _more(way, cost))
                else:
                    for own, longer in self._into(item, needed, way):
                        before.add(own, longer)
            found = before.known
        names: dict[int, list[int]] = {}
        if edge.before:
            for token, name in zip(edge.before, account.names(edge.source), strict=True):
                names.setdefault(token, []).append(name)
        for needed, way in found.items():
            for own in self._named(needed, names, account.first):
                front.add(own, way)

    def _counted(self, operands: tuple[Token, ...]) -> tuple[Token, ...]:
        """Leave weights out where nothing counts them."""
        return operands if self._name == "params" else tuple(own for own in operands if isinstance(own, int))

    def _into(self, item: Entered, needed: Live, way: Way) -> Iterator[tuple[Live, Way]]:
        """Go back through a part."""
        results = frozenset(place for place, token in enumerate(item.results) if token in needed)
        others = needed.difference(item.results)
        names: dict[int, list[int]] | None = None
        if item.given is not None and item.account.given is not None:
            names = {}
            for token, given in zip(item.account.given, item.given, strict=True):
                names.setdefault(token, []).append(given)
        for live, inner in self.ways(item.account, item.index, results).items():
            cost = inner.cost * item.steps if self._name == "macs" else inner.cost
            if item.site is not None and self._name == "params":
                cost = 0
                live = live | {Weights(item.site, item.account, item.index, results)}
            longer = Way(way.cost + cost, way.edge, ((item, inner), *way.parts), way.rest)
            for own in [live] if names is None else self._named(live, names, 0):
                yield others | own, longer

    def _named(self, live: Live, names: dict[int, list[int]], first: int) -> Iterator[Live]:
        """Name what is needed; of a tensor with several names one is needed at least.

        What was made before the `first` of a part's tensors may be needed by itself as well.
        """
        fixed: list[Token] = []
        several: list[list[int]] = []
        for token in live:
            if not isinstance(token, int):
                fixed.append(token)
                continue
            found = {*names.get(token, ()), *([token] if token < first else ())}
            assert found, "a part uses what it was given, and what it makes"
            if len(found) == 1 or self._greatest:
                fixed.extend(found)
            else:
                several.append(sorted(found))
        namings = list(islice(product(*several), MOST_NAMINGS + 1))
        for naming in namings if len(namings) <= MOST_NAMINGS else [()]:
            yield frozenset((*fixed, *naming))

    def _resolved(self, account: Account, live: Live, way: Way) -> tuple[Live, Way]:
        """Count the weights of the shared layers that a part makes, once for all uses."""
        weights = [own for own in live if isinstance(own, Weights) and account.owns(own.site)]
        lent = {own for own in live if isinstance(own, Lent) and account.owns(own.key)}
        if not weights and not lent:
            return live, way
        used = {own.site for own in live if isinstance(own, Weights)}
        cost = sum(own.params for own in lent if not any(is_part_of(own.key, site) for site in used))
        for site in {own.site for own in weights}:
            cost += self._shared([own for own in weights if own.site == site])
        return live.difference(weights, lent), _more(way, cost)

    def _shared(self, weights: list[Weights]) -> int:
        """Give what the weights of one layer come to, at all of its uses."""
        if not self._greatest:  # two uses may have the same weights
            return max(self.best(own.account, own.index, own.results).cost for own in weights)
        classes = {(own.account, own.index) for own in weights}
        wholes = ((account, index, frozenset(range(_results(account, index)))) for account, index in classes)
        return sum(self.best(*whole).cost for whole in wholes)

    def decisions(self, way: Way, *, last: bool = False) -> dict[str, Label]:
        """Give the decisions of a way; of unlike ones at two uses of what is decided once, the first or the `last`."""
        found: dict[str, Label] = {}
        for address, label in self._decided(way, ""):
            if last or address not in found:
                found[address] = label
        return found

    def _decided(self, way: Way | None, prefix: str) -> Iterator[tuple[str, Label]]:
        while way is not None and way.edge is not None:
            parts = {id(item): own for item, own in way.parts}
            for item in way.edge.items:
                match item:
                    case Decided(address=address, label=label):
                        yield resolve(prefix, address), label
                    case Entered(account=account, index=index):
                        own = parts.get(id(item)) or self.best(account, index, frozenset())
                        yield from self._decided(own, resolve(prefix, item.prefix))
            way = way.rest


def _cost(way: Way) -> int:
    return way.cost


def _more(way: Way, cost: int) -> Way:
    return Way(way.cost + cost, way.edge, way.parts, way.rest) if cost else way


def _results(account: Account, index: int) -> int:
    end = account.ends[index]
    return len(account.arriving[end][0].after)


def _backwards(account: Account, end: int) -> list[int]:
    """Give the states that lead to an end, each after all that it leads to."""
    order: list[int] = []
    seen: set[int] = {end}
    stack = [(end, iter(account.arriving.get(end, ())))]
    while stack:
        state, edges = stack[-1]
        source = next((edge.source for edge in edges if edge.source not in seen), None)
        if source is None:
            order.append(state)
            stack.pop()
        else:
            seen.add(source)
            stack.append((source, iter(account.arriving.get(source, ()))))
    return order[::-1]
