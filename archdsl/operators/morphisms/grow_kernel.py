"""Larger windows: zeros around a kernel change nothing where zeros stand around the input."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Graph, Node
from archdsl.operators.protocols import NoChange
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery
from archdsl.operators.weight_map import Expression, Pad, Parent, Place, WeightMap, moved
from archdsl.operators.widths import has_own_weights, use_of
from archdsl.operators.windows import grown, sees_more

from .protocol import Fidelity
from .sites import Change, at_one_of, ops


@register
@final
@dataclass(frozen=True, slots=True)
class GrowKernel:
    """Let a convolution look `by` places further on each side (Wei et al., 2016, arXiv:1603.01670)."""

    name: ClassVar[str] = "grow_kernel"
    fidelity: ClassVar[Fidelity] = "exact"
    by: int = 1

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        own = has_own_weights(graph)
        sites = [node for node in ops(graph, "sums_windows") if node.parameters in own]
        return at_one_of(sites, rng, lambda node: self._at(graph, node, rng), self.name)

    def _at(self, graph: Graph, node: Node, rng: Random) -> Change:
        use = use_of(graph, node)
        other = grown(use, self.by)
        if other is None or not sees_more(use, other):
            raise NoChange.because(f"what `{node.address}` would see further away is never there")
        surgery = Surgery(graph)
        surgery.change(node.id, dict(other.attributes))
        child = surgery.finish()
        tensors: dict[Place, Expression] = {}
        for before, after in zip(use.facts.weights or (), other.facts.weights or (), strict=True):
            expression: Expression = Parent(node.parameters, before.name)
            for axis, (size, now) in enumerate(zip(before.shape, after.shape, strict=True)):
                if now != size:
                    expression = Pad(expression, axis, (now - size) // 2, (now - size) // 2)
            tensors[node.parameters, before.name] = expression
        return child, moved(graph, child, tensors, rng)
