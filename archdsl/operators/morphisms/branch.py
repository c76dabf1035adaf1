"""Branches: an op that is linear in its weights becomes several, side by side, that add up to it."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Graph, Node, Value
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery, part
from archdsl.operators.weight_map import Expression, Parent, Place, Sum, WeightMap, initial, moved
from archdsl.operators.widths import has_own_weights

from .protocol import Fidelity
from .sites import Change, at_one_of, ops


@register
@final
@dataclass(frozen=True, slots=True)
class Branch:
    """Put `more` ops of the same kind beside one, with weights of their own; it gives up what they add.

    Parallel subnet morphism (Wei et al., 2016, arXiv:1603.01670).
    """

    name: ClassVar[str] = "branch"
    fidelity: ClassVar[Fidelity] = "exact"
    more: int = 1

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        own = has_own_weights(graph)
        sites = [
            node
            for node in ops(graph, "linear_in_weights")
            if node.parameters in own
            and all(weight.kind == "weight" for weight in node.facts.weights or ())
            and len(node.types) == 1
        ]
        return at_one_of(sites, rng, lambda node: self._at(graph, node, rng), self.name)

    def _at(self, graph: Graph, node: Node, rng: Random) -> Change:
        surgery, type_ = Surgery(graph), node.types[0]
        address = surgery.fresh_address(node.address, self.name)
        tensors: dict[Place, Expression] = {}
        results, keys = [Value(node.id)], []
        for index in range(1, self.more + 1):
            keys.append(f"{address}.{node.op}#{index}")
            results.append(surgery.copy(node, node.inputs, keys[-1], results[-1].node))
        for weight in node.facts.weights or ():
            rest: list[tuple[float, Expression]] = [(1.0, Parent(node.parameters, weight.name))]
            for key in keys:
                drawn = initial(weight.name, weight.shape, rng.getrandbits(32))
                tensors[key, weight.name] = drawn
                rest.append((-1.0, drawn))
            tensors[node.parameters, weight.name] = Sum(tuple(rest))
        names = ", ".join(f"x{index}" for index in range(len(results)))
        total = part(f"sum([{names}])", *(type_ for _ in results))
        (result,) = surgery.splice(total, results, address, results[-1].node)
        surgery.reroute(Value(node.id), result, surgery.added)
        child = surgery.finish()
        return child, moved(graph, child, tensors, rng)
