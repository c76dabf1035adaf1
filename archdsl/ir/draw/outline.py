"""What there is to draw: the network as boxes, and each distinct cell once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import final

from archdsl.ir.graph import AnyNode, Choose, Graph, Node, Scan, Scope, Select, Value
from archdsl.ir.guards import Takes
from archdsl.ir.ops import Attribute

from .folding import generalizes, merged
from .pictures import Box, Picture, Source
from .scopes import Group, Scopes, parts_of, plain, prefixes
from .words import TIMES


@final
@dataclass(frozen=True, slots=True)
class Outline:
    """The picture of a network, and one of each distinct cell, an inner cell after the first that uses it."""

    graph: Graph
    network: Picture
    cells: tuple[Picture, ...]


def outline(graph: Graph) -> Outline:
    """Find the boxes of a network and its distinct cells."""
    finder = _Finder(graph, [])
    network = finder.picture(graph.name, "", graph.nodes)
    order: list[int] = []
    waiting = [network]
    while waiting:
        for cell in dict.fromkeys(box.cell for box in waiting.pop(0).boxes):
            if cell is not None and cell not in order:
                order.append(cell)
                waiting.append(finder.cells[cell])
    names = [finder.cells[cell].name for cell in order]
    shown = [_told_apart(name, names[: i + 1].count(name), names.count(name)) for i, name in enumerate(names)]
    place = {cell: i for i, cell in enumerate(order)}

    def settled(picture: Picture) -> Picture:
        boxes = tuple(
            box
            if box.cell is None
            else replace(box, cell=place[box.cell], name=box.name if box.is_label else shown[place[box.cell]])
            for box in picture.boxes
        )
        return replace(picture, boxes=boxes)

    chain = settled(network)
    cells = [replace(settled(finder.cells[cell]), name=name) for cell, name in zip(order, shown, strict=True)]
    ports = _ports((chain, *cells))
    return Outline(
        graph,
        merged(chain),
        tuple(merged(replace(cell, ports=ports.get(i, ())), within=True) for i, cell in enumerate(cells)),
    )


def _told_apart(name: str, which: int, many: int) -> str:
    """Name one of many cells of one definition, by a letter, as a number could be taken for a family's."""
    if many == 1:
        return name
    return f"{name} {ascii_uppercase[which - 1] if which <= len(ascii_uppercase) else which}"


def _ports(pictures: Iterable[Picture]) -> dict[int, tuple[int, ...]]:
    """Give how many boxes before its own each input of a cell comes from, as at most of its uses.

    What a scan takes is not what the cell in it takes.
    """
    found: dict[int, Counter[tuple[int, ...]]] = {}
    for picture in pictures:
        for i, box in enumerate(picture.boxes):
            is_scan = isinstance(box.nodes[0], Scan) and box.nodes[0].address == box.address
            if box.cell is not None and not is_scan and all(source.box is not None for source in box.inputs):
                back = tuple(i - source.box for source in box.inputs if source.box is not None)
                found.setdefault(box.cell, Counter())[back] += 1
    return {cell: counts.most_common(1)[0][0] for cell, counts in found.items()}


@final
class _Finder:
    """Makes pictures, and collects the distinct cells while it does."""

    def __init__(self, graph: Graph, cells: list[Picture]) -> None:
        self.cells = cells
        self._graph = graph
        self._scopes = Scopes(graph)
        self._users: dict[Value, set[int]] = {}
        for node in graph.nodes:
            for value in node.inputs:
                self._users.setdefault(value, set()).add(node.id)
        self._outputs = {output.value for output in graph.outputs}

    def picture(self, name: str, base: str, nodes: Sequence[AnyNode]) -> Picture:
        groups = self._scopes.groups(nodes, base)
        place = {node.id: i for i, group in enumerate(groups) for node in group.nodes}
        boxes = tuple(self._box(group, base, place) for group in groups)
        results = self._leaving(nodes) if base else [output.value for output in self._graph.outputs]
        return Picture(name, base, (base,), boxes, _sources(results, place))

    def _leaving(self, nodes: Sequence[AnyNode]) -> list[Value]:
        """Give the values of these ops that others, or the outputs, need."""
        own = {node.id for node in nodes}
        values = (Value(node.id, i) for node in nodes for i in range(len(node.types)))
        return [value for value in values if value in self._outputs or self._users.get(value, own) - own]

    def _box(self, group: Group, base: str, place: Mapping[int, int]) -> Box:
        own = {node.id for node in group.nodes}
        inputs = _sources((value for node in group.nodes for value in node.inputs if value.node not in own), place)
        types = tuple(dict.fromkeys(self._graph.type_of(value) for value in self._leaving(group.nodes)))
        if group.scope is None:
            (node,) = group.nodes
            name, detail = _words(node)
            if isinstance(node, Scan):
                step = self._step(node)
                return Box(name, "cell", node.address, group.nodes, inputs, types, detail, cell=step)
            return Box(name, "op", node.address, group.nodes, inputs, types, detail)
        address, label = group.scope.address, self._label(group)
        name = label or group.scope.definition
        detail = "" if isinstance(group.nodes[0], Node) or len(group.nodes) > 1 else _words(group.nodes[0])[1]
        cell = None
        if group.scope.kind == "cell":
            cell = self._cell(self.picture(group.scope.definition, address, group.nodes))
        return Box(name, group.scope.kind, address, group.nodes, inputs, types, detail, bool(label), cell)

    def _label(self, group: Group) -> str:
        """Give the label that all ops of a use stand under: a part of their addresses that names no definition."""
        assert group.scope is not None
        if group.scope.kind == "cell":
            return ""
        depth = len(parts_of(group.scope.address))
        labels = {parts_of(node.address)[depth : depth + 1] for node in group.nodes}
        if len(labels) != 1 or any(len(parts_of(node.address)) < depth + 2 for node in group.nodes):
            return ""
        inside = prefixes(group.nodes[0].address)[depth]
        return "" if inside in self._scopes.by_address else plain_label(parts_of(inside)[-1])

    def _step(self, scan: Scan) -> int:
        """Find the picture of what a scan runs: the use of a definition, if that is all of the step."""
        inside = f"{scan.address}."
        nodes = scan.region.nodes
        whole = [
            scope
            for scope in self._graph.scopes
            if scope.address.startswith(inside) and all(scope.address in prefixes(node.address) for node in nodes)
        ]
        outermost = min(whole, key=lambda scope: len(scope.address), default=Scope(scan.address, "step", "block"))
        finder = _Finder(replace(scan.region, scopes=self._graph.scopes), self.cells)
        return self._cell(finder.picture(outermost.definition, outermost.address, nodes))

    def _cell(self, picture: Picture) -> int:
        """Find a cell among those known, by its structure; the most general use stands for all of them."""
        for i, known in enumerate(self.cells):
            if generalizes(known, picture):
                self.cells[i] = replace(known, uses=(*known.uses, *picture.uses))
                return i
            if generalizes(picture, known):
                self.cells[i] = replace(picture, uses=(*known.uses, *picture.uses))
                return i
        self.cells.append(picture)
        return len(self.cells) - 1


def plain_label(part: str) -> str:
    """Give a label without the index of the element it was chosen for; its own brackets stay."""
    return part.partition("@")[0].partition("#")[0] if '"' not in part else part


def _sources(values: Iterable[Value], place: Mapping[int, int]) -> tuple[Source, ...]:
    return tuple(Source(place.get(value.node), value) for value in dict.fromkeys(values))


def _words(node: AnyNode) -> tuple[str, str]:
    """Name an op in a picture: with its kernel and its stride, where it has them."""
    match node:
        case Choose(table=table):
            return plain(parts_of(node.address)[-1]) or "choose", f"1 of {len(table)}"
        case Select(guards=(Takes(low=low, high=high), *_)):
            return "choose", f"{low if low == high else f'{low} to {high}'} of {len(node.guards)}"
        case Select():
            return "choose", f"some of {len(node.guards)}"
        case Scan(steps=1):
            return "scan", "1 step"
        case Scan(steps=steps):
            return "scan", f"{steps} steps"
    attributes = dict(node.attributes)
    kernel, stride = attributes.get("kernel"), attributes.get("stride", 1)
    name = node.op + (f" {_size(kernel, node.facts.kind)}" if kernel is not None else "")
    return name + (
        f" /{_size(stride, node.facts.kind) if isinstance(stride, tuple) else stride}"
        if stride not in (1, (1,), (1, 1), (1, 1, 1))
        else ""
    ), ""


def _size(value: Attribute, kind: str) -> str:
    axes = {"signal": 1, "volume": 3}.get(kind, 2)
    sides = value if isinstance(value, tuple) else (value,) * axes
    return TIMES.join(map(str, sides))
