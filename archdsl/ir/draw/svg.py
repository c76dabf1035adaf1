"""Graphs as SVG: the network as a chain of named boxes, and each distinct cell once, beside it."""

from collections.abc import Iterator, Sequence
from typing import Final

from archdsl.ir.graph import Graph

from .columns import in_columns
from .figures import Figure, Vertex, cell_figure, network_figure
from .layout import Placed, Point, place
from .outline import outline
from .words import attribute, shortened, width_of, xml

_FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_TEXT, _SMALL, _TITLE = 12.0, 10.0, 15.0
_MARGIN, _APART, _HEAD, _TALL = 16.0, 44.0, 44.0, 680.0

# On white and on black alike: what is outside of boxes has a contrast above 4 to both; boxes bring their own ground.
_LINE, _OUTSIDE, _INK, _FAINT = "#7d8590", "#747c87", "#1f2328", "#57606a"
_PLAIN: Final = ("#f3f5f8", "#8b949e")
_PORT: Final = ("#dfe3e8", "#6e7781")
_NODE: Final = ("#ffffff", "#424a53")
_PALETTE: Final = (
    ("#d8e8ff", "#4c84d6"), ("#ffe3c9", "#d9822b"), ("#d5f0dc", "#3c9a5f"), ("#ecdcfb", "#9160cf"),
    ("#ffd9dc", "#d3555f"), ("#d0eff0", "#2f9599"), ("#fdf0c0", "#bf9a1c"), ("#fbd9ee", "#c7559c"),
    ("#e3ecc4", "#85992b"), ("#e0dcd6", "#8a7a66"),
)  # fmt: skip


def to_svg(graph: Graph) -> str:
    """Draw a graph: the network from top to bottom, each distinct cell from left to right.

    Ops of one definition are one box, uses of one cell one figure, equal boxes in a row one box with their number.
    The same graph gives the same text. Nothing overlaps; no font is needed, no style sheet, and no other file.
    """
    shown = outline(graph)
    figures = [network_figure(shown), *(cell_figure(shown, i) for i in range(len(shown.cells)))]
    colors = _colors(figures)
    layouts = [_placed(figure, down=i == 0) for i, figure in enumerate(figures)]
    beside = sum(placed.breadth + _HEAD + _APART for placed, _ in layouts[1:])
    breadths = [width for width, _ in layouts[0][1]]
    layouts[0] = (in_columns(layouts[0][0], breadths, max(_TALL, beside)), layouts[0][1])
    body: list[str] = []
    x, y, width, height, column = _MARGIN, _MARGIN, 0.0, 0.0, 0.0
    for i, (figure, (placed, sizes)) in enumerate(zip(figures, layouts, strict=True)):
        own_width, own_height = _extent(figure, placed, down=i == 0)
        if i == 1 or (i > 1 and y + own_height > max(layouts[0][0].length, _TALL) + _HEAD + _MARGIN):
            x, y, column = x + column + _APART, _MARGIN, 0.0
        body.extend(_figure(figure, placed, sizes, colors, x, y, down=i == 0))
        column = max(column, own_width)
        width, height = max(width, x + column), max(height, y + own_height)
        y += own_height + _APART
    width, height = width + _MARGIN, height + _MARGIN
    cells = ", ".join(f"{cell.name} ({len(cell.uses)})" for cell in shown.cells)
    about = f"{len(graph.nodes)} ops in {len(shown.network.boxes)} boxes" + (f"; cells: {cells}" if cells else "")
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" font-family={attribute(_FONT)}>',
            f"<title>{xml(graph.name)}</title>",
            f"<desc>{xml(about)}</desc>",
            *body,
            "</svg>\n",
        ]
    )


def _colors(figures: Sequence[Figure]) -> dict[str, tuple[str, str]]:
    """Give each name its color, in the order of first appearance; cells come first."""
    names = [figure.color for figure in figures]
    names += [vertex.color for figure in figures for vertex in figure.vertices]
    distinct = [name for name in dict.fromkeys(names) if name]
    return {name: _PALETTE[i % len(_PALETTE)] for i, name in enumerate(distinct)}


def _size(vertex: Vertex) -> Point:
    """Give the width and the height that a vertex needs for its texts."""
    text = width_of(shortened(vertex.text), _TEXT) + width_of(vertex.below, _SMALL * 0.9)
    detail = width_of(shortened(vertex.detail, 44), _SMALL)
    match vertex.shape:
        case "type":
            return width_of(shortened(vertex.text), _SMALL) + 8, 15.0
        case "node":
            return max(26.0, max(text, detail) + 12), 38.0 if vertex.detail else 26.0
        case _:
            return max(text, detail) + 22, 40.0 if vertex.detail else 27.0


def _placed(figure: Figure, *, down: bool) -> tuple[Placed, list[Point]]:
    sizes = [_size(vertex) for vertex in figure.vertices]
    placed = place(
        [(height, width) if down else (width, height) for width, height in sizes],
        list(figure.edges),
        first=frozenset(figure.first),
        last=frozenset(figure.last),
        gap=16.0 if down else 34.0,
        beside=18.0 if down else 12.0,
    )
    return placed, sizes


def _extent(figure: Figure, placed: Placed, *, down: bool) -> Point:
    width, height = (placed.breadth, placed.length) if down else (placed.length, placed.breadth)
    return max(width, width_of(shortened(figure.title), _TITLE * 1.15), width_of(figure.note, _SMALL)), height + _HEAD


def _figure(
    figure: Figure,
    placed: Placed,
    sizes: Sequence[Point],
    colors: dict[str, tuple[str, str]],
    x: float,
    y: float,
    *,
    down: bool,
) -> Iterator[str]:
    def at(point: Point) -> Point:
        u, v = point
        return (x + v, y + _HEAD + u) if down else (x + u, y + _HEAD + v)

    yield '<g class="figure">'
    title, note = xml(shortened(figure.title)), xml(figure.note)
    font = f'font-size="{_TITLE:g}" font-weight="600"'
    yield f'<text class="title" x="{x:.1f}" y="{y + 14:.1f}" {font} fill="{_OUTSIDE}">{title}</text>'
    yield f'<text x="{x:.1f}" y="{y + 29:.1f}" font-size="{_SMALL:g}" fill="{_OUTSIDE}">{note}</text>'
    for (source, target), route in zip(figure.edges, placed.routes, strict=True):
        arrow = figure.vertices[target].shape != "type"
        yield from _edge([at(point) for point in route], f"{source} {target}", arrow=arrow, down=down)
    for i, vertex in enumerate(figure.vertices):
        yield from _vertex(vertex, i, at(placed.centers[i]), sizes[i], colors)
    yield "</g>"


def _edge(points: Sequence[Point], ends: str, *, arrow: bool, down: bool) -> Iterator[str]:
    """Draw an edge: straight within a layer, bent between two, with its head at the end."""
    (x, y), tip = points[0], points[-1]
    short = (tip[0], tip[1] - 5) if down else (tip[0] - 5, tip[1])
    points = [*points[:-1], short if arrow else tip]
    path = [f"M{x:.1f} {y:.1f}"]
    for i in range(1, len(points) - 1, 2):
        (ax, ay), (bx, by), (cx, cy) = points[i : i + 3]
        middle = f"{ax:.1f} {(ay + by) / 2:.1f} {bx:.1f} {(ay + by) / 2:.1f}"
        if not down:
            middle = f"{(ax + bx) / 2:.1f} {ay:.1f} {(ax + bx) / 2:.1f} {by:.1f}"
        path.append(f"L{ax:.1f} {ay:.1f}C{middle} {bx:.1f} {by:.1f}L{cx:.1f} {cy:.1f}")
    yield f'<path class="edge" data-ends="{ends}" d="{"".join(path)}" fill="none" stroke="{_LINE}" stroke-width="1.3"/>'
    if arrow:
        (x, y), (a, b) = tip, (3.2, 6.5)
        head = f"M{x:.1f} {y:.1f}l{-a} {-b}h{2 * a}z" if down else f"M{x:.1f} {y:.1f}l{-b} {-a}v{2 * a}z"
        yield f'<path class="head" d="{head}" fill="{_LINE}"/>'


def _vertex(
    vertex: Vertex, number: int, center: Point, size: Point, colors: dict[str, tuple[str, str]]
) -> Iterator[str]:
    (x, y), (width, height) = center, size
    box = f'x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}"'
    yield f'<g class="vertex" data-vertex="{number}" text-anchor="middle">'
    if vertex.hint:
        yield f"<title>{xml(vertex.hint)}</title>"
    text = xml(shortened(vertex.text))
    if vertex.shape == "type":
        yield f'<rect {box} fill="none"/>'
        yield f'<text x="{x:.1f}" y="{y + 3.6:.1f}" font-size="{_SMALL:g}" fill="{_OUTSIDE}">{text}</text>'
    else:
        fill, stroke = {"port": _PORT, "node": _NODE}.get(vertex.shape) or colors.get(vertex.color, _PLAIN)
        round_ = {"port": height / 2 if height < 30 else 14, "node": 9}.get(vertex.shape, 4)
        yield f'<rect {box} rx="{round_:g}" fill="{fill}" stroke="{stroke}" stroke-width="1.2"/>'
        base = y + 4.2 if not vertex.detail else y - 2.5
        below = ""
        if vertex.below:
            below = f'<tspan font-size="{_SMALL * 0.9:g}" dy="3">{xml(vertex.below)}</tspan>'
        weight = ' font-weight="600"' if vertex.shape == "node" else ""
        yield f'<text x="{x:.1f}" y="{base:.1f}" font-size="{_TEXT:g}"{weight} fill="{_INK}">{text}{below}</text>'
        if vertex.detail:
            detail = xml(shortened(vertex.detail, 44))
            yield f'<text x="{x:.1f}" y="{y + 12:.1f}" font-size="{_SMALL:g}" fill="{_FAINT}">{detail}</text>'
    yield "</g>"
