"""Builds a graph node by node while the interpreter walks; a region has a builder of its own."""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import final

from archdsl.diagnostics import Span
from archdsl.ir import (
    INPUT,
    AnyNode,
    Attribute,
    Choose,
    Facts,
    Graph,
    Guard,
    Input,
    Node,
    OpDeclaration,
    Output,
    Scan,
    Scope,
    Select,
    Value,
    stacked_type,
)

from .addresses import Frame
from .values import Tensor


@final
@dataclass(slots=True)
class Captures:
    """The values from outside that the regions of one node take in, in the order of first use."""

    tensors: list[Tensor] = field(default_factory=list)

    def index(self, tensor: Tensor) -> int:
        """Give the place of a tensor among the inputs of the regions."""
        for i, own in enumerate(self.tensors):
            if (own.graph, own.value) == (tensor.graph, tensor.value):
                return i
        self.tensors.append(tensor)
        return len(self.tensors) - 1


@final
@dataclass(slots=True)
class Builder:
    """Collects the nodes of one graph. `captures` is None in the outermost one; they stand behind the inputs."""

    name: str
    captures: Captures | None = None
    inputs: list[Input] = field(default_factory=list)
    nodes: list[AnyNode] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    ops: dict[str, OpDeclaration] = field(default_factory=dict)
    _serial: "count[int]" = field(default_factory=lambda: count(1))
    id: int = field(init=False)

    def __post_init__(self) -> None:
        self.id = next(self._serial)

    def region(self, captures: Captures) -> "Builder":
        """Start the graph of one alternative, or of a step; ops and scopes are noted together."""
        return Builder(self.name, captures, [], [], self.scopes, self.ops, self._serial)

    def input(self, port: Input) -> Tensor:
        """Declare an input."""
        self.inputs.append(port)
        return Tensor(port.type, Value(INPUT, len(self.inputs) - 1), self.id)

    def mark(self) -> tuple[int, int, int]:
        """Tell how far the graph was built."""
        return len(self.nodes), len(self.scopes), len(self.captures.tensors) if self.captures is not None else 0

    def rollback(self, mark: tuple[int, int, int]) -> None:
        """Take back what was built since."""
        nodes, scopes, captured = mark
        del self.nodes[nodes:], self.scopes[scopes:]
        if self.captures is not None:
            del self.captures.tensors[captured:]

    def value(self, tensor: Tensor) -> Value:
        """Give a tensor's value here; one of another graph is captured."""
        assert tensor.value is not None
        if tensor.graph == self.id:
            return tensor.value
        assert self.captures is not None, "a value of a region was used outside of it"
        return Value(INPUT, len(self.inputs) + self.captures.index(tensor))

    def _results(self, node: AnyNode, origin: Span) -> tuple[Tensor, ...]:
        self.nodes.append(node)
        return tuple(Tensor(type_, Value(node.id, i), self.id, origin=origin) for i, type_ in enumerate(node.types))

    def op(
        self,
        declaration: OpDeclaration,
        attributes: tuple[tuple[str, Attribute], ...],
        inputs: tuple[Tensor, ...],
        facts: Facts,
        frame: Frame,
        origin: Span,
    ) -> tuple[Tensor, ...]:
        """Add an op."""
        self.ops.setdefault(declaration.name, declaration)
        values = tuple(self.value(tensor) for tensor in inputs)
        address, parameters = frame.instance.lstrip("."), frame.parameters.lstrip(".")
        number = len(self.nodes)
        return self._results(
            Node(number, declaration.name, attributes, values, facts, address, parameters, origin), origin
        )

    def choose(
        self, table: tuple[tuple[Guard, Graph | None], ...], captures: Captures, address: str, origin: Span
    ) -> tuple[Tensor, ...]:
        """Add an open choice; the regions' inputs become the node's."""
        inputs = tuple(self.value(tensor) for tensor in captures.tensors)
        ports = tuple(Input(f"x{i}", tensor.type) for i, tensor in enumerate(captures.tensors))
        closed = tuple((guard, region and replace(region, inputs=ports)) for guard, region in table)
        types = next(tuple(region.type_of(output.value) for output in region.outputs) for _, region in closed if region)
        return self._results(Choose(len(self.nodes), closed, inputs, types, address.lstrip("."), origin), origin)

    def select(
        self, guards: tuple[Guard, ...], inputs: tuple[Tensor, ...], address: str, origin: Span
    ) -> tuple[Tensor, ...]:
        """Let each of the inputs through where its guard holds."""
        values = tuple(self.value(tensor) for tensor in inputs)
        types = tuple(tensor.type for tensor in inputs)
        return self._results(Select(len(self.nodes), guards, values, types, address.lstrip("."), origin), origin)

    def scan(
        self, region: Graph, captures: Captures, sequence: Tensor, starts: tuple[Tensor | None, ...], frame: Frame,
        origin: Span,
    ) -> tuple[Tensor, ...]:  # fmt: skip
        """Add a scan; what the region takes in becomes the last of the node's inputs."""
        given = tuple(start for start in starts if start is not None)
        inputs = tuple(self.value(tensor) for tensor in (sequence, *given, *captures.tensors))
        states = tuple(region.type_of(output.value) for output in region.outputs)
        stacked = stacked_type(sequence.type, states[0])
        assert stacked is not None, "the first state of a scan is a vector"
        is_given = tuple(start is not None for start in starts)
        address = frame.instance.lstrip(".")
        return self._results(
            Scan(len(self.nodes), region, is_given, inputs, (stacked, *states), address, origin), origin
        )

    def graph(self, outputs: tuple[Output, ...]) -> Graph:
        """Finish: keep what the outputs depend on, and number the nodes from 0."""
        inputs = tuple(self.inputs)
        if self.captures is not None:
            first = len(inputs)
            inputs += tuple(Input(f"x{first + i}", tensor.type) for i, tensor in enumerate(self.captures.tensors))
        whole = Graph(self.name, inputs, tuple(self.nodes), outputs, ops=self.ops)
        live = whole.ancestors(output.value for output in outputs)
        number = {node.id: i for i, node in enumerate(node for node in self.nodes if node.id in live)}

        def moved(value: Value) -> Value:
            return value if value.node == INPUT else Value(number[value.node], value.index)

        nodes = tuple(
            replace(node, id=number[node.id], inputs=tuple(moved(value) for value in node.inputs))
            for node in self.nodes
            if node.id in live
        )
        moved_outputs = tuple(replace(output, value=moved(output.value)) for output in outputs)
        scopes = tuple(dict.fromkeys(self.scopes)) if self.captures is None else ()
        return Graph(self.name, inputs, nodes, moved_outputs, scopes, self.ops)
