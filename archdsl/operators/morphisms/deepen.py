"""Deepening: a layer that gives back what it sees, behind an activation that changes nothing a second time."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Graph, Node, Value
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery, part
from archdsl.operators.weight_map import WeightMap, moved

from .protocol import Fidelity
from .sites import WINDOWED, Change, as_identity, at_one_of, mixing_layer, ops


@register
@final
@dataclass(frozen=True, slots=True)
class Deepen:
    """Net2Deeper (Chen et al., 2016, arXiv:1511.05641), and with `norm` the deepening of LEMONADE and NASH.

    Behind an activation that is idempotent comes a convolution of one of `kernels`, or a matrix product, that begins as
    the identity, its norm, and the same activation again.
    """

    name: ClassVar[str] = "deepen"
    fidelity: ClassVar[Fidelity] = "exact"
    kernels: tuple[int, ...] = (3,)
    norm: bool = False

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        kinds = (*WINDOWED, "vec") if self.norm else (*WINDOWED, "vec", "seq")
        sites = [node for node in ops(graph, "idempotent") if len(node.types) == 1 and node.types[0].kind in kinds]
        return at_one_of(sites, rng, lambda node: self._behind(graph, node, rng), self.name)

    def _behind(self, graph: Graph, node: Node, rng: Random) -> Change:
        surgery, type_ = Surgery(graph), node.types[0]
        layer = mixing_layer(type_, rng.choice(self.kernels))
        new = part(f"x0 |> {layer} |> bn" if self.norm else f"x0 |> {layer}", type_)
        address = surgery.fresh_address(node.address, self.name)
        (value,) = surgery.splice(new, [Value(node.id)], address, node.id)
        again = surgery.copy(node, [value], f"{address}.{node.op}", value.node)
        surgery.reroute(Value(node.id), again, surgery.added)
        child = surgery.finish()
        tensors = {
            place: own
            for made in new.operations()
            for place, own in as_identity(made, f"{address}.{made.parameters}").items()
        }
        return child, moved(graph, child, tensors, rng)
