"""The typed DAG that everything else works on: an architecture, or a supergraph with its choices kept open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, final

from archdsl.diagnostics import Span

from .guards import Guard, addresses_of
from .ops import Attribute, Facts, OpDeclaration, Weight
from .types import Type

if TYPE_CHECKING:
    import networkx

INPUT = -1
"""The node id that stands for the graph's own inputs in a `Value`."""


@final
@dataclass(frozen=True, slots=True)
class Value:
    """The `index`-th result of a node, or the `index`-th input of the graph (`node == INPUT`)."""

    node: int
    index: int = 0


@final
@dataclass(frozen=True, slots=True)
class Node:
    """An op in its place.

    `address` is unique in a graph and readable; `parameters` is the key under which the weights live, equal for two
    nodes only where the text says `shared`; `facts` follow from the declaration; `origin` is the text it came from.
    """

    id: int
    op: str
    attributes: tuple[tuple[str, Attribute], ...]
    inputs: tuple[Value, ...]
    facts: Facts
    address: str
    parameters: str
    origin: Span | None = field(default=None, compare=False, repr=False)

    @property
    def types(self) -> tuple[Type, ...]:
        """The types of its results."""
        return self.facts.types


@final
@dataclass(frozen=True, slots=True)
class Choose:
    """All alternatives of a choice, side by side: their results are mixed by the coefficients of their guards.

    `table` has a region for each guard; of the guards exactly one holds under any decisions. A region is closed: its
    inputs are the node's, one to one. An alternative that is absent has no region and adds nothing.
    """

    id: int
    table: tuple[tuple[Guard, "Graph | None"], ...]
    inputs: tuple[Value, ...]
    types: tuple[Type, ...]
    address: str
    origin: Span | None = field(default=None, compare=False, repr=False)
    op: ClassVar[str] = "choose"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The decisions that choose here."""
        return addresses_of(guard for guard, _ in self.table)


@final
@dataclass(frozen=True, slots=True)
class Select:
    """Candidates of which some are chosen: each input is passed on, multiplied by the coefficient of its guard."""

    id: int
    guards: tuple[Guard, ...]
    inputs: tuple[Value, ...]
    types: tuple[Type, ...]
    address: str
    origin: Span | None = field(default=None, compare=False, repr=False)
    op: ClassVar[str] = "select"


AnyNode = Node | Choose | Select


@final
@dataclass(frozen=True, slots=True)
class Input:
    """A named input of a graph."""

    name: str
    type: Type


@final
@dataclass(frozen=True, slots=True)
class Output:
    """A result of a graph; an auxiliary one has a name and exists in training only."""

    value: Value
    name: str = ""
    auxiliary: bool = False


@final
@dataclass(frozen=True, slots=True)
class Scope:
    """The use of a definition: all nodes whose address begins with `address` came from its body."""

    address: str
    definition: str
    kind: str


@final
@dataclass(frozen=True, slots=True)
class Graph:
    """An immutable typed DAG; `nodes` are in topological order, and in evaluation order of the text."""

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[AnyNode, ...]
    outputs: tuple[Output, ...]
    scopes: tuple[Scope, ...] = ()
    ops: Mapping[str, OpDeclaration] = field(default_factory=dict, compare=False, repr=False, hash=False)
    _by_id: dict[int, AnyNode] = field(init=False, compare=False, repr=False, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {node.id: node for node in self.nodes})

    def node(self, id: int) -> AnyNode:
        """Give the node with this id."""
        return self._by_id[id]

    def type_of(self, value: Value) -> Type:
        """Give the type of a value."""
        return self.inputs[value.index].type if value.node == INPUT else self.node(value.node).types[value.index]

    @property
    def is_supergraph(self) -> bool:
        """Whether a choice is still open."""
        return any(not isinstance(node, Node) for node in self.nodes)

    def graphs(self) -> Iterator["Graph"]:
        """Visit this graph, and the regions of open choices all the way down: the values in each are its own."""
        yield self
        for node in self.nodes:
            if isinstance(node, Choose):
                for _, region in node.table:
                    if region is not None:
                        yield from region.graphs()

    def walk(self) -> Iterator[AnyNode]:
        """Visit all nodes, those inside the regions of open choices too."""
        for node in self.nodes:
            yield node
            if isinstance(node, Choose):
                for _, region in node.table:
                    if region is not None:
                        yield from region.walk()

    def operations(self) -> Iterator[Node]:
        """Visit all ops, those inside the regions of open choices too."""
        return (node for node in self.walk() if isinstance(node, Node))

    def weights(self) -> dict[str, tuple[Weight, ...] | None]:
        """Give the declared weights and buffers by parameters key; None where a declaration does not say."""
        return {node.parameters: node.facts.weights for node in self.operations()}

    @property
    def params(self) -> int | None:
        """The number of trained weights, shared ones counted once; None where an op must be measured."""
        total = 0
        for weights in self.weights().values():
            if weights is None:
                return None
            total += sum(weight.size for weight in weights if weight.kind == "weight")
        return total

    @property
    def macs(self) -> int | None:
        """The multiply-accumulates of one example, auxiliary outputs left out; None where an op must be measured."""
        total = 0
        live = self.ancestors(output.value for output in self.outputs if not output.auxiliary)
        for node in self.nodes:
            if node.id not in live:
                continue
            if isinstance(node, Node):
                macs = node.facts.macs
            elif isinstance(node, Choose):
                parts = [region.macs for _, region in node.table if region is not None]
                macs = None if None in parts else sum(part for part in parts if part is not None)
            else:
                macs = 0
            if macs is None:
                return None
            total += macs
        return total

    def ancestors(self, values: Iterable[Value]) -> frozenset[int]:
        """Give the ids of the nodes that these values depend on, their own nodes included."""
        live: set[int] = {value.node for value in values}
        for node in reversed(self.nodes):
            if node.id in live:
                live.update(value.node for value in node.inputs)
        return frozenset(live - {INPUT})

    def to_networkx(self) -> "networkx.MultiDiGraph[int | str]":
        """Give a view for graph algorithms: nodes by id, inputs by name, edges with `index` (result) and `slot`."""
        import networkx

        view: networkx.MultiDiGraph[int | str] = networkx.MultiDiGraph(name=self.name)
        for port in self.inputs:
            view.add_node(port.name, op="input", type=port.type)
        for node in self.nodes:
            view.add_node(node.id, op=node.op, address=node.address, node=node)
            for slot, value in enumerate(node.inputs):
                source = self.inputs[value.index].name if value.node == INPUT else value.node
                view.add_edge(source, node.id, index=value.index, slot=slot)
        return view

    def __str__(self) -> str:
        from .printer import print_graph

        return print_graph(self)
