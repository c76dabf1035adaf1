"""What is left of a graph where names and the order of its text are left out: vertices, edges, shared weights."""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, final

from .graph import Graph
from .rewrites.graphs import Stored, store
from .rewrites.terms import Operation, Permission
from .types import Type

ANY_SLOT = -1
"""The slot of the operands of an op that takes them in any order."""

NO_GROUP = -1
"""The group of a vertex that shares its weights with no other."""


class Edge(NamedTuple):
    """An operand: the `place`-th result of a vertex, in a slot, or `times` times in any."""

    vertex: int
    slot: int
    place: int
    times: int


class Vertex(NamedTuple):
    """A node: what it computes, of what, and with which weights, if it shares them; equal labels compute the same."""

    label: int
    edges: tuple[Edge, ...]
    group: int


class End(NamedTuple):
    """An output of the graph: a result of a vertex."""

    vertex: int
    place: int
    name: str
    auxiliary: bool


@final
@dataclass(frozen=True, slots=True)
class Form:
    """A graph without names: what it takes, its vertices, operands before those that take them, and its outputs.

    Two graphs with equal forms are one graph; two with isomorphic forms are one but for the order of their text.
    """

    inputs: tuple[Type, ...]
    vertices: tuple[Vertex, ...]
    ends: tuple[End, ...]


def form_of(graph: Graph, passes: Iterable[Permission]) -> Form:
    """Give the form of an architecture's graph as passes leave it, without what no output depends on.

    Raises:
        ArchdslError: a choice is still open.
    """
    return form_of_stored(graph, store(graph, passes))


def form_of_stored(graph: Graph, stored: Stored) -> Form:
    """Give the form of a graph that was put into a store."""
    terms = stored.terms
    live = _live(stored)
    number = {node: index for index, node in enumerate(live)}
    uses = Counter(instance for node in live if (instance := terms.nodes[node].instance) is not None)
    groups: dict[Hashable, int] = {}
    vertices = []
    for node in live:
        operation, operands, counts, instance = terms.nodes[node]
        edges = tuple(
            Edge(
                number[terms.owner[own]],
                index if counts is None else ANY_SLOT,
                terms.place[own],
                1 if counts is None else counts[index],
            )
            for index, own in enumerate(operands)
        )
        group = groups.setdefault(instance, len(groups)) if uses[instance] > 1 else NO_GROUP
        vertices.append(Vertex(_label(terms.operations[operation]), edges, group))
    ends = tuple(
        End(number[terms.owner[own]], terms.place[own], output.name, output.auxiliary)
        for own, output in zip(stored.outputs, graph.outputs, strict=True)
    )
    return Form(tuple(port.type for port in graph.inputs), tuple(vertices), ends)


def _live(stored: Stored) -> list[int]:
    terms = stored.terms
    live: set[int] = set()
    stack = [terms.owner[own] for own in stored.outputs]
    while stack:
        node = stack.pop()
        if node not in live:
            live.add(node)
            stack.extend(terms.owner[own] for own in terms.nodes[node].operands)
    return sorted(live)


@lru_cache(maxsize=1 << 16)
def _label(operation: Operation) -> int:
    return digest(operation.op, operation.attributes, tuple(map(str, operation.types)))


def digest(*parts: object) -> int:
    """Hash numbers, strings and tuples of them: the same in every process."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest(), "big")
