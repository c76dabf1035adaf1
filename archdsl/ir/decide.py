"""From a supergraph to an architecture's graph: every open choice is decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic

from .graph import INPUT, AnyNode, Choose, Graph, Input, Node, Scan, Select, Value
from .guards import Guard, Label, holds
from .ops import Facts, OpDeclaration
from .types import Type

Known = Sequence[Value | None]
"""The values of a node's results; None of what the architecture lacks."""


def decide(graph: Graph, decisions: Mapping[str, Label]) -> Graph:
    """Give the graph of an architecture, which its decisions cut out of the supergraph.

    It has the ops of the elaborated one under the same addresses, and more: what no output depends on is there as well,
    and a sum of which one operand is left is a sum still. It names no scopes.

    Raises:
        ArchdslError: an output is nothing that the architecture has.
    """
    decided = _Decided(decisions, graph.inputs, graph.ops)
    values = decided.region(graph, [Value(INPUT, index) for index in range(len(graph.inputs))])
    outputs = []
    for output, value in zip(graph.outputs, values, strict=True):
        if value is None:
            message = f"an output of `{graph.name}` is absent under these decisions"
            raise ArchdslError(Diagnostic("absent-output", message))
        outputs.append(replace(output, value=value))
    return Graph(graph.name, graph.inputs, tuple(decided.nodes), tuple(outputs), (), graph.ops)


@final
class _Decided:
    """The nodes of one graph; the regions that are chosen stand in line."""

    def __init__(
        self, decisions: Mapping[str, Label], inputs: tuple[Input, ...], ops: Mapping[str, OpDeclaration]
    ) -> None:
        self._decisions = decisions
        self._inputs = inputs
        self._ops = ops
        self._truth: dict[int, bool] = {}
        self.nodes: list[Node | Scan] = []

    def region(self, graph: Graph, inputs: Known) -> Known:
        """Put in the nodes of a graph; give the values of its outputs."""
        known: dict[Value, Value | None] = {Value(INPUT, index): value for index, value in enumerate(inputs)}
        for node in graph.nodes:
            results = self._node(node, [known[value] for value in node.inputs])
            for index, result in enumerate(results):
                known[Value(node.id, index)] = result
        return [known[output.value] for output in graph.outputs]

    def _node(self, node: AnyNode, inputs: Known) -> Known:
        match node:
            case Node():
                return self._op(node, inputs)
            case Choose(table=table, types=types):
                for guard, region in table:
                    if self._holds(guard):
                        return [None] * len(types) if region is None else self.region(region, inputs)
                return [None] * len(types)
            case Select(guards=guards):
                return [value if self._holds(guard) else None for guard, value in zip(guards, inputs, strict=True)]
            case Scan():
                return self._scan(node, inputs)

    def _holds(self, guard: Guard) -> bool:
        known = self._truth.get(id(guard))
        if known is None:
            known = self._truth[id(guard)] = holds(guard, self._decisions)
        return known

    def _op(self, node: Node, inputs: Known) -> Known:
        """An op of several tensors leaves out what is absent; any other of something absent is absent itself."""
        present = tuple(value for value in inputs if value is not None)
        facts = node.facts
        if len(present) < len(inputs):
            joins = "skips_zero" in facts.laws
            if not joins or not present:
                return [None] * len(node.types)
            facts = self._inferred(node, present)
        return self._add(
            Node(len(self.nodes), node.op, node.attributes, present, facts, node.address, node.parameters, node.origin)
        )

    def _inferred(self, node: Node, inputs: Iterable[Value]) -> Facts:
        return self._ops[node.op].infer(dict(node.attributes), tuple(map(self._type_of, inputs)))

    def _type_of(self, value: Value) -> Type:
        return self._inputs[value.index].type if value.node == INPUT else self.nodes[value.node].types[value.index]

    def _scan(self, node: Scan, inputs: Known) -> Known:
        given = [value for value in inputs if value is not None]
        if len(given) < len(inputs):
            return [None] * len(node.types)
        step = decide(node.region, self._decisions)
        return self._add(replace(node, id=len(self.nodes), region=step, inputs=tuple(given)))

    def _add(self, node: Node | Scan) -> Known:
        self.nodes.append(node)
        return [Value(node.id, index) for index in range(len(node.types))]
