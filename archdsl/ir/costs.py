"""The costs that no declaration states: a backend measures them on the built modules.

The intermediate representation knows no backend. Whoever joins the two (the package's front door) says how an op is
measured.
"""

from collections.abc import Callable
from math import prod
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic

from .graph import Graph, Node

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
    for node in graph.nodes:
        if isinstance(node, Node) and node.parameters not in found:
            weights = node.facts.weights
            if weights is None:
                found[node.parameters] = _measured(graph, node)[0]
            else:
                found[node.parameters] = sum(prod(w.shape) for w in weights if w.kind == "weight")
    return sum(found.values())


def measured_macs(graph: Graph) -> int:
    """Count the multiply-accumulates of one example; those that no declaration states are measured."""
    live = graph.ancestors(output.value for output in graph.outputs if not output.auxiliary)
    return sum(
        _measured(graph, node)[1] if node.facts.macs is None else node.facts.macs
        for node in graph.nodes
        if isinstance(node, Node) and node.id in live
    )


def measured(graph: Graph, node: Node) -> tuple[int, int]:
    """Give the parameters and the MACs of one op, declared where the declaration says them, else measured."""
    weights, macs = node.facts.weights, node.facts.macs
    own = _measured(graph, node) if weights is None or macs is None else (0, 0)
    params = own[0] if weights is None else sum(w.size for w in weights if w.kind == "weight")
    return params, own[1] if macs is None else macs


def is_measured(graph: Graph) -> bool:
    """Tell whether some cost of a graph is measured and not declared."""
    return any(node.facts.weights is None or node.facts.macs is None for node in graph.operations())
