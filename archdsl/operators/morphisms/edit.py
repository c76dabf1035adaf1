"""Single changes of a graph where no space says what may be: insert, remove, rewire, change a static.

Weights are inherited by address where they still have their shape.
"""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import CHANNELS, Attribute, Graph, Node, Value
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery, part
from archdsl.operators.weight_map import WeightMap, inherit

from .evolve import changed
from .protocol import Fidelity
from .shrink import removable, without
from .sites import Change, at_one_of, ops, values
from .skip import earlier


@register
@final
@dataclass(frozen=True, slots=True)
class InsertOp:
    """Insert one of `layers` that keeps the type of a tensor; `{c}` stands for its number of channels."""

    name: ClassVar[str] = "insert_op"
    fidelity: ClassVar[Fidelity] = "none"
    layers: tuple[str, ...] = ("conv[{c}, 3]", "linear[{c}]", "max_pool[3]", "bn", "relu", "tanh")
    uses: str = ""

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(site: tuple[Value, str]) -> Change:
            value, layer = site
            type_, surgery = graph.type_of(value), Surgery(graph)
            new = part(f"x0 |> {layer.format(c=type_.dims[CHANNELS[type_.kind]])}", type_, uses=self.uses)
            address = surgery.fresh_address(graph.node(value.node).address, self.name)
            (result,) = surgery.splice(new, [value], address, value.node)
            surgery.reroute(value, result, surgery.added)
            child = surgery.finish()
            return child, inherit(graph, child)

        sites = [(value, layer) for value in values(graph, *CHANNELS) for layer in self.layers]
        return at_one_of(sites, rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class RemoveOp:
    """Remove an op that gives what it takes in type."""

    name: ClassVar[str] = "remove_op"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        return at_one_of(removable(graph), rng, lambda node: without(graph, node), self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class Rewire:
    """Let an op take another tensor of the same type, which does not depend on it."""

    name: ClassVar[str] = "rewire"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [
            (node, place, other)
            for node in ops(graph)
            for place, value in enumerate(node.inputs)
            for other in earlier(graph, Value(node.id))
            if other != value and graph.type_of(other) == graph.type_of(value)
        ]

        def build(site: tuple[Node, int, Value]) -> Change:
            node, place, other = site
            surgery = Surgery(graph)
            surgery.set_inputs(node.id, [other if i == place else own for i, own in enumerate(node.inputs)])
            child = surgery.finish()
            return child, inherit(graph, child)

        return at_one_of(sites, rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class ChangeAttribute:
    """Give one static of one op another value: another truth, or a number next to it, half of it or twice it."""

    name: ClassVar[str] = "change_attribute"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [
            (node, name, other) for node in ops(graph) for name, value in node.attributes for other in _others(value)
        ]
        return at_one_of(sites, rng, lambda site: changed(graph, site[0], {site[1]: site[2]}), self.name)


def _others(value: Attribute) -> list[Attribute]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [*sorted({value - 1, value + 1, value // 2, 2 * value} - {value})]
    return [value / 2, 2 * value] if isinstance(value, float) else []
