"""The costs that no declaration states: a backend measures them on the built modules.

The intermediate representation knows no backend. Whoever joins the two (the package's front door) says how an op is
measured.
"""

from collections.abc import Callable, Iterator
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic

from .graph import Graph, Node, Scan, regions_of

Measure = Callable[[Graph, Node], tuple[int, int]]
"""Gives the parameters and the MACs of one op, built with the types that it meets."""


@final
class _Measures:
    def __init__(self) -> None:
        self.measure: Measure | None = None
        self.known: dict[tuple[object, ...], tuple[int, int]] = {}


_MEASURES = _Measures()


def measure_with(measure: Measure) -> None:
    """Say how an op is measured."""
    _MEASURES.measure = measure
    _MEASURES.known.clear()


def _measured(graph: Graph, node: Node) -> tuple[int, int]:
    if _MEASURES.measure is None:
        message = f"op `{node.op}` declares no cost, and there is no backend to measure it"
        raise ArchdslError(Diagnostic("unknown-cost", message))
    key = (node.op, node.attributes, tuple(graph.type_of(value) for value in node.inputs))
    if key not in _MEASURES.known:
        _MEASURES.known[key] = _MEASURES.measure(graph, node)
    return _MEASURES.known[key]


def measured_params(graph: Graph) -> int:
    """Count the trained weights, shared ones once; those that no declaration states are measured."""
    found: dict[str, int] = {}
    for part in graph.graphs():
        for node in part.nodes:
            if isinstance(node, Node) and node.parameters not in found:
                found[node.parameters] = _params(part, node)
    return sum(found.values())


def measured_macs(graph: Graph) -> int:
    """Count the multiply-accumulates of one example; those that no declaration states are measured."""
    live = graph.ancestors(output.value for output in graph.outputs if not output.auxiliary)
    total = 0
    for node in graph.nodes:
        if node.id in live:
            own = _macs(graph, node) if isinstance(node, Node) else sum(map(measured_macs, regions_of(node)))
            total += own * (node.steps if isinstance(node, Scan) else 1)
    return total


def measured(graph: Graph, node: Node) -> tuple[int, int]:
    """Give the parameters and the MACs of one op, declared where the declaration says them, else measured."""
    return _params(graph, node), _macs(graph, node)


def _params(graph: Graph, node: Node) -> int:
    weights = node.facts.weights
    return _measured(graph, node)[0] if weights is None else sum(w.size for w in weights if w.kind == "weight")


def _macs(graph: Graph, node: Node) -> int:
    macs = node.facts.macs
    return _measured(graph, node)[1] if macs is None else macs


def uses(graph: Graph, times: int = 1) -> Iterator[tuple[Graph, Node, int]]:
    """Visit all ops, each with the graph that it stands in and how often it runs for one example."""
    for node in graph.nodes:
        if isinstance(node, Node):
            yield graph, node, times
        for region in regions_of(node):
            yield from uses(region, times * node.steps if isinstance(node, Scan) else times)


def is_measured(graph: Graph) -> bool:
    """Tell whether some cost of a graph is measured and not declared."""
    return any(node.facts.weights is None or node.facts.macs is None for node in graph.operations())
