"""Skip connections that count for nothing at first."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import CHANNELS, INPUT, Graph, Node, Value
from archdsl.operators.channels import axes_between, groups_of, summed, width_of, with_width
from archdsl.operators.protocols import NoChange
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery, part
from archdsl.operators.weight_map import Expression, Pad, Parent, Place, WeightMap, moved
from archdsl.operators.widths import has_own_weights, use_of

from .protocol import Fidelity
from .sites import Change, at_one_of, ops, values


def earlier(graph: Graph, value: Value) -> list[Value]:
    """Give all values that exist when a value is made and do not depend on it."""
    found = [Value(INPUT, index) for index in range(len(graph.inputs))]
    for node in graph.nodes:
        if node.id == value.node:
            break
        found += [Value(node.id, index) for index in range(len(node.types))]
    return found


@register
@final
@dataclass(frozen=True, slots=True)
class SkipByAddition:
    """Mix an earlier tensor of the same type into a later one, by a learned number that begins at none (NASH, IV)."""

    name: ClassVar[str] = "skip_by_addition"
    fidelity: ClassVar[Fidelity] = "exact"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [
            (value, other)
            for value in values(graph, *CHANNELS)
            for other in earlier(graph, value)
            if graph.type_of(other) == graph.type_of(value)
        ]

        def build(site: tuple[Value, Value]) -> Change:
            value, other = site
            surgery, type_ = Surgery(graph), graph.type_of(value)
            address = surgery.fresh_address(graph.node(value.node).address, self.name)
            new = part("learned_lerp(x0, x1)", type_, type_)
            (result,) = surgery.splice(new, [value, other], address, value.node)
            surgery.reroute(value, result, surgery.added)
            child = surgery.finish()
            return child, moved(graph, child, {}, rng)  # the number begins at zero

        return at_one_of(sites, rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class SkipByConcatenation:
    """Let an op that adds up channels read those of an earlier tensor, too; their weights begin at zero (NASH, II)."""

    name: ClassVar[str] = "skip_by_concatenation"
    fidelity: ClassVar[Fidelity] = "exact"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        own = has_own_weights(graph)
        sites = [
            (node, other)
            for node in ops(graph, "sums_channels")
            if node.parameters in own and len(node.inputs) == 1 and groups_of(use_of(graph, node)) == 1
            for other in earlier(graph, node.inputs[0])
            if self._fits(graph, node, other)
        ]
        return at_one_of(sites, rng, lambda site: self._at(graph, *site, rng), self.name)

    def _fits(self, graph: Graph, node: Node, other: Value) -> bool:
        """Tell whether two tensors differ in their channels alone."""
        type_, given = graph.type_of(node.inputs[0]), graph.type_of(other)
        return type_.kind == given.kind and with_width(type_, width_of(given) or 0) == given

    def _at(self, graph: Graph, node: Node, other: Value, rng: Random) -> Change:
        use, value = use_of(graph, node), node.inputs[0]
        (type_,), more = use.types, graph.type_of(other)
        width = width_of(type_) or 0
        wider = summed(use, width + (width_of(more) or 0))
        axes = axes_between(use.facts, wider.facts) if wider is not None else None
        if axes is None:
            raise NoChange.because(f"`{node.address}` takes no more channels")
        surgery = Surgery(graph)
        address = surgery.fresh_address(node.address, self.name)
        (joined,) = surgery.splice(part("concat(x0, x1)", type_, more), [value, other], address, value.node)
        surgery.set_inputs(node.id, [joined])
        child = surgery.finish()
        tensors: dict[Place, Expression] = {
            (node.parameters, name): Pad(Parent(node.parameters, name), axis, 0, width_of(more) or 0)
            for name, axis in axes.items()
            if axis is not None
        }
        return child, moved(graph, child, tensors, rng)
