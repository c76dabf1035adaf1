"""The typed DAG that everything else works on: an architecture, or a supergraph with its choices kept open."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeVar, final

from archdsl.diagnostics import Span

from .guards import Guard, addresses_of
from .ops import Attribute, Facts, OpDeclaration, SharedLayer, Weight
from .types import Type, steps_of

if TYPE_CHECKING:
    import networkx

Item = TypeVar("Item")

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

    @property
    def owner(self) -> SharedLayer:
        """The op that the weights are of: this one, or that which is lent to it."""
        lent = (value for _, value in self.attributes if isinstance(value, SharedLayer))
        return next(lent, SharedLayer(self.op, self.attributes))


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


@final
@dataclass(frozen=True, slots=True)
class Scan:
    """A recurrent cell that runs over a sequence; its region is one step.

    The node takes the sequence, then the states to start from: one where `given` says so, the others start as zeros;
    then what the region needs from outside. The region takes an entry of the sequence, each state, and the same from
    outside; it is closed. It gives the new states. The node gives the first state after each step, in one sequence,
    and then each state after the last.
    """

    id: int
    region: "Graph"
    given: tuple[bool, ...]
    inputs: tuple[Value, ...]
    types: tuple[Type, ...]
    address: str
    origin: Span | None = field(default=None, compare=False, repr=False)
    op: ClassVar[str] = "scan"

    @property
    def steps(self) -> int:
        """The number of steps."""
        return steps_of(self.types[0])

    def parts(self, inputs: Sequence[Item]) -> tuple[Item, tuple[Item | None, ...], tuple[Item, ...]]:
        """Part what stands for the inputs: the sequence, a start for each state or None, and what is from outside."""
        rest = iter(inputs[1:])
        starts = tuple(next(rest) if is_given else None for is_given in self.given)
        return inputs[0], starts, tuple(rest)


AnyNode = Node | Choose | Select | Scan


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
        return any(isinstance(node, (Choose, Select)) for node in self.walk())

    def graphs(self) -> Iterator["Graph"]:
        """Visit this graph, and the regions of its nodes all the way down: the values in each are its own."""
        yield self
        for node in self.nodes:
            for region in regions_of(node):
                yield from region.graphs()

    def walk(self) -> Iterator[AnyNode]:
        """Visit all nodes, those inside of regions too."""
        for node in self.nodes:
            yield node
            for region in regions_of(node):
                yield from region.walk()

    def operations(self) -> Iterator[Node]:
        """Visit all ops, those inside of regions too."""
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
        """The multiply-accumulates of one example, auxiliary outputs left out; None where an op must be measured.

        Open choices count all their alternatives, a scan its step as often as it is run.
        """
        total = 0
        live = self.ancestors(output.value for output in self.outputs if not output.auxiliary)
        for node in self.nodes:
            if node.id not in live:
                continue
            parts = [node.facts.macs] if isinstance(node, Node) else [region.macs for region in regions_of(node)]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            total += sum(known) * (node.steps if isinstance(node, Scan) else 1)
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


def regions_of(node: AnyNode) -> tuple[Graph, ...]:
    """Give the graphs inside of a node: the alternatives of an open choice, the step of a scan."""
    match node:
        case Choose(table=table):
            return tuple(region for _, region in table if region is not None)
        case Scan(region=region):
            return (region,)
        case _:
            return ()
