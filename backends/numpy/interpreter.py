"""Runs a graph, node after node: the reference that every other way to run one is held to."""

from collections.abc import Mapping, Sequence
from inspect import Parameter, signature

import numpy as np

from archdsl.codegen.lowering import lowering_of
from archdsl.ir import INPUT, AnyNode, Choose, Graph, Node, Scan, Select, Type, Value, open_decisions

from .mixing import Mixing
from .ops import Array, Weights


def run(
    graph: Graph,
    inputs: Sequence[Array],
    weights: Mapping[str, Weights],
    *,
    coefficients: Mapping[str, Array] | None = None,
    gates: Mapping[str, Array] | None = None,
    training: bool = False,
) -> list[Array]:
    """Give the graph's outputs, the auxiliary ones only in training.

    Args:
        graph: An architecture or a supergraph.
        inputs: The graph's inputs, batch first.
        weights: Weights and buffers, by parameters key and then by declared name.
        coefficients: For each open decision by label, a coefficient for each of `open_decisions(…)[address].labels`.
        gates: For each other open decision, a factor for each element of the list chosen from.
        training: Whether norms use the statistics of the batch.
    """
    mixing = Mixing(open_decisions(graph.walk()), {**(coefficients or {}), **(gates or {})})
    run_ = _Run(weights, mixing, training)
    outputs = run_.graph(graph, inputs, [output.value for output in graph.outputs])
    return [y for y, output in zip(outputs, graph.outputs, strict=True) if training or not output.auxiliary]


class _Run:
    """What stays the same from node to node."""

    def __init__(self, weights: Mapping[str, Weights], mixing: Mixing, training: bool) -> None:
        self.weights = weights
        self.mixing = mixing
        self.training = training

    def graph(self, graph: Graph, inputs: Sequence[Array], wanted: Sequence[Value]) -> list[Array]:
        """Run all nodes, and give the wanted values."""
        known = {Value(INPUT, index): x for index, x in enumerate(inputs)}
        for node in graph.nodes:
            results = self.node(node, [known[value] for value in node.inputs])
            known |= {Value(node.id, index): y for index, y in enumerate(results)}
        return [known[value] for value in wanted]

    def node(self, node: AnyNode, xs: list[Array]) -> Sequence[Array]:
        """Give the results of a node."""
        if isinstance(node, Node):
            return self.op(node, xs)
        if isinstance(node, Choose):
            return self.choose(node, xs)
        if isinstance(node, Scan):
            return self.scan(node, xs)
        return self.select(node, xs)

    def op(self, node: Node, xs: list[Array]) -> Sequence[Array]:
        """Give the results of an op: its lowering is called with the names that it asks for."""
        build = lowering_of(node.op, "numpy").build
        known: dict[str, object] = {
            "kind": node.facts.kind,
            **dict(node.facts.dims),
            **dict(node.attributes),
            "weights": self.weights.get(node.parameters, {}),
            "training": self.training,
        }
        names = [name for name, own in signature(build).parameters.items() if own.kind is Parameter.KEYWORD_ONLY]
        results = build(*xs, **{name: known[name] for name in names})
        return results if isinstance(results, tuple) else (results,)

    def choose(self, node: Choose, xs: list[Array]) -> Sequence[Array]:
        """Give the sum of the alternatives' results, each times its coefficient."""
        batch, dtype = xs[0].shape[0], xs[0].dtype
        totals = [np.zeros((batch, *type_.dims), dtype) for type_ in node.types]
        for guard, region in node.table:
            if region is not None:
                factor = self.mixing.coefficient(guard)
                results = self.graph(region, xs, [output.value for output in region.outputs])
                totals = [total + _times(factor, y) for total, y in zip(totals, results, strict=True)]
        return totals

    def scan(self, node: Scan, xs: list[Array]) -> Sequence[Array]:
        """Run the step once for each entry of the sequence, each time with the states of the time before."""
        sequence, starts, captured = node.parts(xs)
        types = [port.type for port in node.region.inputs[1:]]
        states = [
            _zeros(sequence, type_) if start is None else start for start, type_ in zip(starts, types, strict=False)
        ]
        time = 2 if node.types[0].kind == "signal" else 1
        outputs: list[Array] = []
        for i in range(node.steps):
            entry = np.take(sequence, [i] if sequence.ndim == 2 else i, axis=time)
            states = self.graph(node.region, [entry, *states, *captured], [own.value for own in node.region.outputs])
            outputs.append(states[0])
        return [np.stack(outputs, axis=time), *states]

    def select(self, node: Select, xs: list[Array]) -> Sequence[Array]:
        """Give each input times the coefficient of its guard."""
        return [_times(self.mixing.coefficient(guard), x) for guard, x in zip(node.guards, xs, strict=True)]


def _zeros(sequence: Array, type_: Type) -> Array:
    """Give zeros for each example; tokens are whole numbers, and what starts as zeros is not."""
    kind = sequence.dtype if np.issubdtype(sequence.dtype, np.floating) else np.float64
    return np.zeros((sequence.shape[0], *type_.dims), kind)


def _times(factor: Array, x: Array) -> Array:
    """Multiply with one factor, or with one for each example."""
    product: Array = x * factor.reshape(factor.shape + (1,) * (x.ndim - factor.ndim)).astype(x.dtype)
    return product
