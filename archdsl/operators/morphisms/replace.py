"""Sub-networks in the place of an op, which compute what it computed at first."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import CHANNELS, Graph, Node, Value
from archdsl.operators.channels import axes_between, groups_of, summed, width_of
from archdsl.operators.protocols import NoChange
from archdsl.operators.registry import register
from archdsl.operators.surgery import Surgery, part
from archdsl.operators.weight_map import Constant, Expression, Identity, Parent, Place, Scale, Take, WeightMap, moved
from archdsl.operators.widths import has_own_weights, use_of

from .protocol import Fidelity
from .sites import WINDOWED, Change, at_one_of, ops


@register
@final
@dataclass(frozen=True, slots=True)
class ReplaceBySubnet:
    """Let a layer take over what an op does: a learned number, which begins at none, says how far (NASH, IV).

    In `layer` stands `{out}` for the number of channels that the op gives; `uses` names what the layer imports.
    """

    name: ClassVar[str] = "replace_by_subnet"
    fidelity: ClassVar[Fidelity] = "exact"
    layer: str = "conv[{out}, 3] |> bn |> relu"
    uses: str = ""

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        def build(node: Node) -> Change:
            surgery, type_ = Surgery(graph), node.types[0]
            layer = self.layer.format(out=width_of(type_))
            new = part(f"x0 |> {layer}", graph.type_of(node.inputs[0]), uses=self.uses)
            address = surgery.fresh_address(node.address, self.name)
            (other,) = surgery.splice(new, node.inputs, address, node.id)
            mix = part("learned_lerp(x0, x1)", type_, type_)
            (result,) = surgery.splice(mix, [Value(node.id), other], address, other.node)
            surgery.reroute(Value(node.id), result, surgery.added)
            child = surgery.finish()
            return child, moved(graph, child, {}, rng)  # the number begins at zero

        sites = [
            node
            for node in ops(graph)
            if len(node.inputs) == len(node.types) == 1 and {graph.type_of(node.inputs[0]).kind} <= CHANNELS.keys()
        ]
        return at_one_of(sites, rng, build, self.name)


@register
@final
@dataclass(frozen=True, slots=True)
class ReplaceByStack:
    """Put a wider convolution of size 1 before an op that adds up channels (Wei et al., 2016, arXiv:1603.01670).

    It gives replicas of the channels, `factor` times as many, which the op adds up in uneven shares. An idempotent
    activation that made the input comes once more behind it.
    """

    name: ClassVar[str] = "replace_by_stack"
    fidelity: ClassVar[Fidelity] = "exact"
    factor: float = 2.0

    def apply(self, graph: Graph, rng: Random) -> tuple[Graph, WeightMap]:
        own = has_own_weights(graph)
        sites = [
            node
            for node in ops(graph, "sums_channels")
            if node.parameters in own and len(node.inputs) == 1 and groups_of(use_of(graph, node)) == 1
        ]
        return at_one_of(sites, rng, lambda node: self._at(graph, node, rng), self.name)

    def _at(self, graph: Graph, node: Node, rng: Random) -> Change:
        surgery, use, value = Surgery(graph), use_of(graph, node), node.inputs[0]
        (type_,) = use.types
        old = width_of(type_) or 0
        width = max(old + 1, round(self.factor * old))
        wider = summed(use, width)
        axes = axes_between(use.facts, wider.facts) if wider is not None else None
        if axes is None:
            raise NoChange.because(f"`{node.address}` takes no {width} channels")
        new = part(f"x0 |> conv[{width}, 1]" if type_.kind in WINDOWED else f"x0 |> linear[{width}]", type_)
        address = surgery.fresh_address(node.address, self.name)
        (result,) = surgery.splice(new, [value], address, value.node)
        maker = next((own for own in ops(graph, "idempotent") if own.id == value.node and not own.facts.weights), None)
        if maker is not None:
            result = surgery.copy(maker, [result], f"{address}.{maker.op}", result.node)
        surgery.set_inputs(node.id, [result])
        child = surgery.finish()
        sources = (*range(old), *(rng.randrange(old) for _ in range(width - old)))
        raw = [rng.uniform(0.5, 1.5) for _ in sources]
        shares = tuple(
            r / sum(q for q, other in zip(raw, sources, strict=True) if other == own)
            for r, own in zip(raw, sources, strict=True)
        )
        tensors: dict[Place, Expression] = {
            (node.parameters, name): Scale(Take(Parent(node.parameters, name), axis, sources), axis, shares)
            for name, axis in axes.items()
            if axis is not None
        }
        for made in new.operations():
            for weight in made.facts.weights or ():
                is_kernel = len(weight.shape) > 1
                square = Identity((old, old, *weight.shape[2:]))
                tensors[f"{address}.{made.parameters}", weight.name] = (
                    Take(square, 0, sources) if is_kernel else Constant(weight.shape, 0.0)
                )
        return child, moved(graph, child, tensors, rng)
