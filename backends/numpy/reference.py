"""The numpy backend as others reach it: a graph with weights of its own, ready to run."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, final

import numpy as np

from archdsl.codegen.weights import inherited, value_of
from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.ir import Graph, Weight
from archdsl.operators.weight_map import Fresh, Place, WeightMap, tensor_shapes

from .interpreter import run
from .ops import Array, Weights


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

    def inherit(self, parent: Reference, graph: Graph, weight_map: WeightMap, *, seed: int | None = None) -> Reference:
        """Give a graph the weights that a map makes of those of another; what is fresh is drawn from `seed`.

        Raises:
            ValueError: the map does not give what the graph needs.
            ArchdslError: an op does not declare its weights.
        """
        child = self.compile(graph, seed=seed)
        weights = {key: dict(own) for key, own in child.weights.items()}
        made = inherited(weight_map, lambda at: parent.weights[at[0]][at[1]], tensor_shapes(graph), seed)
        for (key, name), array in made.items():
            weights[key][name] = array.copy()
        return Reference(graph, weights)

    def examine(self, graph: Graph) -> "Examined":
        """Open an architecture for tests."""
        return Examined(graph)

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
    return value_of(Fresh(weight.name, weight.shape), _nothing, rng)


def _nothing(place: Place) -> Array:
    raise KeyError(place)


def _undeclared(op: str, what: str) -> ArchdslError:
    message = f"the numpy backend cannot run op `{op}`, which does not declare its {what}"
    return ArchdslError(Diagnostic("undeclared-op", message))


@final
class Examined:
    """An architecture, opened for tests: what it owns is what is declared."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @property
    def tensors(self) -> Mapping[tuple[str, str], tuple[tuple[int, ...], str]]:
        """The shape and the kind of each tensor, by parameters key and declared name."""
        return {
            (key, own.name): (own.shape, own.kind)
            for key, declared in self._graph.weights().items()
            for own in declared or ()
        }

    @property
    def undeclared(self) -> tuple[str, ...]:
        """Nothing: a lowering has no tensors of its own."""
        return ()

    def run(self, inputs: Sequence[Array], weights: Mapping[str, Weights], *, training: bool = False) -> list[Array]:
        """Give the outputs."""
        return run(self._graph, inputs, weights, training=training)

    def gradients(self, *_: object, **__: object) -> None:
        """Give nothing: there are no derivatives here."""
        return
