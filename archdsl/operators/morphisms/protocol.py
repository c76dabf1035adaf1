"""What a morphism is: a change of a graph that says where the weights of the new one come from."""

from random import Random
from typing import ClassVar, Literal, Protocol

from archdsl.ir import Graph
from archdsl.operators.weight_map import WeightMap

Fidelity = Literal["exact", "approximate", "none"]


class Morphism(Protocol):
    """Changes a graph and carries its weights over; deterministic in `rng`, and never in place.

    `fidelity` says what becomes of the function, in evaluation: an `exact` one keeps it, an `approximate` one starts
    near to it, and of `none` nothing is known but that weights are inherited. An exact one finds only places where it
    is exact.
    """

    name: ClassVar[str]
    fidelity: ClassVar[Fidelity]

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        """Give the changed graph and the map of its weights.

        Raises:
            NoChange: the graph has no place for it.
        """
        ...
