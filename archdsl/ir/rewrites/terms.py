"""Graphs by value: a store of nodes in which every node is rewritten by the laws of its op as it is made.

A node is made of operands that are there already, so all is decided bottom-up and once. What can be done to a node are
*moves*; passes say which laws permit which moves.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple, Protocol, final

from archdsl.ir.graph import Node
from archdsl.ir.types import Type

Move = Literal[
    "be-zero", "be-zero-if-all", "be-zero-if-any", "drop-zeros", "be-operand", "splice", "sort", "merge", "merge-any"
]
"""What can be done to a node, in the order in which it is tried.

- `be-zero`, `be-zero-if-all`, `be-zero-if-any`: its results are zeros; where all, or some, of its operands are;
- `drop-zeros`: leave out operands that are zeros, as long as one is left;
- `be-operand`: be the operand, where there is one;
- `splice`: take the operands of an operand that has the same operation, in its place;
- `sort`: put the operands in order, and count equal ones;
- `merge`: be the node that is equal to it, weights included; `merge-any`: or that has others.
"""

SINGLE: frozenset[Move] = frozenset({"be-operand", "splice"})
"""The moves of ops with one result."""

ZEROS = "(zeros)"
"""The op of the leaf that stands for zeros of a type, however they were computed."""


class Permission(Hashable, Protocol):
    """Says which moves the laws of an op permit."""

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        """Give the moves."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Operation:
    """What a node computes, wherever it stands and whatever its weights are.

    `attributes` are written out, for 1, 1.0 and `true` are equal in Python.
    """

    op: str
    attributes: str
    types: tuple[Type, ...]
    laws: frozenset[str] = frozenset()
    is_weighted: bool = False


def operation_of(node: Node) -> Operation:
    """Give what a node computes."""
    weights = node.facts.weights
    return Operation(node.op, repr(node.attributes), node.types, node.facts.laws, weights is None or bool(weights))


Operands = tuple[int, ...]


class Term(NamedTuple):
    """A node of the store.

    `counts` says how often each operand stands there; without it their order matters. `instance` names the weights.
    """

    operation: int
    operands: Operands
    counts: tuple[int, ...] | None
    instance: Hashable


@final
class Terms:
    """The store. Its operations are numbered as they are met, and so are values: the results of its nodes.

    The operands of a node have lower numbers than its results.
    """

    def __init__(self, permissions: Iterable[Permission]) -> None:
        self._permissions = tuple(permissions)
        self.operations: list[Operation] = []
        self.nodes: list[Term] = []
        self.owner: list[int] = []
        """The node of each value."""
        self.place: list[int] = []
        """Which result of its node each value is."""
        self.spliced: dict[int, Operands] = {}
        """The operands of a node before those of its operands took their places."""
        self.touched = False
        """Whether some node was not made as it was asked for."""
        self._numbers: dict[Operation, int] = {}
        self._moves: list[frozenset[Move]] = []
        self._known: dict[Term, Operands] = {}
        self._zeros: dict[Type, int] = {}
        self._is_zero: set[int] = set()

    # ------------------------------------------------------------ operations

    def number(self, operation: Operation) -> int:
        """Give the number of an operation."""
        known = self._numbers.get(operation)
        if known is None:
            known = self._numbers[operation] = len(self.operations)
            moves = _moves(self._permissions, operation.laws)
            self.operations.append(operation)
            self._moves.append(moves if len(operation.types) == 1 else moves - SINGLE)
        return known

    def moves(self, operation: int) -> frozenset[Move]:
        """Give what can be done to a node with this operation."""
        return self._moves[operation]

    # ------------------------------------------------------------ nodes

    def leaf(self, operation: Operation) -> int:
        """Give the value of what has no operands."""
        term = Term(self.number(operation), (), None, None)
        known = self._known.get(term)
        if known is None:
            known = self._known[term] = self._new(term)
        return known[0]

    def make(self, operation: int, operands: Operands, instance: Hashable = None) -> Operands:
        """Give the results of a node, rewritten; `instance` names its weights, if it has some."""
        moves = self._moves[operation]
        if not moves:
            return self._new(Term(operation, operands, None, instance))
        if "be-zero" in moves:
            return self._all_zeros(operation)
        if not self._is_zero.isdisjoint(operands):
            if "be-zero-if-any" in moves or ("be-zero-if-all" in moves and self._is_zero.issuperset(operands)):
                return self._all_zeros(operation)
            if "drop-zeros" in moves and len(operands) > 1:
                self.touched = True
                operands = tuple(own for own in operands if own not in self._is_zero) or operands[:1]
        if len(operands) == 1 and "be-operand" in moves:
            self.touched = True
            return operands
        counts: tuple[int, ...] | None = None
        before = operands
        if "splice" in moves and any(self.nodes[self.owner[own]].operation == operation for own in operands):
            self.touched = True
            operands, counts = _in_order(self._spliced(operation, operands))
        elif "sort" in moves:
            self.touched = self.touched or any(a > b for a, b in pairwise(operands))
            operands, counts = _in_order(_counted(operands))
        term = Term(operation, operands, counts, None if "merge-any" in moves else instance)
        if "merge" in moves or "merge-any" in moves:
            known = self._known.get(term)
            if known is not None:
                self.touched = True
                return known
        results = self._new(term)
        if "merge" in moves or "merge-any" in moves:
            self._known[term] = results
        if "splice" in moves and counts is not None and sum(counts) > len(before):
            self.spliced[len(self.nodes) - 1] = before
        return results

    def _new(self, term: Term) -> Operands:
        start, node = len(self.owner), len(self.nodes)
        self.nodes.append(term)
        size = len(self.operations[term.operation].types)
        self.owner.extend((node,) * size)
        self.place.extend(range(size))
        return tuple(range(start, start + size))

    def _spliced(self, operation: int, operands: Operands) -> Mapping[int, int]:
        counted: dict[int, int] = {}
        for own in operands:
            term = self.nodes[self.owner[own]]
            if term.operation != operation:
                counted[own] = counted.get(own, 0) + 1
                continue
            for inner, count in zip(term.operands, term.counts or (1,) * len(term.operands), strict=True):
                counted[inner] = counted.get(inner, 0) + count
        return counted

    # ------------------------------------------------------------ zeros

    def is_zero(self, value: int) -> bool:
        """Tell whether a value is known to be zeros."""
        return value in self._is_zero

    def _all_zeros(self, operation: int) -> Operands:
        return tuple(self._zero(type_) for type_ in self.operations[operation].types)

    def _zero(self, type_: Type) -> int:
        known = self._zeros.get(type_)
        if known is None:
            known = self._zeros[type_] = self.leaf(Operation(ZEROS, "()", (type_,)))
            self._is_zero.add(known)
        else:
            self.touched = True
        return known


@lru_cache
def _moves(permissions: tuple[Permission, ...], laws: frozenset[str]) -> frozenset[Move]:
    none: frozenset[Move] = frozenset()
    return none.union(*(own.moves(laws) for own in permissions))


def _counted(operands: Operands) -> Mapping[int, int]:
    counted: dict[int, int] = {}
    for own in operands:
        counted[own] = counted.get(own, 0) + 1
    return counted


def _in_order(counted: Mapping[int, int]) -> tuple[Operands, tuple[int, ...]]:
    operands = tuple(sorted(counted))
    return operands, tuple(counted[own] for own in operands)
