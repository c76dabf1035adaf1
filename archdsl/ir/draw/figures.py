"""From pictures to figures: what is drawn, in which shape and color, before it has a place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, final

from archdsl.ir.graph import Node, Value
from archdsl.ir.ops import Weight
from archdsl.ir.types import Type

from .costs import amount, costs_of
from .folding import element_of
from .outline import Outline
from .pictures import Box, Picture, Source
from .scopes import plain
from .words import MINUS, TIMES

Shape = Literal["box", "port", "node", "type"]


@final
@dataclass(frozen=True, slots=True)
class Vertex:
    """What is drawn in one place: `below` stands smaller behind the text, `detail` under it, `hint` in a tooltip."""

    text: str
    shape: Shape
    detail: str = ""
    below: str = ""
    color: str = ""
    hint: str = ""


@final
@dataclass(slots=True)
class Figure:
    """Vertices in topological order and the edges between them, each once; `first` and `last` are its ports."""

    title: str
    note: str
    color: str = ""
    vertices: list[Vertex] = field(default_factory=list)
    edges: dict[tuple[int, int], None] = field(default_factory=dict)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)

    def add(self, vertex: Vertex, sources: Iterable[int] = ()) -> int:
        """Add a vertex behind those that it takes from."""
        self.vertices.append(vertex)
        place = len(self.vertices) - 1
        self.edges.update(((source, place), None) for source in sources)
        return place


def type_text(type_: Type) -> str:
    """Write a type as short as a picture needs it.

    >>> type_text(Type("vec", (10,)))
    'vec 10'
    """
    dims = TIMES.join(map(str, type_.dims))
    return dims if type_.kind == "image" else f"{type_.kind} {dims}"


def network_figure(outline: Outline) -> Figure:
    """Draw a network as the chain of its cells, blocks and ops; types stand on the edges where they change."""
    graph, picture = outline.graph, outline.network
    figure = Figure(graph.name, f"{amount(graph.params)} params · {amount(graph.macs)} MACs")
    types: dict[tuple[int, Type], int] = {}
    inputs = [figure.add(Vertex(port.name, "port", hint=str(port.type))) for port in graph.inputs]
    figure.first.extend(inputs)
    places: list[int] = []

    def reached(source: Source) -> int:
        """Give the vertex from which an edge for a value starts: its box, or its type where that is a new one."""
        type_ = graph.type_of(source.value)
        start = inputs[source.value.index] if source.box is None else places[source.box]
        if source.box is not None:
            taken = {graph.type_of(own.value) for own in picture.boxes[source.box].inputs}
            if type_ in taken:
                return start
        if (start, type_) not in types:
            types[start, type_] = figure.add(Vertex(type_text(type_), "type", hint=str(type_)), [start])
        return types[start, type_]

    for box in picture.boxes:
        params, _ = costs_of(box.nodes)
        notes = [f"{TIMES}{box.count}"] * (box.count > 1) + [box.detail] * bool(box.detail)
        notes += [f"{amount(params)} params"] * (params != 0)
        color = _color(box) if box.is_label or box.cell is not None else ""
        vertex = Vertex(box.name, "box", " · ".join(notes), color=color, hint=_hint(box))
        places.append(figure.add(vertex, [reached(source) for source in box.inputs]))
    results = [output for output in graph.outputs if not output.auxiliary]
    for output, source in zip(graph.outputs, _each(outline), strict=True):
        text = output.name or ("output" if len(results) == 1 else f"output {results.index(output) + 1}")
        figure.last.append(figure.add(Vertex(text, "port", hint=str(graph.type_of(output.value))), [reached(source)]))
    return figure


def _each(outline: Outline) -> list[Source]:
    """Give the source of each output; a value may be put out twice."""
    place = {node.id: i for i, box in enumerate(outline.network.boxes) for node in box.nodes}
    return [Source(place.get(output.value.node), output.value) for output in outline.graph.outputs]


def cell_figure(outline: Outline, index: int) -> Figure:
    """Draw a cell as papers do: its inputs, the nodes of its lists as numbers, ops as labelled boxes between them."""
    picture = outline.cells[index]
    uses = len(picture.uses)
    figure = Figure(picture.name, f"cell {TIMES}{uses}" if uses > 1 else "cell", _cell_color(picture.name))
    shown = _Cell(picture, figure)
    shown.draw()
    return figure


@final
class _Cell:
    def __init__(self, picture: Picture, figure: Figure) -> None:
        self.picture = picture
        self.figure = figure
        self.base = picture.address
        self.elements = [element_of(box, self.base) for box in picture.boxes]
        self.sinks = self._sinks()
        lists = {plain(element) for element in self.elements if element}
        self.prefix = {name: "" if len(lists) == 1 else name for name in lists}
        self.ports: dict[Value, int] = {}
        self.places: dict[int, int] = {}
        self.inner: dict[int, int] = {}

    def draw(self) -> None:
        folded = self._ports()
        final_join = self._final_join()
        for i, box in enumerate(self.picture.boxes):
            if i in folded:
                self.places[i] = self.ports[box.inputs[0].value]
            elif i == final_join:
                text, below = self._output_words()
                vertex = Vertex(text, "port", box.name, below, hint=_hint(box))
                self.figure.last.append(self.figure.add(vertex, self._starts(box.inputs, i)))
            elif i in self.sinks and _is_join(box):
                detail = "" if box.name == "add" else box.name
                self.places[i] = self.figure.add(self._node(i, detail, _hint(box)), self._starts(box.inputs, i))
            else:
                color = _cell_color(box.name) if box.kind == "cell" else _color(box)
                notes = [f"{TIMES}{box.count}"] * (box.count > 1) + [box.detail] * bool(box.detail)
                vertex = Vertex(box.name, "box", " · ".join(notes), color=color, hint=_hint(box))
                self.places[i] = self.figure.add(vertex, self._starts(box.inputs, i))
                if i in self.sinks:
                    self.inner[i] = self.places[i]
                    self.places[i] = self.figure.add(self._node(i, "", ""), [self.places[i]])
        if final_join is None:
            for i, result in enumerate(self.picture.results):
                text, below = self._output_words()
                text = text if len(self.picture.results) == 1 else f"output {i + 1}"
                vertex = Vertex(text, "port", below=below)
                self.figure.last.append(self.figure.add(vertex, self._starts([result], None)))

    def _starts(self, sources: Sequence[Source], target: int | None) -> list[int]:
        starts = []
        for source in sources:
            if source.box is None:
                starts.append(self.ports[source.value])
            elif target is not None and self.elements[source.box] == self.elements[target]:
                starts.append(self.inner.get(source.box, self.places[source.box]))
            else:
                starts.append(self.places[source.box])
        return starts

    def _sinks(self) -> set[int]:
        """Find the box that makes each node of a list: the only one whose value leaves the node's body."""
        leaving: dict[str, set[int]] = {}
        ends = [*((s, self.elements[i]) for i, box in enumerate(self.picture.boxes) for s in box.inputs)]
        ends += [(source, None) for source in self.picture.results]
        for source, element in ends:
            own = None if source.box is None else self.elements[source.box]
            if source.box is not None and own is not None and own != element:
                leaving.setdefault(own, set()).add(source.box)
        return {next(iter(boxes)) for boxes in leaving.values() if len(boxes) == 1}

    def _node(self, box: int, detail: str, hint: str) -> Vertex:
        element = self.elements[box] or ""
        number = element[len(plain(element)) + 1 : -1]
        return Vertex(f"{self.prefix[plain(element)]}{number}", "node", detail, hint=hint or f"{self.base}.{element}")

    def _ports(self) -> set[int]:
        """Draw the inputs; a block that alone takes one, and nothing else, is drawn with it."""
        back = self.picture.ports
        named = len(back) == len(self.picture.inputs) > 1 and len(set(back)) == len(back)
        folded: set[int] = set()
        for i, value in enumerate(self.picture.inputs):
            takers = [j for j, box in enumerate(self.picture.boxes) if value in {s.value for s in box.inputs}]
            box = self.picture.boxes[takers[0]] if takers else None
            detail = ""
            if (
                box is not None
                and len(takers) == len(box.inputs) == box.count == 1
                and box.kind == "block"
                and self.elements[takers[0]] is None
                and value not in {result.value for result in self.picture.results}
                and takers[0] not in {result.box for result in self.picture.results}
            ):
                detail = box.name
                folded.add(takers[0])
            only = "input" if len(self.picture.inputs) == 1 else f"input {i + 1}"
            text, below = ("c", f"k{MINUS}{back[i]}") if named else (only, "")
            self.ports[value] = self.figure.add(
                Vertex(text, "port", detail, below, hint=_hint(box) if detail and box else "")
            )
            self.figure.first.append(self.ports[value])
        return folded

    def _output_words(self) -> tuple[str, str]:
        named = self.figure.vertices and self.figure.vertices[0].below
        return ("c", "k") if named else ("output", "")

    def _final_join(self) -> int | None:
        """Find the join that makes the only result, outside of all lists: it is drawn with the output."""
        if len(self.picture.results) != 1:
            return None
        box = self.picture.results[0].box
        if box is None or self.elements[box] is not None or not _is_join(self.picture.boxes[box]):
            return None
        used = any(source.box == box for other in self.picture.boxes for source in other.inputs)
        return None if used else box


def _is_join(box: Box) -> bool:
    node = box.nodes[0]
    return box.kind == "op" and isinstance(node, Node) and len(node.inputs) > 1


def _color(box: Box) -> str:
    return _cell_color(box.name) if box.kind == "cell" else box.name


def _cell_color(name: str) -> str:
    return f"cell {name}"


def _hint(box: Box) -> str:
    """Say where a box stands, and which ops are behind it."""
    where = box.address if box.count == 1 else f"{box.address} … {box.last}"
    ops = [node.op for node in box.nodes]
    listed = " → ".join(ops[:8]) + (f" → … ({len(ops)} ops)" if len(ops) > 8 else "")
    return f"{where}\n{listed}" if box.kind != "op" else f"{where}\n{_statics(box)}"


def _statics(box: Box) -> str:
    node = box.nodes[0]
    if not isinstance(node, Node):
        return box.detail
    shown = ", ".join(f"{name} = {value}" for name, value in node.attributes)
    weights = node.facts.weights or ()
    return f"{node.op}[{shown}]" + f" {_sizes(weights)}" * bool(weights)


def _sizes(weights: Sequence[Weight]) -> str:
    return ", ".join(f"{weight.name} {TIMES.join(map(str, weight.shape))}" for weight in weights)
