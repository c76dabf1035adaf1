"""Reads drawings back: the boxes, the texts and the edges of an SVG, with their places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final
from xml.etree import ElementTree

from archdsl.ir.draw.words import width_of

NAMESPACE = "{http://www.w3.org/2000/svg}"
Point = tuple[float, float]


@final
@dataclass(frozen=True)
class Rect:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Rect", slack: float = 0.0) -> bool:
        return (
            self.left < other.right - slack
            and other.left < self.right - slack
            and self.top < other.bottom - slack
            and other.top < self.bottom - slack
        )

    def holds(self, other: "Rect", slack: float = 0.0) -> bool:
        return (
            self.left - slack <= other.left
            and other.right <= self.right + slack
            and self.top - slack <= other.top
            and other.bottom <= self.bottom + slack
        )

    def has(self, point: Point, slack: float) -> bool:
        x, y = point
        return self.left + slack < x < self.right - slack and self.top + slack < y < self.bottom - slack


@final
@dataclass(frozen=True)
class Drawn:
    """A vertex: its box, its texts and the boxes of these."""

    rect: Rect
    texts: tuple[str, ...]
    text_rects: tuple[Rect, ...]
    hint: str


@final
@dataclass(frozen=True)
class Sketch:
    """A figure of a drawing."""

    title: str
    heads: tuple[Rect, ...]
    vertices: tuple[Drawn, ...]
    edges: dict[tuple[int, int], tuple[Point, ...]]


def text_rect(element: ElementTree.Element, anchor: str) -> Rect:
    """Give the room that a text may need, by the font's size and its widest letters."""
    size = float(element.attrib["font-size"])
    width = width_of(element.text or "", size)
    width += sum(width_of(part.text or "", float(part.attrib["font-size"])) for part in element)
    x, y = float(element.attrib["x"]), float(element.attrib["y"])
    left = x - width / 2 if anchor == "middle" else x
    return Rect(left, y - 0.75 * size, left + width, y + 0.22 * size)


def points_of(path: str) -> tuple[Point, ...]:
    """Give points along a path of absolute lines and cubic curves, close to each other."""
    points: list[Point] = []
    for command, numbers in re.findall(r"([MLC])([-\d. ]+)", path):
        values = [float(number) for number in numbers.split()]
        pairs = list(zip(values[::2], values[1::2], strict=True))
        if command == "M":
            points.append(pairs[0])
            continue
        (x, y) = points[-1]
        controls = [(x, y), *pairs] if command == "C" else [(x, y), (x, y), pairs[0], pairs[0]]
        for step in range(1, 25):
            t = step / 24
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
            points.append(
                (
                    sum(w * px for w, (px, _) in zip(weights, controls, strict=True)),
                    sum(w * py for w, (_, py) in zip(weights, controls, strict=True)),
                )
            )
    return tuple(points)


def rect_of(element: ElementTree.Element) -> Rect:
    x, y, width, height = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
    return Rect(x, y, x + width, y + height)


def sketches(svg: str) -> tuple[Rect, tuple[Sketch, ...]]:
    """Give the view box and the figures of a drawing."""
    root = ElementTree.fromstring(svg)
    x, y, width, height = map(float, root.attrib["viewBox"].split())
    return Rect(x, y, x + width, y + height), tuple(_figures(root))


def _figures(root: ElementTree.Element) -> Iterator[Sketch]:
    for group in root.iter(f"{NAMESPACE}g"):
        if group.get("class") != "figure":
            continue
        vertices: list[Drawn] = []
        for vertex in group.findall(f"{NAMESPACE}g"):
            texts = vertex.findall(f"{NAMESPACE}text")
            box = vertex.find(f"{NAMESPACE}rect")
            hint = vertex.find(f"{NAMESPACE}title")
            assert box is not None
            assert vertex.attrib["data-vertex"] == str(len(vertices))
            words = tuple("".join(text.itertext()) for text in texts)
            rects = tuple(text_rect(text, "middle") for text in texts)
            vertices.append(Drawn(rect_of(box), words, rects, "" if hint is None else hint.text or ""))
        edges = {}
        for path in group.findall(f"{NAMESPACE}path"):
            if path.get("class") == "edge":
                source, target = map(int, path.attrib["data-ends"].split())
                edges[source, target] = points_of(path.attrib["d"])
        heads = group.findall(f"{NAMESPACE}text")
        yield Sketch(heads[0].text or "", tuple(text_rect(h, "start") for h in heads), tuple(vertices), edges)


def assert_drawn_well(svg: str) -> tuple[Sketch, ...]:
    """Check that nothing overlaps, nothing is cut off, and edges run from box to box without meeting another."""
    view, figures = sketches(svg)
    everything: list[Rect] = []
    for figure in figures:
        rects = [vertex.rect for vertex in figure.vertices]
        everything += [*rects, *figure.heads]
        for vertex in figure.vertices:
            assert all(vertex.rect.holds(own) for own in vertex.text_rects), vertex
        for (source, target), points in figure.edges.items():
            assert all(view.has(point, 0.0) for point in points)
            assert _beside(rects[source], points[0], 0.2)
            assert _beside(rects[target], points[-1], 5.2)
            for i, rect in enumerate(rects):
                assert not any(rect.has(point, 0.2) for point in points), (source, target, i)
    assert all(view.holds(rect) for rect in everything)
    for i, rect in enumerate(everything):
        assert not any(rect.meets(other, 0.15) for other in everything[i + 1 :])
    return figures


def _beside(rect: Rect, point: Point, slack: float) -> bool:
    x, y = point
    return Rect(rect.left - slack, rect.top - slack, rect.right + slack, rect.bottom + slack).holds(Rect(x, y, x, y))
