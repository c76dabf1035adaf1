"""Insertions between an op and all that read it, which change nothing at first."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Graph, Value
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery, part
from archdsl.operators.weight_map import WeightMap, moved

from .protocol import Fidelity
from .sites import WINDOWED, Change, as_identity, as_zero, at_one_of, mixing_layer, ops, values


def _insert(graph: Graph, value: Value, body: str, name: str, rng: Random) -> Change:
    """Put ops that begin as the identity behind a value."""
    surgery = Surgery(graph)
    new = part(body, graph.type_of(value))
    address = surgery.fresh_address(graph.node(value.node).address, name)
    (result,) = surgery.splice(new, [value], address, value.node)
    surgery.reroute(value, result, surgery.added)
    child = surgery.finish()
    tensors = {
        place: own
        for node in new.operations()
        for place, own in as_identity(node, f"{address}.{node.parameters}").items()
    }
    return child, moved(graph, child, tensors, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class InsertConv:
    """Insert a convolution, or a matrix product, that begins as the identity (NASH's type I)."""

    name: ClassVar[str] = "insert_conv"
    fidelity: ClassVar[Fidelity] = "exact"
    kernels: tuple[int, ...] = (1, 3)

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(value: Value) -> Change:
            layer = mixing_layer(graph.type_of(value), rng.choice(self.kernels))
            return _insert(graph, value, f"x0 |> {layer}", self.name, rng)

        return at_one_of(values(graph, *WINDOWED, "vec", "seq"), rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class InsertNorm:
    """Insert a batch norm whose running statistics begin so that it is the identity in evaluation."""

    name: ClassVar[str] = "insert_norm"
    fidelity: ClassVar[Fidelity] = "exact"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = values(graph, *WINDOWED, "vec")
        return at_one_of(sites, rng, lambda value: _insert(graph, value, "x0 |> bn", self.name, rng), self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class InsertActivation:
    """Insert an idempotent activation behind itself (NASH's type III)."""

    name: ClassVar[str] = "insert_activation"
    fidelity: ClassVar[Fidelity] = "exact"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [node for node in ops(graph, "idempotent") if len(node.types) == 1 and not node.facts.weights]
        if not sites:
            return at_one_of((), rng, lambda value: _insert(graph, value, "", self.name, rng), self.name)
        node, surgery = rng.choice(sites), Surgery(graph)
        again = surgery.copy(node, [Value(node.id)], surgery.fresh_address(node.address, node.op), node.id)
        surgery.reroute(Value(node.id), again, surgery.added)
        child = surgery.finish()
        return child, moved(graph, child, {}, rng)


def _insert_residual(graph: Graph, value: Value, layer: str, uses: str, name: str, rng: Random) -> Change:
    """Add what a layer makes of a value to it; the last op of the layer begins with weights of zero."""
    surgery = Surgery(graph)
    new = part(f"x0 |> {layer}", graph.type_of(value), uses=uses)
    (output,) = new.outputs
    last = next(node for node in new.operations() if node.id == output.value.node)
    while "linear_in_weights" not in last.facts.laws:  # reshapes stand behind it: they keep zeros
        last = next(node for node in new.operations() if node.id == last.inputs[0].node)
    address = surgery.fresh_address(graph.node(value.node).address, name)
    (result,) = surgery.splice(new, [value], address, value.node)
    total = part("x0 + x1", graph.type_of(value), graph.type_of(value))
    (result,) = surgery.splice(total, [value, result], address, result.node)
    surgery.reroute(value, result, surgery.added)
    child = surgery.finish()
    return child, moved(graph, child, as_zero(last, f"{address}.{last.parameters}"), rng)


@register
@final
@dataclass(frozen=True, slots=True)
class InsertMBConv:
    """Insert an inverted residual (`mbconv`) whose last norm begins at zero, so that its shortcut is all."""

    name: ClassVar[str] = "insert_mbconv"
    fidelity: ClassVar[Fidelity] = "exact"
    kernels: tuple[int, ...] = (3, 5)
    expansions: tuple[int, ...] = (3, 6)

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(value: Value) -> Change:
            c, kernel, expand = graph.type_of(value).dims[0], rng.choice(self.kernels), rng.choice(self.expansions)
            layer = f"mbconv[{c}, {kernel}, {expand}, residual = false]"
            return _insert_residual(graph, value, layer, "std.image: mbconv", self.name, rng)

        return at_one_of(values(graph, "image"), rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class InsertAttention:
    """Insert self-attention with a shortcut; the matrix behind it begins at zero.

    The pixels of an image are the steps that attend to each other, where there are at most `most_steps`.
    """

    name: ClassVar[str] = "insert_attention"
    fidelity: ClassVar[Fidelity] = "exact"
    heads: int = 1
    most_steps: int = 256

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(value: Value) -> Change:
            type_ = graph.type_of(value)
            *_, width = type_.dims if type_.kind == "seq" else type_.dims[:1]
            attend = f"layer_norm |> self_attention[{self.heads}, {width}, bias = false]"
            if type_.kind == "image":
                attend = f"to_seq |> {attend} |> to_image[[{type_.dims[1]}, {type_.dims[2]}]]"
            return _insert_residual(graph, value, attend, "std.transformer: self_attention", self.name, rng)

        sites = [
            value for value in values(graph, "seq", "image") if self._fits(graph.type_of(value).dims, value, graph)
        ]
        return at_one_of(sites, rng, build, self.name)

    def _fits(self, dims: tuple[int, ...], value: Value, graph: Graph) -> bool:
        """Tell whether there are steps to attend to, and features to part: of one, the norm leaves nothing."""
        steps, width = (dims[0], dims[1]) if graph.type_of(value).kind == "seq" else (dims[1] * dims[2], dims[0])
        return 2 <= steps <= self.most_steps and width >= 2 and width % self.heads == 0
