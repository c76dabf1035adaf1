"""Morphisms that are wrong, each in one way, beside the law that tells."""

from collections.abc import Callable
from random import Random
from typing import ClassVar

from archdsl.ir import Graph
from archdsl.operators import NoChange, WeightMap, inherit
from archdsl.operators.morphisms import Deepen, Fidelity, Widen, WidenWithNew
from archdsl.operators.weight_map import (
    Constant,
    Expression,
    Fresh,
    Identity,
    Normal,
    Parent,
    Scale,
    map_operands,
    shape_of,
    tensor_shapes,
)
from archdsl.testing import morphism as laws
from archdsl.testing import operating

RIGHT = WidenWithNew()


class Morphing:
    """A morphism by what it does to a graph."""

    name: ClassVar[str] = "morphing"
    fidelity: ClassVar[Fidelity] = "exact"

    def __init__(self, apply: Callable[[Graph, Random], tuple[Graph, WeightMap]]) -> None:
        self.__name__ = apply.__name__
        self._apply = apply

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        return self._apply(graph, rng)


def exchanged(weight_map: WeightMap, change: Callable[[Expression], Expression]) -> WeightMap:
    """Give a map with all its expressions changed, the inner ones first."""

    def deep(expression: Expression) -> Expression:
        return change(map_operands(expression, deep))

    return WeightMap({place: deep(own) for place, own in weight_map.tensors.items()}, weight_map.carried)


def begins_with_any_kernel(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    child, weight_map = Deepen().apply(graph, rng)

    def change(own: Expression) -> Expression:
        return Fresh("kernel", own.shape) if isinstance(own, Identity) else own

    return child, exchanged(weight_map, change)


def forgets_to_divide(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    """Widens, and leaves the weights that read the copies as they were."""
    child, weight_map = Widen().apply(graph, rng)
    return child, exchanged(weight_map, lambda own: own.of if isinstance(own, Scale) else own)


def drops_a_copy(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    """Draws one tensor anew that was to be copied."""
    child, weight_map = RIGHT.apply(graph, rng)
    known = tensor_shapes(graph)
    tensors = dict(weight_map.tensors)
    place = next(own for own, expression in tensors.items() if isinstance(expression, Parent))
    tensors[place] = Normal(shape_of(tensors[place], known.__getitem__), 1.0, 0)
    return child, WeightMap(tensors, weight_map.carried)


def leaves_a_tensor_out(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    child, weight_map = RIGHT.apply(graph, rng)
    return child, WeightMap(dict([*weight_map.tensors.items()][1:]), weight_map.carried)


def begins_with_zeros(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    """Inserts a layer whose two convolutions both begin as zeros, so that neither has a gradient."""
    from archdsl.operators.morphisms import InsertMBConv

    child, weight_map = InsertMBConv().apply(graph, rng)

    def change(own: Expression) -> Expression:
        return Constant(own.shape, 0.0) if isinstance(own, Normal) else own

    return child, exchanged(weight_map, change)


def draws_from_the_system(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    return RIGHT.apply(graph, Random())


def draws_nothing(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    return RIGHT.apply(graph, Random(0))


def finds_no_place(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    raise NoChange.because("nothing fits")


def changes_nothing(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    rng.random()
    return graph, inherit(graph, graph)


def renames_its_graph(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    child, weight_map = RIGHT.apply(graph, rng)
    object.__setattr__(graph, "name", f"{graph.name}_")
    return child, weight_map


def gives_the_old_graph(graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
    _, weight_map = RIGHT.apply(graph, rng)
    return graph, weight_map


MORPHISMS: list[tuple[Morphing, str]] = [
    (Morphing(begins_with_any_kernel), laws.FUNCTION),
    (Morphing(forgets_to_divide), laws.FUNCTION),
    (Morphing(drops_a_copy), laws.FUNCTION),
    (Morphing(leaves_a_tensor_out), laws.FIT),
    (Morphing(gives_the_old_graph), laws.FIT),
    (Morphing(begins_with_zeros), laws.LEARNING),
    (Morphing(draws_from_the_system), operating.DETERMINISM),
    (Morphing(draws_nothing), operating.CHANCE),
    (Morphing(finds_no_place), laws.SITES),
    (Morphing(changes_nothing), laws.EFFECT),
    (Morphing(renames_its_graph), operating.PURITY),
]
"""Each with the law that it breaks."""
