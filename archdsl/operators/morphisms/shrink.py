"""The approximate operators of LEMONADE (Elsken et al., 2019, arXiv:1804.09081): smaller nets that inherit the rest."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Graph, Node, Value
from archdsl.operators.channels import groups_of, width_of
from archdsl.operators.registry import register
from archdsl.operators.rewidth import in_parts, rewidth
from archdsl.operators.surgery import Surgery
from archdsl.operators.weight_map import Expression, Factor, Parent, Place, WeightMap, inherit, moved
from archdsl.operators.widths import Group, has_own_weights, use_of, widths_of

from .protocol import Fidelity
from .sites import Change, at_one_of, ops, trained


@register
@final
@dataclass(frozen=True, slots=True)
class Prune:
    """Remove one of `fractions` of the channels of a group, drawn at random; all that see them follow."""

    name: ClassVar[str] = "prune"
    fidelity: ClassVar[Fidelity] = "approximate"
    fractions: tuple[float, ...] = (0.5, 0.25)

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        widths = widths_of(graph)

        def build(group: Group) -> Change:
            size = group.width // group.parts
            fewer = min(size - 1, max(1, round(size * rng.choice(self.fractions))))
            kept = sorted(rng.sample(range(size), size - fewer))
            return rewidth(graph, widths, group, in_parts(group, kept, [1.0] * len(kept)), rng)

        return at_one_of([own for own in widths.groups if own.width > own.parts], rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class RemoveLayer:
    """Remove an op with weights that gives what it takes in type, and let what it takes pass."""

    name: ClassVar[str] = "remove_layer"
    fidelity: ClassVar[Fidelity] = "approximate"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [node for node in removable(graph) if trained(node)]
        return at_one_of(sites, rng, lambda node: without(graph, node), self.name)


def removable(graph: Graph) -> list[Node]:
    """Give the ops that take one tensor and give one of its type."""
    return [
        node
        for node in ops(graph)
        if len(node.inputs) == len(node.types) == 1 and graph.type_of(node.inputs[0]) == node.types[0]
    ]


def without(graph: Graph, node: Node) -> Change:
    """Let what an op takes pass in its place."""
    surgery = Surgery(graph)
    surgery.reroute(Value(node.id), node.inputs[0])
    child = surgery.finish()
    return child, inherit(graph, child)


@register
@final
@dataclass(frozen=True, slots=True)
class RemoveSkip:
    """Take one operand out of a sum of several; where one is left, it stands for the sum."""

    name: ClassVar[str] = "remove_skip"
    fidelity: ClassVar[Fidelity] = "approximate"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [
            (node, place)
            for node in ops(graph, "skips_zero")
            if len(node.inputs) > 1
            for place in range(len(node.inputs))
        ]

        def build(site: tuple[Node, int]) -> Change:
            node, place = site
            surgery, rest = Surgery(graph), [own for i, own in enumerate(node.inputs) if i != place]
            surgery.set_inputs(node.id, rest)
            if len(rest) == 1 and "identity" in node.facts.laws:
                surgery.reroute(Value(node.id), rest[0])
            child = surgery.finish()
            return child, inherit(graph, child)

        return at_one_of(sites, rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class ToSeparable:
    """Replace a convolution by a window for each channel and a mix of the channels, the nearest to its kernel."""

    name: ClassVar[str] = "to_separable"
    fidelity: ClassVar[Fidelity] = "approximate"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        own = has_own_weights(graph)
        sites = [
            node
            for node in ops(graph, "sums_windows", "sums_channels")
            if node.parameters in own and groups_of(use_of(graph, node)) == 1 and node.op == "conv"
        ]
        return at_one_of(
            [node for node in sites if self._saves(node)], rng, lambda node: self._at(graph, node, rng), self.name
        )

    def _saves(self, node: Node) -> bool:
        """Tell whether the two have fewer weights than the one."""
        out, c, *window = next(own.shape for own in node.facts.weights or () if own.name == "kernel")
        places = 1
        for size in window:
            places *= size
        return c * places + out * c < out * c * places and c > 1

    def _at(self, graph: Graph, node: Node, rng: Random) -> Change:
        surgery = Surgery(graph)
        width = width_of(graph.type_of(node.inputs[0])) or 0
        address = surgery.fresh_address(node.address, self.name)
        windows = surgery.copy(node, node.inputs, f"{address}.depthwise", node.id)
        surgery.change(windows.node, {"out": width, "groups": width, "bias": False})
        mix = surgery.copy(node, [windows], f"{address}.pointwise", windows.node)
        surgery.change(mix.node, {"kernel": 1, "stride": 1, "dilation": 1, "pad": "same"})
        surgery.reroute(Value(node.id), mix)
        child = surgery.finish()
        kernel = Parent(node.parameters, "kernel")
        tensors: dict[Place, Expression] = {
            (f"{address}.depthwise", "kernel"): Factor(kernel, depthwise=True),
            (f"{address}.pointwise", "kernel"): Factor(kernel, depthwise=False),
        }
        if dict(node.attributes)["bias"]:
            tensors[f"{address}.pointwise", "bias"] = Parent(node.parameters, "bias")
        return child, moved(graph, child, tensors, rng)
