"""The mutations of networks as graphs of Large-Scale Evolution (Real et al., 2017, arXiv:1703.01041).

Weights are inherited by address where they still have their shape. Where tensors that are joined no longer agree, the
first says which type they have, and the others are resized, cut or filled up with zeros.
"""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import CHANNELS, Attribute, Graph, Node, Value
from archdsl.operators.protocols import NoChange
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery, part
from archdsl.operators.weight_map import Fresh, WeightMap, inherit, tensor_shapes

from .protocol import Fidelity
from .shrink import RemoveSkip
from .sites import WINDOWED, Change, at_one_of, ops, values
from .skip import earlier


def changed(graph: Graph, node: Node, statics: dict[str, Attribute]) -> Change:
    """Give some statics of an op other values, and fit what follows."""
    surgery = Surgery(graph)
    surgery.change(node.id, statics)
    child = surgery.finish(fit=True)
    if child == graph:
        raise NoChange.because(f"`{node.address}` has these statics")
    return child, inherit(graph, child)


def _convolutions(graph: Graph, *statics: str) -> list[Node]:
    """Give the ops that sum windows and have some statics."""
    return [node for node in ops(graph, "sums_windows") if {name for name, _ in node.attributes}.issuperset(statics)]


@register
@final
@dataclass(frozen=True, slots=True)
class KeepTraining:
    """IDENTITY: the same network with its weights, to be trained further."""

    name: ClassVar[str] = "keep_training"
    fidelity: ClassVar[Fidelity] = "exact"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        return graph, inherit(graph, graph)


@register
@final
@dataclass(frozen=True, slots=True)
class ResetWeights:
    """RESET-WEIGHTS: the same network from the beginning."""

    name: ClassVar[str] = "reset_weights"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        shapes = tensor_shapes(graph)
        return graph, WeightMap({place: Fresh(place[1], shape) for place, shape in shapes.items()})


@register
@final
@dataclass(frozen=True, slots=True)
class InsertConvolution:
    """INSERT-CONVOLUTION: 3 x 3, stride 1 or 2, as many channels as come in; with batch norm and `relu`, or neither."""

    name: ClassVar[str] = "insert_convolution"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(value: Value) -> Change:
            type_ = graph.type_of(value)
            layer = f"conv[{type_.dims[0]}, 3, {rng.choice((1, 2))}]"
            new = part(f"x0 |> {layer}{' |> bn |> relu' * rng.choice((0, 1))}", type_)
            surgery = Surgery(graph)
            address = surgery.fresh_address(graph.node(value.node).address, self.name)
            (result,) = surgery.splice(new, [value], address, value.node)
            surgery.reroute(value, result, surgery.added)
            child = surgery.finish(fit=True)
            return child, inherit(graph, child)

        return at_one_of(values(graph, *WINDOWED), rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class RemoveConvolution:
    """REMOVE-CONVOLUTION: what goes into a convolution takes the place of what comes out."""

    name: ClassVar[str] = "remove_convolution"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(node: Node) -> Change:
            surgery = Surgery(graph)
            surgery.reroute(Value(node.id), node.inputs[0])
            child = surgery.finish(fit=True)
            return child, inherit(graph, child)

        return at_one_of(_convolutions(graph), rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class AlterStride:
    """ALTER-STRIDE: half or twice the stride of a convolution; strides are powers of 2."""

    name: ClassVar[str] = "alter_stride"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [
            (node, stride)
            for node in _convolutions(graph, "stride")
            for old in (dict(node.attributes)["stride"],)
            if isinstance(old, int) and old & (old - 1) == 0
            for stride in ({old // 2, old * 2} - {0})
        ]
        return at_one_of(sites, rng, lambda site: changed(graph, site[0], {"stride": site[1]}), self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class AlterNumberOfChannels:
    """ALTER-NUMBER-OF-CHANNELS: of a convolution, to a number from half to twice of what it was."""

    name: ClassVar[str] = "alter_number_of_channels"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(node: Node) -> Change:
            old = dict(node.attributes)["out"]
            assert isinstance(old, int)
            numbers = [own for own in range(max(1, old // 2), 2 * old + 1) if own != old]
            return changed(graph, node, {"out": rng.choice(numbers)})

        return at_one_of(_convolutions(graph, "out"), rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class AlterFilterSize:
    """FILTER-SIZE: of a convolution along one axis, to another odd number from half to twice of what it was."""

    name: ClassVar[str] = "alter_filter_size"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(node: Node) -> Change:
            axes = len(node.types[0].dims) - 1
            old = dict(node.attributes)["kernel"]
            sizes = [own for own in old if isinstance(own, int)] if isinstance(old, tuple) else [old] * axes
            axis = rng.randrange(axes)
            size = sizes[axis]
            assert isinstance(size, int)
            # From 1, twice which is 2, no odd number could be reached.
            sizes[axis] = rng.choice(
                [own for own in range(max(1, size // 2), max(2 * size, 3) + 1) if own % 2 and own != size]
            )
            kernel: Attribute = (
                sizes[0] if len(set(sizes)) == 1 else tuple(own for own in sizes if isinstance(own, int))
            )
            return changed(graph, node, {"kernel": kernel})

        return at_one_of(_convolutions(graph), rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class InsertOneToOne:
    """INSERT-ONE-TO-ONE: an `identity`, where later changes find a place."""

    name: ClassVar[str] = "insert_one_to_one"
    fidelity: ClassVar[Fidelity] = "exact"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(value: Value) -> Change:
            surgery = Surgery(graph)
            address = surgery.fresh_address(graph.node(value.node).address, self.name)
            (result,) = surgery.splice(part("identity(x0)", graph.type_of(value)), [value], address, value.node)
            surgery.reroute(value, result, surgery.added)
            child = surgery.finish()
            return child, inherit(graph, child)

        return at_one_of(values(graph, *CHANNELS), rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class AddSkip:
    """ADD-SKIP: an earlier tensor, fitted to a later one, is added to it."""

    name: ClassVar[str] = "add_skip"
    fidelity: ClassVar[Fidelity] = "none"

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        sites = [
            (value, other)
            for value in values(graph, *CHANNELS)
            for other in earlier(graph, value)
            if graph.type_of(other).kind == graph.type_of(value).kind
        ]

        def build(site: tuple[Value, Value]) -> Change:
            value, other = site
            surgery, type_ = Surgery(graph), graph.type_of(value)
            address = surgery.fresh_address(graph.node(value.node).address, self.name)
            (total,) = surgery.splice(part("x0 + x1", type_, type_), [value, other], address, value.node)
            surgery.reroute(value, total, surgery.added)
            child = surgery.finish(fit=True)
            return child, inherit(graph, child)

        return at_one_of(sites, rng, build, self.name)


LARGE_SCALE_EVOLUTION = (
    KeepTraining(),
    ResetWeights(),
    InsertConvolution(),
    RemoveConvolution(),
    AlterStride(),
    AlterNumberOfChannels(),
    AlterFilterSize(),
    InsertOneToOne(),
    AddSkip(),
    RemoveSkip(),
)
"""The mutations of the graph; that of the learning rate is one of a setting."""
