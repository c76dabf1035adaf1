"""The rewrites, each a value with a name. All but the last two give a graph that computes the same."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, final

from archdsl.ir.graph import Graph

from .graphs import rewritten, with_steps
from .terms import Move


class Pass(Hashable, Protocol):
    """A rewrite of graphs, by the laws of their ops.

    `is_exact` tells that the graph after it computes what the graph before it does, of real numbers. `apply` gives the
    same object where it changes nothing.
    """

    name: ClassVar[str]
    is_exact: ClassVar[bool]

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        """Give what the laws of an op permit to do to its nodes."""
        ...

    def apply(self, graph: Graph) -> Graph:
        """Rewrite an architecture's graph."""
        ...


def _permitted(laws: frozenset[str], moves: Mapping[str, Move]) -> frozenset[Move]:
    return frozenset(move for law, move in moves.items() if law in laws)


@final
@dataclass(frozen=True, slots=True)
class RemoveDeadNodes:
    """Remove the nodes that no output depends on."""

    name: ClassVar[str] = "remove-dead-nodes"
    is_exact: ClassVar[bool] = True

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return frozenset()

    def apply(self, graph: Graph) -> Graph:
        graph = with_steps(graph, self.apply)
        live = graph.ancestors(output.value for output in graph.outputs)
        if len(live) == len(graph.nodes):
            return graph
        return replace(graph, nodes=tuple(node for node in graph.nodes if node.id in live))


@final
@dataclass(frozen=True, slots=True)
class AbsorbZero:
    """Leave zeros out of sums, and take for zeros what ops make of zeros that keep or absorb them.

    What of that is needed all the same (a norm of zeros has a shift) is computed once for each type.
    """

    name: ClassVar[str] = "absorb-zero"
    is_exact: ClassVar[bool] = True

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return _permitted(
            laws,
            {
                "zero": "be-zero",
                "keeps_zero": "be-zero-if-all",
                "absorbs_zero": "be-zero-if-any",
                "skips_zero": "drop-zeros",
            },
        )

    def apply(self, graph: Graph) -> Graph:
        return rewritten(graph, (self,))


@final
@dataclass(frozen=True, slots=True)
class CollapseIdentity:
    """Replace what gives its one operand back by that operand."""

    name: ClassVar[str] = "collapse-identity"
    is_exact: ClassVar[bool] = True

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return _permitted(laws, {"identity": "be-operand"})

    def apply(self, graph: Graph) -> Graph:
        return rewritten(graph, (self,))


@final
@dataclass(frozen=True, slots=True)
class FlattenSums:
    """Give a sum the operands of the sums among its operands, and so for all ops that are commutative and associative.

    The inner sum stays where something else needs it.
    """

    name: ClassVar[str] = "flatten-sums"
    is_exact: ClassVar[bool] = True

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return frozenset({"splice"}) if {"commutative", "associative"} <= laws else frozenset()

    def apply(self, graph: Graph) -> Graph:
        return rewritten(graph, (self,))


@final
@dataclass(frozen=True, slots=True)
class SortOperands:
    """Put the operands of commutative ops into the order in which the graph computes them."""

    name: ClassVar[str] = "sort-operands"
    is_exact: ClassVar[bool] = True

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return _permitted(laws, {"commutative": "sort"})

    def apply(self, graph: Graph) -> Graph:
        return rewritten(graph, (self,))


@final
@dataclass(frozen=True, slots=True)
class MergeEqual:
    """Compute once what equal pure ops compute of the same operands, with the same weights if they have some."""

    name: ClassVar[str] = "merge-equal"
    is_exact: ClassVar[bool] = True

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return _permitted(laws, {"pure": "merge"})

    def apply(self, graph: Graph) -> Graph:
        return rewritten(graph, (self,))


@final
@dataclass(frozen=True, slots=True)
class ZeroThroughNorm:
    """Absorb zeros, and take a norm of zeros for zeros, though its shift remains.

    Inexact: it makes two networks equal that differ by constants.
    """

    name: ClassVar[str] = "zero-through-norm"
    is_exact: ClassVar[bool] = False

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return AbsorbZero().moves(laws) | _permitted(laws, {"norm": "be-zero-if-all"})

    def apply(self, graph: Graph) -> Graph:
        return rewritten(graph, (self,))


@final
@dataclass(frozen=True, slots=True)
class ForgetWeights:
    """Merge equal ops on the same operands, whichever weights they have, and whatever they draw.

    Inexact: what is left is the term that a network computes, in which a value that is used twice and one that is
    computed twice are the same.
    """

    name: ClassVar[str] = "forget-weights"
    is_exact: ClassVar[bool] = False

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return frozenset({"merge-any"})

    def apply(self, graph: Graph) -> Graph:
        return rewritten(graph, (self,))


EXACT: tuple[Pass, ...] = (RemoveDeadNodes(), CollapseIdentity(), AbsorbZero(), FlattenSums(), SortOperands())
"""The passes that bring a graph into its canonical form."""

PASSES: tuple[Pass, ...] = (*EXACT, MergeEqual(), ZeroThroughNorm(), ForgetWeights())
"""All passes there are."""


def rewrite(graph: Graph, passes: Iterable[Pass] = EXACT) -> Graph:
    """Rewrite an architecture's graph by several passes at once, which is what they come to one after the other.

    Raises:
        ArchdslError: a choice is still open.
    """
    permitted = tuple(passes)
    for own in permitted:
        if isinstance(own, RemoveDeadNodes):
            graph = own.apply(graph)
    return rewritten(graph, permitted)
