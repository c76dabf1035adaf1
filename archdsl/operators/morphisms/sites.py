"""Where a graph can be changed, and how one of the places is taken."""

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TypeVar

from archdsl.diagnostics import ArchdslError
from archdsl.ir import INPUT, Graph, Node, Type, Value
from archdsl.operators.protocols import NoChange
from archdsl.operators.weight_map import Constant, Expression, Identity, Place, WeightMap

Site = TypeVar("Site")
Change = tuple[Graph, WeightMap]

WINDOWED = ("image", "signal", "volume")
"""The kinds that windows slide over."""


def at_one_of(sites: Iterable[Site], rng: Random, build: Callable[[Site], Change], name: str) -> Change:
    """Change a graph at one of some sites, drawn uniformly among those where the change is legal.

    Raises:
        NoChange: it is so at none.
    """
    waiting = list(sites)
    rng.shuffle(waiting)
    illegal: ArchdslError | None = None
    for site in waiting:
        try:
            return build(site)
        except ArchdslError as error:  # an op cannot be what the change would make of it
            illegal = illegal or error
    notes = (f"at the first that was tried: {illegal.diagnostics[0].message}",) if illegal else ()
    raise NoChange.because(f"the graph has no place for `{name}`", *notes)


def ops(graph: Graph, *laws: str) -> Iterator[Node]:
    """Visit the ops of the outermost graph that keep some laws."""
    return (node for node in graph.nodes if isinstance(node, Node) and node.facts.laws.issuperset(laws))


def values(graph: Graph, *kinds: str) -> Iterator[Value]:
    """Visit what is of some kinds, made by a node and read by another."""
    read = {value for node in graph.nodes for value in node.inputs if value.node != INPUT}
    return (
        Value(node.id, index)
        for node in graph.nodes
        for index, type_ in enumerate(node.types)
        if type_.kind in kinds and Value(node.id, index) in read
    )


def readers(graph: Graph, value: Value) -> list[int]:
    """Give the ids of the nodes that read a value."""
    return [node.id for node in graph.nodes if value in node.inputs]


def trained(node: Node) -> list[str]:
    """Give the names of the weights of an op that are trained."""
    return [own.name for own in node.facts.weights or () if own.kind == "weight"]


def mixing_layer(type_: Type, kernel: int) -> str:
    """Give the layer that mixes the channels of a tensor and keeps its type: a convolution, or a matrix product."""
    if type_.kind in WINDOWED:
        return f"conv[{type_.dims[0]}, {kernel}]"
    return f"linear[{type_.dims[-1]}]"


def as_identity(node: Node, key: str) -> dict[Place, Expression]:
    """Give the tensors with which a convolution, a matrix product or a batch norm gives back what it takes.

    A norm begins with running statistics by which it neither moves nor scales.
    """
    values: dict[str, Expression] = {}
    for own in node.facts.weights or ():
        if own.name == "kernel":
            values[own.name] = Identity(own.shape)
        elif own.name == "var":
            eps = dict(node.attributes)["eps"]
            assert isinstance(eps, float)
            values[own.name] = Constant(own.shape, 1 - eps)
        else:
            values[own.name] = Constant(own.shape, 1.0 if own.name == "scale" else 0.0)
    return {(key, name): own for name, own in values.items()}


def as_zero(node: Node, key: str) -> dict[Place, Expression]:
    """Give the weights with which an op that is linear in them gives zeros."""
    assert "linear_in_weights" in node.facts.laws
    return {(key, own.name): Constant(own.shape, 0.0) for own in node.facts.weights or () if own.kind == "weight"}
