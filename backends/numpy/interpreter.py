"""Runs a graph, node after node: the reference that every other way to run one is held to."""

from collections.abc import Mapping, Sequence
from inspect import Parameter, signature

import numpy as np

from archdsl.codegen.lowering import lowering_of
from archdsl.ir import INPUT, AnyNode, Choose, Graph, Label, Node, Select, Value

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
        coefficients: For each address of an open choice of one, a coefficient for each label, in the order in which
            the labels come up in the choice's table.
        gates: For each address of an open choice of some, a factor for each element of the list chosen from.
        training: Whether norms use the statistics of the batch.
    """
    run_ = _Run(weights, coefficients or {}, gates or {}, training)
    outputs = run_.graph(graph, inputs, [output.value for output in graph.outputs])
    return [y for y, output in zip(outputs, graph.outputs, strict=True) if training or not output.auxiliary]


class _Run:
    """What stays the same from node to node."""

    def __init__(
        self,
        weights: Mapping[str, Weights],
        coefficients: Mapping[str, Array],
        gates: Mapping[str, Array],
        training: bool,
    ) -> None:
        self.weights = weights
        self.coefficients = coefficients
        self.gates = gates
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
        return self.select(node, xs)

    def op(self, node: Node, xs: list[Array]) -> Sequence[Array]:
        """Give the results of an op: its lowering is called with the names that it asks for."""
        build = lowering_of(node.op, "numpy").build
        known: dict[str, object] = {
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
        order = [_labels(node, place) for place in range(len(node.addresses))]
        totals = [np.zeros((xs[0].shape[0], *type_.dims), xs[0].dtype) for type_ in node.types]
        for labels, region in node.table:
            if region is None:
                continue
            factor = np.ones((), xs[0].dtype)
            for address, label, known in zip(node.addresses, labels, order, strict=True):
                factor = factor * self.coefficients[address][known.index(label)]
            results = self.graph(region, xs, [output.value for output in region.outputs])
            totals = [total + _times(factor, y) for total, y in zip(totals, results, strict=True)]
        return totals

    def select(self, node: Select, xs: list[Array]) -> Sequence[Array]:
        """Give each input times its gate."""
        gates = self.gates[node.decision]
        return [_times(gates[slot], x) for slot, x in zip(node.slots, xs, strict=True)]


def _labels(node: Choose, place: int) -> list[Label]:
    return list(dict.fromkeys(labels[place] for labels, _ in node.table))


def _times(factor: Array, x: Array) -> Array:
    """Multiply with one factor, or with one for each example."""
    factor = np.asarray(factor)
    product: Array = x * factor.reshape(factor.shape + (1,) * (x.ndim - factor.ndim))
    return product
