"""A decision diagram laid out for walks by given decisions: what a label leads to is looked up, not searched for.

A sum whose alternatives all decide one address becomes a table from labels to what is left, again laid out so, and a
walk that knows what it wants meets no alternative in vain. Other sums are unions, whose alternatives are found by an
index; very wide ones are multiplied out to tables. The set of members, and what each weighs, stay as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import prod
from typing import Any, Final, TypeGuard, final

from archdsl.ir import Interval, Label

from .diagram import Diagram, Labels, Literal, Product, Sum

LITERAL: Final = 0
PRODUCT: Final = 1
TABLE: Final = 2
UNION: Final = 3
REAL: Final = 4

Node = tuple[Any, ...]
"""A plain tuple, since a walk of microseconds reads hundreds of them.

A kind, the bits of all addresses below, the weight of all members, and then by kind:

`LITERAL` and `REAL`: address, label or interval. `PRODUCT`: parts, own weight. `UNION`: alternatives, where each one's
weight ends, the plan. `TABLE`: alternatives, where each one's weight ends, address, by label pairs of its type and what
is left, labels of the alternatives.
"""

Factors = tuple[Diagram, ...]
Weighted = tuple[float, Factors]
"""An alternative: independent parts, and a weight beside theirs."""


Index = dict[str, tuple[dict[Label, int], int]]
"""For each address the bits of the alternatives that have each label there, and of those that may have none."""

_FEW = 4
"""So many alternatives of a union are not worth an index."""

_WIDE = 1_000
"""A union of more alternatives is multiplied out, if that does not make it too large."""

_NOWHERE: Final[frozenset[Label | None]] = frozenset({None})


class _TooLargeError(Exception):
    """A diagram is too large when it is multiplied out."""


@final
class Plan:
    """The laid-out diagram: its root, and a number for each address, in the order in which the diagram has them."""

    def __init__(self, diagram: Diagram) -> None:
        self._kept = diagram  # nodes are known by their identity
        self._products: dict[tuple[float, tuple[int, ...]], Node] = {}
        self._sums: dict[tuple[tuple[float, tuple[int, ...]], ...], Node] = {}
        self._indices: dict[int, tuple[Node, Index]] = {}
        self._possible: dict[int, tuple[Node, dict[str, frozenset[Label | None]]]] = {}
        addresses = dict.fromkeys(node.address for node in _nodes(diagram) if isinstance(node, Literal))
        self.places = {address: number for number, address in enumerate(addresses)}
        self.bits = {address: 1 << number for address, number in self.places.items()}
        self._heads: dict[int, frozenset[str]] = {}
        self._spent = 0
        widths = [len(node.children) for node in _nodes(diagram) if isinstance(node, Sum)]
        self._most = 100 * sum(widths)
        self._multiplies_out = max(widths, default=0) > _WIDE
        try:
            self.root = self._product(1.0, _factors(diagram))
        except _TooLargeError:
            self._multiplies_out = False
            self.root = self._product(1.0, _factors(diagram))

    def candidates(self, union: Node, wanted: Mapping[str, Label]) -> Sequence[Node]:
        """Give the alternatives of a union that may have members that decide as wanted; others have none."""
        children: Sequence[Node] = union[3]
        if len(children) < _FEW:
            return children
        known = self._indices.get(id(union))
        if known is None:
            known = self._indices[id(union)] = union, self._index(union)
        left = (1 << len(children)) - 1
        for address, (by_label, undecided) in known[1].items():
            if address in wanted:
                left &= by_label.get(wanted[address], 0) | undecided
                if not left:
                    return ()
        found = []
        while left:
            bit = left & -left
            found.append(children[bit.bit_length() - 1])
            left ^= bit
        return found

    def _index(self, union: Node) -> "Index":
        index: Index = {}
        every = 0
        for number, child in enumerate(union[3]):
            bit = 1 << number
            possible = self._possible_of(child)
            for address, labels in possible.items():
                by_label, undecided = index.setdefault(address, ({}, every))
                for label in labels:
                    if label is None:
                        undecided |= bit
                    else:
                        by_label[label] = by_label.get(label, 0) | bit
                index[address] = by_label, undecided
            for address in index.keys() - possible.keys():
                index[address] = index[address][0], index[address][1] | bit
            every |= bit
        return index

    def _possible_of(self, node: Node) -> dict[str, frozenset[Label | None]]:
        """Give what members decide at each address; None where some do not decide there, or for a number."""
        known = self._possible.get(id(node))
        if known is None:
            known = self._possible[id(node)] = node, self._possible_anew(node)
        return known[1]

    def _possible_anew(self, node: Node) -> dict[str, frozenset[Label | None]]:
        kind = node[0]
        if kind in (LITERAL, REAL):
            return {node[3]: frozenset({None if kind == REAL else node[4]})}
        parts = [self._possible_of(child) for child in node[3]]
        if kind == PRODUCT:
            return {address: labels for part in parts for address, labels in part.items()}
        found: dict[str, frozenset[Label | None]] = {}
        for address in dict.fromkeys(address for part in parts for address in part):
            found[address] = frozenset().union(*(part.get(address, _NOWHERE) for part in parts))
        if kind == TABLE:
            found[node[5]] = frozenset(node[7])
        return found

    def _product(self, weight: float, factors: Factors) -> Node:
        key = weight, tuple(map(id, factors))
        known = self._products.get(key)
        if known is None:
            parts = tuple(self._factor(factor) for factor in factors)
            known = parts[0] if len(parts) == 1 and weight == 1.0 else _product(weight, parts)
            self._products[key] = known
        return known

    def _factor(self, factor: Diagram) -> Node:
        if isinstance(factor, Literal):
            kind = REAL if isinstance(factor.label, Interval) else LITERAL
            return kind, self.bits[factor.address], factor.weight, factor.address, factor.label
        assert isinstance(factor, Sum), "a flat diagram has no shifts, and a product none within it"
        return self._sum(tuple((1.0, _factors(child)) for child in factor.children))

    def _sum(self, alternatives: tuple[Weighted, ...]) -> Node:
        if len(alternatives) == 1:
            return self._product(*alternatives[0])
        key = tuple((weight, tuple(map(id, factors))) for weight, factors in alternatives)
        known = self._sums.get(key)
        if known is None:
            self._spent += len(alternatives)
            if self._multiplies_out and self._spent > self._most:
                raise _TooLargeError
            address = self._address(alternatives)
            if address is None:
                nodes = [self._product(*own) for own in alternatives]
                known = UNION, _mask(nodes), sum(node[2] for node in nodes), nodes, _ends(nodes), self
            else:
                known = self._table(address, alternatives)
            self._sums[key] = known
        return known

    def _table(self, address: str, alternatives: tuple[Weighted, ...]) -> Node:
        groups: dict[tuple[type, Label], list[Weighted]] = {}
        for weight, factors in alternatives:
            for literal, left in self._split(factors, address):
                label = literal.label
                assert not isinstance(label, Interval), "a table has labels"
                groups.setdefault((type(label), label), []).append((weight * literal.weight, left))
        nodes = [self._sum(tuple(own)) for own in groups.values()]
        by_label: dict[Label, tuple[tuple[type, Node], ...]] = {}
        for (kind, label), node in zip(groups, nodes, strict=True):
            by_label[label] = (*by_label.get(label, ()), (kind, node))
        mask = _mask(nodes) | self.bits[address]
        labels = [label for _, label in groups]
        return TABLE, mask, sum(node[2] for node in nodes), nodes, _ends(nodes), address, by_label, labels

    def _split(self, factors: Factors, address: str) -> Iterable[tuple[Literal, Factors]]:
        """Part the members of an alternative by what they decide at an address: give the decision and what is left."""
        place = next(i for i, own in enumerate(factors) if address in self._heads_of(own))
        head = factors[place]
        if isinstance(head, Literal):
            yield head, (*factors[:place], *factors[place + 1 :])
            return
        assert isinstance(head, Sum)
        for child in head.children:
            for literal, left in self._split(_factors(child), address):
                yield literal, (*factors[:place], *left, *factors[place + 1 :])

    def _address(self, alternatives: tuple[Weighted, ...]) -> str | None:
        """Give an address that each alternative decides by itself; the first of those at which they do not agree.

        In a diagram that is multiplied out, it may be decided within a sum of an alternative.
        """
        labels: dict[str, set[tuple[type, Labels]]] = {}
        common: set[str] = set()
        for number, (_, factors) in enumerate(alternatives):
            own = {literal.address: literal.label for literal in factors if _decides(literal)}
            common = common & own.keys() if number else set(own)
            for address in common:
                labels.setdefault(address, set()).add((type(own[address]), own[address]))
        if not common and self._multiplies_out:
            heads = (frozenset().union(*map(self._heads_of, factors)) for _, factors in alternatives)
            return min(frozenset.intersection(*heads), key=self.places.__getitem__, default=None)
        return min(common, key=lambda address: (len(labels[address]) == 1, self.places[address]), default=None)

    def _heads_of(self, factor: Diagram) -> frozenset[str]:
        """Give the addresses that all members of a factor decide, but for real settings."""
        known = self._heads.get(id(factor))
        if known is None:
            if isinstance(factor, Literal):
                known = frozenset({factor.address} if _decides(factor) else ())
            else:
                assert isinstance(factor, Sum)
                each = [frozenset().union(*map(self._heads_of, _factors(child))) for child in factor.children]
                known = frozenset.intersection(*each)
            self._heads[id(factor)] = known
        return known


def _decides(factor: Diagram) -> TypeGuard[Literal]:
    """Tell whether a factor is the decision for one label."""
    return isinstance(factor, Literal) and not isinstance(factor.label, Interval)


def _product(weight: float, parts: tuple[Node, ...]) -> Node:
    return PRODUCT, _mask(parts), weight * prod(part[2] for part in parts), parts, weight


def _mask(nodes: Iterable[Node]) -> int:
    mask = 0
    for node in nodes:
        mask |= node[1]
    return mask


def _ends(nodes: Iterable[Node]) -> list[float]:
    return list(accumulate(node[2] for node in nodes))


def _factors(node: Diagram) -> Factors:
    return node.children if isinstance(node, Product) else (node,)


def _nodes(diagram: Diagram) -> Iterator[Diagram]:
    """Give all nodes of a diagram, each once, those that come first in it first."""
    seen: set[int] = set()
    stack = [diagram]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, (Product, Sum)):
            stack.extend(reversed(node.children))
