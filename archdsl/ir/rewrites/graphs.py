"""From a graph to the store of terms and back: what a pass does to a graph."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.diagnostics import Label as Place
from archdsl.ir.graph import INPUT, Graph, Node, Scan, Value
from archdsl.ir.loops import in_line

from .terms import ZEROS, Operands, Operation, Permission, Terms, operation_of

MOST_OPERANDS = 4096
"""A sum that would have more stays nested in a graph: sums of sums grow exponentially, their terms count instead."""

INPUT_OF_GRAPH = "(input)"
"""The op of the leaf that stands for an input of a graph."""

SCAN = "(scan)"
"""The op of a scan that stays whole."""


@final
@dataclass(frozen=True, slots=True)
class Origin:
    """Where a node of the store comes from: a node of the graph, its place there, and the operands it was made of.

    Zeros of a type are the `index`-th result of the first node that was known to give them.
    """

    place: int
    node: Node | Scan
    operands: Operands
    index: int


@final
@dataclass(frozen=True, slots=True)
class Stored:
    """A graph in a store: the values of its outputs, and where the store's nodes come from."""

    terms: Terms
    outputs: Operands
    origins: dict[int, Origin]


def store(graph: Graph, permissions: Iterable[Permission]) -> Stored:
    """Put an architecture's graph into a store of its own, with its scans in line.

    Raises:
        ArchdslError: a choice is still open.
    """
    has_scans = any(isinstance(node, Scan) for node in graph.nodes)
    return _stored(in_line(graph)[0] if has_scans else graph, permissions)


def _stored(graph: Graph, permissions: Iterable[Permission]) -> Stored:
    """Put a graph into a store; a scan is one node there, which no move touches."""
    terms = Terms(permissions)
    values: dict[Value, int] = {}
    origins: dict[int, Origin] = {}
    for index, port in enumerate(graph.inputs):
        values[Value(INPUT, index)] = terms.leaf(Operation(INPUT_OF_GRAPH, str(index), (port.type,)))
    for place, node in enumerate(graph.nodes):
        if not isinstance(node, Node | Scan):
            message = f"the choice at `{node.address}` is still open, and only an architecture is rewritten"
            primary = Place(node.origin) if node.origin is not None else None
            raise ArchdslError(Diagnostic("open-choice", message, primary))
        operands = tuple(values[value] for value in node.inputs)
        first = len(terms.nodes)
        if isinstance(node, Scan):
            results = terms.make(terms.number(Operation(SCAN, str(place), node.types)), operands)
        else:
            operation = operation_of(node)
            results = terms.make(terms.number(operation), operands, node.parameters if operation.is_weighted else None)
        for index, result in enumerate(results):
            if terms.owner[result] >= first:
                origins.setdefault(terms.owner[result], Origin(place, node, operands, index))
        values.update((Value(node.id, index), result) for index, result in enumerate(results))
    return Stored(terms, tuple(values[output.value] for output in graph.outputs), origins)


def rewritten(graph: Graph, permissions: Iterable[Permission]) -> Graph:
    """Give the graph as the moves that are permitted leave it, without what its outputs no longer depend on.

    The step of a scan is rewritten as a graph of its own, since nothing in it may be used outside.

    Raises:
        ArchdslError: a choice is still open.
    """
    permitted = tuple(permissions)
    graph = with_steps(graph, lambda step: rewritten(step, permitted))
    stored = _stored(graph, permitted)
    if not stored.terms.touched:
        return graph
    result = _Writer(graph, stored).graph()
    return graph if result == graph else result


def with_steps(graph: Graph, change: Callable[[Graph], Graph]) -> Graph:
    """Give the graph with the steps of its scans changed: the same object where none is."""
    changed = {node.id: change(node.region) for node in graph.nodes if isinstance(node, Scan)}
    nodes = tuple(replace(node, region=changed[node.id]) if isinstance(node, Scan) else node for node in graph.nodes)
    same = all(not isinstance(node, Scan) or changed[node.id] is node.region for node in graph.nodes)
    return graph if same else replace(graph, nodes=nodes)


@final
class _Writer:
    def __init__(self, graph: Graph, stored: Stored) -> None:
        self._graph = graph
        self._terms = stored.terms
        self._outputs = stored.outputs
        self._origins = stored.origins
        self._ids: dict[int, int] = {}
        """The id that a node of the old graph has in the new one, by its place."""

    def graph(self) -> Graph:
        by_place = {self._origins[node].place: node for node in self._live()}
        order = [by_place[place] for place in sorted(by_place)]
        self._ids = {self._origins[node].place: id for id, node in enumerate(order)}
        nodes: list[Node | Scan] = []
        for node in order:
            nodes.append(self._node(node, nodes))
        outputs = tuple(
            replace(output, value=self._value(own))
            for output, own in zip(self._graph.outputs, self._outputs, strict=True)
        )
        return replace(self._graph, nodes=tuple(nodes), outputs=outputs)

    def _live(self) -> set[int]:
        live: set[int] = set()
        stack = [self._terms.owner[own] for own in self._outputs]
        while stack:
            node = stack.pop()
            if node not in live and node in self._origins:
                live.add(node)
                stack.extend(self._terms.owner[own] for own in self._operands(node))
        return live

    def _is_zeros(self, node: int) -> bool:
        return self._terms.operations[self._terms.nodes[node].operation].op == ZEROS

    def _operands(self, node: int) -> Operands:
        """Give the operands that a node has in a graph."""
        if self._is_zeros(node):
            return self._origins[node].operands
        term = self._terms.nodes[node]
        if term.counts is None:
            return term.operands
        if sum(term.counts) > MOST_OPERANDS and node in self._terms.spliced:
            return tuple(sorted(self._terms.spliced[node]))
        return tuple(own for own, count in zip(term.operands, term.counts, strict=True) for _ in range(count))

    def _value(self, own: int) -> Value:
        node = self._terms.owner[own]
        origin = self._origins.get(node)
        if origin is None:
            return Value(INPUT, int(self._terms.operations[self._terms.nodes[node].operation].attributes))
        return Value(self._ids[origin.place], origin.index if self._is_zeros(node) else self._terms.place[own])

    def _node(self, node: int, before: list[Node | Scan]) -> Node | Scan:
        origin = self._origins[node]
        source, inputs = origin.node, tuple(self._value(own) for own in self._operands(node))
        if isinstance(source, Scan):
            return replace(source, id=self._ids[origin.place], inputs=inputs)
        facts = source.facts
        declaration = self._graph.ops.get(source.op)
        if declaration is not None:
            types = tuple(
                self._graph.inputs[value.index].type if value.node == INPUT else before[value.node].types[value.index]
                for value in inputs
            )
            facts = declaration.infer(dict(source.attributes), types)
        return replace(source, id=self._ids[origin.place], inputs=inputs, facts=facts)
