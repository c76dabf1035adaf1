"""How a group of channels changes: replicas, new ones and fewer, through all ops that see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import final

from archdsl.ir import Graph, Node, Value, Weight

from .channels import axes_between, carried, groups_of, made, summed, width_of
from .protocols import NoChange
from .surgery import Surgery
from .weight_map import Expression, Join, Noisy, Parent, Place, Scale, Shape, Take, WeightMap, initial, moved
from .widths import Group, Layout, Widths, use_of

NEW = -1
"""The source of a channel that was not there before."""


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """The channels that a group shall have: the old one that each comes from, and its share where they are added up.

    The channels of each of the group's parts stand together, and are treated like those of the first part.
    """

    sources: tuple[int, ...]
    shares: tuple[float, ...]

    @property
    def width(self) -> int:
        """The number of channels."""
        return len(self.sources)


def in_parts(group: Group, sources: Sequence[int], shares: Sequence[float]) -> Plan:
    """Give the plan that treats each part of a group as `sources` and `shares` say of the first."""
    size = group.width // group.parts
    every = [own if own == NEW else part * size + own for part in range(group.parts) for own in sources]
    return Plan(tuple(every), tuple(shares) * group.parts)


def rewidth(
    graph: Graph, widths: Widths, group: Group, plan: Plan, rng: Random, *, noise: float = 0.0
) -> tuple[Graph, WeightMap]:
    """Give a graph in which one group has other channels, and where its weights come from.

    What new channels need is drawn from `rng`, and so is the noise on what makes replicas. The function is kept if each
    old channel is there, the shares of its replicas sum to 1, and those of new channels are 0.

    Raises:
        NoChange: an op is illegal at this width.
    """
    change = _Change(graph, widths, group, plan, rng, noise)
    for node in graph.nodes:
        if isinstance(node, Node):
            change.visit(node)
    child = change.surgery.finish()
    return child, moved(graph, child, change.tensors, rng)


@final
class _Change:
    def __init__(self, graph: Graph, widths: Widths, group: Group, plan: Plan, rng: Random, noise: float) -> None:
        self.graph = graph
        self.layouts = widths.layouts
        self.sizes = widths.sizes
        self.group = group
        self.plan = plan
        self.rng = rng
        self.noise = noise
        self.surgery = Surgery(graph)
        self.tensors: dict[Place, Expression] = {}
        self.shapes: dict[Place, Shape] = {}

    def meets(self, value: Value) -> bool:
        """Tell whether a value has channels of the group."""
        return any(own.group == self.group.id for own in self.layouts.get(value, ()))

    def visit(self, node: Node) -> None:
        """Change an op where it sees the group."""
        reads = bool(node.inputs) and self.meets(node.inputs[0])
        if node.id in self.group.makers:
            self.remake(node)
        if reads and self.is_carried(node):
            self.carry(node)
        elif reads and "sums_channels" in node.facts.laws:
            self.share(node)

    def is_carried(self, node: Node) -> bool:
        """Tell whether the channels of an op's results are those of its inputs, one by one."""
        return "channelwise" in node.facts.laws and self.meets(Value(node.id)) and node.id not in self.group.makers

    def remake(self, node: Node) -> None:
        """Let a maker make the channels."""
        use = use_of(self.graph, node)
        other, probe = made(use, self.plan.width), made(use, 2 * self.group.width)
        if other is None or probe is None:
            raise NoChange.because(f"`{node.address}` makes no {self.plan.width} channels")
        self.surgery.change(node.id, dict(other.attributes))
        axes = axes_between(use.facts, probe.facts) or {}
        for weight in node.facts.weights or ():
            axis = axes[weight.name]
            self.take(node, weight, axis, self.plan.sources)
            if self.noise and axis is not None:
                self.shake((node.parameters, weight.name), axis)

    def shake(self, place: Place, axis: int) -> None:
        """Add noise to all replicas but the first of each."""
        of, sources = self.tensors[place], self.plan.sources
        noisy = Noisy(of, self.noise, self.rng.getrandbits(32))
        is_replica = [own in sources[:i] for i, own in enumerate(sources)]
        indices = tuple(i + len(sources) * again for i, again in enumerate(is_replica))
        self.tensors[place] = Take(Join((of, noisy), axis), axis, indices)

    def carry(self, node: Node) -> None:
        """Let a channelwise op follow."""
        use = use_of(self.graph, node)
        width = width_of(use.types[0]) or 0
        places, _ = self.spread(self.layouts[node.inputs[0]])
        other, probe = carried(use, len(places)), carried(use, 2 * width)
        if other is None or probe is None:
            raise NoChange.because(f"`{node.address}` takes no {len(places)} channels")
        self.surgery.change(node.id, dict(other.attributes))
        axes = axes_between(use.facts, probe.facts) or {}
        for weight in node.facts.weights or ():
            axis = axes[weight.name]
            block = 1 if axis is None else weight.shape[axis] // width
            self.take(node, weight, axis, in_blocks(places, block))

    def share(self, node: Node) -> None:
        """Let a reader add up the channels, each by its share."""
        use = use_of(self.graph, node)
        width, groups = width_of(use.types[0]) or 0, groups_of(use) or 1
        places, shares = self.spread(self.layouts[node.inputs[0]])
        probe = summed(use, 2 * width)
        if probe is None or summed(use, len(places)) is None:
            raise NoChange.because(f"`{node.address}` takes no {len(places)} channels")
        axes = axes_between(use.facts, probe.facts) or {}
        size = len(places) // groups
        for weight in node.facts.weights or ():
            axis = axes[weight.name]
            if axis is not None:
                self.take(node, weight, axis, places[:size], shares[:size])

    def spread(self, layout: Layout) -> tuple[tuple[int, ...], tuple[float, ...]]:
        """Give for each channel of a changed layout the old one that it comes from, and its share."""
        places: list[int] = []
        shares: list[float] = []
        start = 0
        for segment in layout:
            is_ours = segment.group == self.group.id
            width = self.group.width if is_ours else self.sizes[segment.group]
            sources = self.plan.sources if is_ours else tuple(range(width))
            places += [own if own == NEW else start + own for own in in_blocks(sources, segment.block)]
            own_shares = self.plan.shares if is_ours else (1.0,) * width
            shares += [share for share in own_shares for _ in range(segment.block)]
            start += width * segment.block
        return tuple(places), tuple(shares)

    def take(
        self, node: Node, weight: Weight, axis: int | None, sources: tuple[int, ...], shares: tuple[float, ...] = ()
    ) -> None:
        """Say where a tensor comes from: channels taken along an axis; new ones are drawn, or zeros by their share.

        An op that makes channels and reads them, of the same group or not, is met twice.
        """
        place = (node.parameters, weight.name)
        of = self.tensors.get(place, Parent(*place))
        if axis is None:
            self.tensors[place] = of
            return
        shape = self.shapes.get(place, weight.shape)
        if NEW in sources and not shares:
            count = sources.count(NEW)
            fresh = iter(range(shape[axis], shape[axis] + count))
            new = initial(weight.name, (*shape[:axis], count, *shape[axis + 1 :]), self.rng.getrandbits(32))
            of = Join((of, new), axis)
            sources = tuple(next(fresh) if own == NEW else own for own in sources)
        taken: Expression = Take(of, axis, tuple(max(own, 0) for own in sources))
        if any(share != 1 for share in shares):
            taken = Scale(taken, axis, shares)
        self.tensors[place] = taken
        self.shapes[place] = (*shape[:axis], len(sources), *shape[axis + 1 :])


def in_blocks(sources: Sequence[int], block: int) -> tuple[int, ...]:
    """Give the places of channels where each is a block of so many."""
    return tuple(own if own == NEW else own * block + i for own in sources for i in range(block))
