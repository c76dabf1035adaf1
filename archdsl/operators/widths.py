"""Which channels of a graph must change together, found from what its ops declare.

Channels that one op makes are a group; channels that meet element by element are one group. A group reaches from the
ops that make its channels to those that add them up. It is fixed, and not listed, if its channels go where nothing can
be proved of them: into an op without laws or with shared weights, or out of the graph.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import lcm
from typing import final

from archdsl.ir import INPUT, Graph, Node, SharedLayer, Type, Value

from .channels import Use, carried, groups_of, made, width_of


@final
@dataclass(frozen=True, slots=True)
class Segment:
    """All channels of a group in their order, each as a block of so many."""

    group: int
    block: int = 1


Layout = tuple[Segment, ...]


@final
@dataclass(frozen=True, slots=True)
class Group:
    """Channels that change together: how many there are, in how many parts that must stay equal, and who makes them."""

    id: int
    width: int
    parts: int
    makers: tuple[int, ...]


@final
@dataclass(frozen=True, slots=True)
class Widths:
    """The groups of a graph that can change; the layouts of the channels of values, and the widths of all groups."""

    groups: tuple[Group, ...]
    layouts: Mapping[Value, Layout]
    sizes: Mapping[int, int]


def widths_of(graph: Graph) -> Widths:
    """Find the groups of channels of a graph."""
    return _Walk(graph).result()


def use_of(graph: Graph, node: Node) -> Use:
    """Give what an op is in its place."""
    return Use(graph.ops[node.op], node.attributes, tuple(graph.type_of(value) for value in node.inputs))


def has_own_weights(graph: Graph) -> frozenset[str]:
    """Give the keys of weights that one op alone reads."""
    uses = Counter(node.parameters for node in graph.operations())
    lent = {
        node.parameters
        for node in graph.operations()
        if any(isinstance(own, SharedLayer) for _, own in node.attributes)
    }
    return frozenset(key for key, count in uses.items() if count == 1 and key not in lent)


@final
class _Walk:
    """Goes through a graph once, in its order, and joins groups."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.layouts: dict[Value, Layout] = {}
        self.sizes: list[int] = []
        self.parts: list[int] = []
        self.fixed: list[bool] = []
        self.roots: list[int] = []
        self.makers: list[set[int]] = []
        self.own = has_own_weights(graph)
        for index, port in enumerate(graph.inputs):
            self.begin(Value(INPUT, index), port.type, fixed=True)
        for node in graph.nodes:
            if not isinstance(node, Node) or not self.visit(node):
                self.fix(node.inputs)
                for index, type_ in enumerate(node.types):
                    self.begin(Value(node.id, index), type_, fixed=True)
        self.fix(output.value for output in graph.outputs)

    def begin(self, value: Value, type_: Type, *, fixed: bool, parts: int = 1, maker: int | None = None) -> None:
        """Start a group."""
        width = width_of(type_)
        if width is None:
            return
        self.roots.append(len(self.roots))
        self.sizes.append(width)
        self.parts.append(parts)
        self.fixed.append(fixed)
        self.makers.append(set() if maker is None else {maker})
        self.layouts[value] = (Segment(len(self.roots) - 1),)

    def root(self, group: int) -> int:
        """Give the group that stands for those joined with this one."""
        while self.roots[group] != group:
            group = self.roots[group]
        return group

    def fix(self, values: Iterable[Value]) -> None:
        """Let the channels of values be as they are."""
        for value in values:
            for segment in self.layouts.get(value, ()):
                self.fixed[self.root(segment.group)] = True

    def join(self, one: int, other: int) -> None:
        """Make one group of two."""
        one, other = self.root(one), self.root(other)
        if one != other:
            self.roots[other] = one
            self.parts[one] = lcm(self.parts[one], self.parts[other])
            self.fixed[one] |= self.fixed[other]
            self.makers[one] |= self.makers[other]

    def visit(self, node: Node) -> bool:
        """Lay out the results of an op; False where nothing is proved of it."""
        laws = node.facts.laws
        if node.facts.weights and node.parameters not in self.own:
            return False
        if any(value not in self.layouts for value in node.inputs) and "makes_channels" not in laws:
            return False
        if "channelwise" in laws and self.channelwise(node):
            return True
        if "joins_channels" in laws:
            self.layouts[Value(node.id)] = tuple(own for value in node.inputs for own in self.layouts[value])
            return True
        if "makes_channels" in laws or "sums_channels" in laws:
            return self.mixes(node)
        return False

    def channelwise(self, node: Node) -> bool:
        """Give the results the layout that all inputs have, in larger blocks where there are more channels."""
        use, layout = use_of(self.graph, node), self.layouts[node.inputs[0]]
        if "makes_channels" in node.facts.laws and groups_of(use) == 1:
            return False  # of one channel it makes others: that it does so from this one alone ties them to nothing
        width = width_of(use.types[0])
        shape = self.shape(layout)
        if not width or any(self.shape(self.layouts[value]) != shape for value in node.inputs):
            return False
        if any(carried(use, scale * width) is None for scale in (2, 3)):
            return False
        for value in node.inputs[1:]:
            for own, other in zip(layout, self.layouts[value], strict=True):
                self.join(own.group, other.group)
        for index, type_ in enumerate(node.types):
            scale = (width_of(type_) or 0) // width
            self.layouts[Value(node.id, index)] = tuple(Segment(own.group, own.block * scale) for own in layout)
        return True

    def shape(self, layout: Layout) -> list[tuple[int, int]]:
        """Give the width and the block of each segment."""
        return [(self.sizes[own.group], own.block) for own in layout]

    def mixes(self, node: Node) -> bool:
        """Let an op add up the channels of its input, or else fix them, and make channels of its own."""
        use = use_of(self.graph, node)
        groups = groups_of(use) if node.inputs and node.inputs[0] in self.layouts else None
        if groups is None:
            self.fix(node.inputs)
        elif groups > 1:
            layout = self.layouts[node.inputs[0]]
            if len(layout) == 1 and layout[0].block == 1:
                root = self.root(layout[0].group)
                self.parts[root] = lcm(self.parts[root], groups)
            else:
                self.fix(node.inputs)
        width = width_of(node.types[0]) or 0
        can_change = made(use, 2 * width) is not None and made(use, 3 * width) is not None
        for index, type_ in enumerate(node.types):
            self.begin(Value(node.id, index), type_, fixed=not can_change, parts=groups or 1, maker=node.id)
        return True

    def result(self) -> Widths:
        layouts = {
            value: tuple(Segment(self.root(own.group), own.block) for own in layout)
            for value, layout in self.layouts.items()
        }
        groups = tuple(
            Group(group, self.sizes[group], self.parts[group], tuple(sorted(self.makers[group])))
            for group in range(len(self.roots))
            if self.roots[group] == group and not self.fixed[group] and self.sizes[group] % self.parts[group] == 0
        )
        return Widths(groups, layouts, dict(enumerate(self.sizes)))
