"""Changes of a graph, made one after the other and checked at the end; the graph before stays as it is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import final

from archdsl.diagnostics import ArchdslError, Source
from archdsl.elaborate import Replay, bind_network, load_program
from archdsl.ir import CHANNELS, INPUT, AnyNode, Attribute, Graph, Node, Type, Value, verify

from .protocols import NoChange


@final
class Surgery:
    """A graph under change: nodes are added, changed and joined otherwise, `finish` gives what came of it.

    A value is that of the graph that it began with, or of a node that was added since.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._nodes: dict[int, AnyNode] = {node.id: node for node in graph.nodes}
        self._order = [node.id for node in graph.nodes]
        self._outputs = list(graph.outputs)
        self._ops = dict(graph.ops)
        self._taken = {place for node in graph.operations() for place in (node.address, node.parameters)}
        self._taken |= {node.address for node in graph.walk()} | {scope.address for scope in graph.scopes}

    @property
    def added(self) -> frozenset[int]:
        """The ids of the nodes that were added."""
        return frozenset(self._nodes) - {node.id for node in self.graph.nodes}

    def fresh_address(self, near: str, name: str) -> str:
        """Give an address beside another: `name`, or `name#1` and so on, so that no op is there or under it."""
        scope = near.rpartition(".")[0]
        stem = f"{scope}.{name}" if scope else name
        number, address = 0, stem
        while any(own.startswith(address) and own[len(address) :][:1] in ("", ".", "@", "[") for own in self._taken):
            number += 1
            address = f"{stem}#{number}"
        self._taken.add(address)
        return address

    def copy(self, like: Node, inputs: Sequence[Value], address: str, after: int = INPUT) -> Value:
        """Add an op as another one, with weights of its own, behind the node `after`; give its first result."""
        made = replace(
            like,
            id=self._fresh_id(),
            inputs=tuple(inputs),
            address=address,
            parameters=address,
            origin=None,
        )
        self._insert(made, after)
        return Value(made.id)

    def splice(self, part: Graph, inputs: Sequence[Value], address: str, after: int = INPUT) -> tuple[Value, ...]:
        """Add all nodes of another graph, their addresses under `address`; give the values of its outputs."""
        values = {Value(INPUT, index): value for index, value in enumerate(inputs)}
        last = after
        for node in part.nodes:
            assert isinstance(node, Node), "what is spliced in has neither choices nor scans"
            made = replace(
                node,
                id=self._fresh_id(),
                inputs=tuple(values[value] for value in node.inputs),
                address=f"{address}.{node.address}",
                parameters=f"{address}.{node.parameters}",
                origin=None,
            )
            self._insert(made, last)
            last = made.id
            values.update((Value(node.id, index), Value(made.id, index)) for index in range(len(node.types)))
        self._ops |= {name: own for name, own in part.ops.items() if name not in self._ops}
        return tuple(values[output.value] for output in part.outputs)

    def _fresh_id(self) -> int:
        return 1 + max(self._nodes, default=INPUT)

    def _insert(self, node: AnyNode, after: int) -> None:
        self._nodes[node.id] = node
        self._order.insert(self._order.index(after) + 1 if after in self._nodes else 0, node.id)

    def change(self, id: int, attributes: Mapping[str, Attribute]) -> None:
        """Give some statics of an op other values."""
        node = self._nodes[id]
        assert isinstance(node, Node)
        self._nodes[id] = replace(
            node, attributes=tuple((name, attributes.get(name, value)) for name, value in node.attributes)
        )

    def set_inputs(self, id: int, inputs: Sequence[Value]) -> None:
        """Let a node take other values."""
        self._nodes[id] = replace(self._nodes[id], inputs=tuple(inputs))

    def reroute(self, old: Value, new: Value, except_for: Collection[int] = ()) -> None:
        """Let all that took one value take another, the outputs too, but for some nodes."""
        for id, node in self._nodes.items():
            if id not in except_for and old in node.inputs:
                self.set_inputs(id, [new if value == old else value for value in node.inputs])
        self._outputs = [replace(own, value=new) if own.value == old else own for own in self._outputs]

    def finish(self, *, fit: bool = False) -> Graph:
        """Infer all facts anew, drop what no output depends on, and number the nodes from 0.

        Args:
            fit: Whether what an op joins is fitted to the first of its operands, where they have other types now.

        Raises:
            NoChange: A node would depend on itself, or what an output gives or a scan takes would have another type.
            ArchdslError: An op is illegal where it stands now, or one key of weights is used for unlike ones.
        """
        types: dict[Value, Type] = {Value(INPUT, i): port.type for i, port in enumerate(self.graph.inputs)}
        nodes: dict[int, AnyNode] = {}

        def place(id: int) -> None:
            """Infer the facts of a node whose inputs are known."""
            if fit:
                self._fit(id, types, place)
            node = self._nodes[id]
            nodes[id] = self._inferred(node, tuple(types[value] for value in node.inputs))
            types.update((Value(id, index), type_) for index, type_ in enumerate(nodes[id].types))

        for id in self._sorted():
            place(id)
        for before, own in zip(self.graph.outputs, self._outputs, strict=True):
            if types[own.value] != self.graph.type_of(before.value):
                raise NoChange.because(f"an output of `{self.graph.name}` would have another type")
        return self._checked(nodes)

    def _checked(self, nodes: Mapping[int, AnyNode]) -> Graph:
        """Number the nodes, and verify the graph."""
        numbers = {id: number for number, id in enumerate(nodes)}

        def moved(value: Value) -> Value:
            return value if value.node == INPUT else Value(numbers[value.node], value.index)

        made = tuple(
            replace(node, id=numbers[id], inputs=tuple(moved(value) for value in node.inputs))
            for id, node in nodes.items()
        )
        outputs = tuple(replace(own, value=moved(own.value)) for own in self._outputs)
        graph = replace(self.graph, nodes=made, outputs=outputs, ops=self._ops)
        addresses = [node.address for node in graph.walk()]
        scopes = (own for own in graph.scopes if any(_is_under(address, own.address) for address in addresses))
        graph = replace(graph, scopes=tuple(scopes))
        found = verify(graph, architecture=True)
        if found:
            raise ArchdslError(found)
        return graph

    def _fit(self, id: int, types: Mapping[Value, Type], place: Callable[[int], None]) -> None:
        """Fit the operands of a join to the first of them."""
        node = self._nodes[id]
        if not isinstance(node, Node) or len(node.inputs) < 2:
            return
        laws, first = node.facts.laws, types[node.inputs[0]]
        if not laws & {"channelwise", "joins_channels"} or len({types[value].kind for value in node.inputs}) != 1:
            return
        inputs = [node.inputs[0]]
        for value in node.inputs[1:]:
            layer = fitting(types[value], first, channels="channelwise" in laws)
            if layer:
                known = set(self._nodes)
                address = self.fresh_address(node.address, "fit")
                (value,) = self.splice(part(f"x0 |> {layer}", types[value]), [value], address, value.node)
                for new in sorted(set(self._nodes) - known):
                    place(new)
            inputs.append(value)
        self.set_inputs(id, inputs)

    def _inferred(self, node: AnyNode, given: tuple[Type, ...]) -> AnyNode:
        if isinstance(node, Node):
            facts = self._ops[node.op].infer(dict(node.attributes), given)
            return replace(node, facts=facts)
        before = self.graph.node(node.id)
        if given != tuple(self.graph.type_of(value) for value in before.inputs):
            raise NoChange.because(f"what the scan at `{node.address}` takes would have another type")
        return node

    def _sorted(self) -> list[int]:
        """Give the live nodes, each behind those that it depends on, else in the order in which they stand."""
        done: dict[int, None] = {}
        live = self._live()
        for first in self._order:
            if first not in live:
                continue
            stack, open_ = [(first, False)], set[int]()
            while stack:
                id, is_ready = stack.pop()
                if id in done:
                    continue
                if is_ready:
                    open_.discard(id)
                    done[id] = None
                    continue
                if id in open_:
                    raise NoChange.because(f"`{self._nodes[id].address}` would depend on itself")
                open_.add(id)
                stack.append((id, True))
                needed = [value.node for value in reversed(self._nodes[id].inputs) if value.node != INPUT]
                stack += [(own, False) for own in needed if own not in done]
        return list(done)

    def _live(self) -> set[int]:
        waiting = [output.value.node for output in self._outputs]
        live: set[int] = set()
        while waiting:
            id = waiting.pop()
            if id != INPUT and id not in live:
                live.add(id)
                waiting += [value.node for value in self._nodes[id].inputs]
        return live


def _is_under(address: str, scope: str) -> bool:
    return not scope or (address.startswith(scope) and address[len(scope) :][:1] in ("", ".", "@", "["))


def fitting(given: Type, wanted: Type, *, channels: bool) -> str:
    """Give the layer that gives a tensor the size of another, and its number of channels if `channels`; "" for none.

    Raises:
        NoChange: there is no such layer.
    """
    place = CHANNELS[given.kind]
    sizes, target = ([own for i, own in enumerate(type_.dims) if i != place] for type_ in (given, wanted))
    layers = []
    if sizes != target:
        if given.kind != "image":
            raise NoChange.because(f"{given} cannot be made as large as {wanted}")
        layers.append(f"resize[[{target[0]}, {target[1]}]]")
    old, new = given.dims[place], wanted.dims[place]
    if channels and old != new:
        layers.append(f"crop[{new}]" if old > new else f"widen[{new}]")
    return " |> ".join(layers)


@lru_cache(maxsize=4096)
def part(body: str, *types: Type, uses: str = "") -> Graph:
    """Give the graph of an expression of tensors `x0`, `x1`, … of some types.

    Args:
        body: The expression, without choices: `x0 + (x0 |> relu)`.
        types: The types of the tensors.
        uses: What it imports: `std.image: mbconv`.

    Raises:
        ArchdslError: The expression is wrong, or wrong for these types.
    """
    inputs = ", ".join(f"x{index}: {type_}" for index, type_ in enumerate(types))
    imports = f"use {uses}\n" if uses else ""
    program = load_program(Source("part.nas", f"{imports}network part({inputs}) {{ return {body} }}\n"))
    errors = [diagnostic for diagnostic in program.diagnostics if diagnostic.level == "error"]
    if errors:
        raise ArchdslError(errors)
    return bind_network(program).graph(Replay({}))
