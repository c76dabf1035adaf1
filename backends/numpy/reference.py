"""The numpy backend as others reach it: a graph with weights of its own, ready to run."""

from collections.abc import Mapping
from math import prod, sqrt
from typing import ClassVar, final

import numpy as np

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.ir import Graph, Weight

from .interpreter import run
from .ops import Array, Weights

ONES = ("scale", "var")
"""The vectors that begin as ones; others begin as zeros."""


@final
class Reference:
    """A graph and its weights, by parameters key and then by declared name; call it as `run`."""

    def __init__(self, graph: Graph, weights: Mapping[str, Weights]) -> None:
        self.graph = graph
        self.weights = weights

    def __call__(
        self,
        *inputs: Array,
        coefficients: Mapping[str, Array] | None = None,
        gates: Mapping[str, Array] | None = None,
        training: bool = False,
    ) -> list[Array]:
        """Give the outputs; see `run`."""
        return run(self.graph, inputs, self.weights, coefficients=coefficients, gates=gates, training=training)


@final
class NumpyBackend:
    """Runs graphs in float64, forward only, and as plainly as can be."""

    name: ClassVar[str] = "numpy"

    def compile(self, graph: Graph, *, seed: int | None = None) -> Reference:
        """Give the graph with weights drawn from `seed`.

        Raises:
            ArchdslError: an op does not declare its weights.
        """
        rng = np.random.default_rng(seed)
        weights: dict[str, Weights] = {}
        for node in graph.operations():
            if node.facts.weights is None:
                raise _undeclared(node.op, "weights")
            if node.parameters not in weights:
                weights[node.parameters] = {own.name: _initial(own, rng) for own in node.facts.weights}
        return Reference(graph, weights)

    def measure(self, graph: Graph, address: str) -> tuple[int, int]:
        """Give the declared parameters and multiply-accumulates of an op: nothing is built that could be measured.

        Raises:
            ArchdslError: the op does not declare them.
        """
        node = next(node for node in graph.operations() if node.address == address)
        if node.facts.weights is None:
            raise _undeclared(node.op, "weights")
        if node.facts.macs is None:
            raise _undeclared(node.op, "`macs`")
        return sum(own.size for own in node.facts.weights if own.kind == "weight"), node.facts.macs


def _initial(weight: Weight, rng: np.random.Generator) -> Array:
    """Draw a matrix so that it keeps the variance behind a ReLU; vectors begin as in a norm that does nothing."""
    if len(weight.shape) > 1:
        return rng.standard_normal(weight.shape) * sqrt(2 / prod(weight.shape[1:]))
    return np.ones(weight.shape) if weight.name in ONES else np.zeros(weight.shape)


def _undeclared(op: str, what: str) -> ArchdslError:
    message = f"the numpy backend cannot run op `{op}`, which does not declare its {what}"
    return ArchdslError(Diagnostic("undeclared-op", message))
