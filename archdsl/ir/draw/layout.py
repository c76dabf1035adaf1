"""Layered layout (Sugiyama): layers by longest path, few crossings by barycenters, straight edges by least squares.

The layers follow each other along `u`; within a layer, vertices stand side by side along `v`. An edge that crosses
layers passes each of them at a place of its own, so that it meets no vertex; edges of one source share those places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import final

Edge = tuple[int, int]
Point = tuple[float, float]

_SWEEPS = 12
_ROUNDS = 80
_LANE = 6.0
"""The width of an edge that passes a layer."""


@final
@dataclass(frozen=True, slots=True)
class Placed:
    """The centers of the vertices, the ways of the edges, the extent of all, and the gaps between layers along `u`.

    An edge is straight from its first point `(u, v)` to the next, bent to the third, straight to the fourth, and so on.
    """

    centers: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    length: float
    breadth: float
    gaps: tuple[Point, ...] = ()


def place(
    sizes: Sequence[Point],
    edges: Sequence[Edge],
    *,
    first: frozenset[int] = frozenset(),
    last: frozenset[int] = frozenset(),
    gap: float = 34.0,
    beside: float = 14.0,
) -> Placed:
    """Place vertices of given sizes `(along u, along v)`, numbered in topological order.

    `first` stand in the first layer (they take nothing), `last` in the last one (nothing takes them); `gap` parts
    the layers, `beside` what stands side by side.
    """
    layer = _layers(len(sizes), edges, first, last)
    layers, paths = _lanes(layer, edges)
    links = sorted({(path[i], path[i + 1]) for path in paths for i in range(len(path) - 1)})
    _order(layers, links)
    breadths = [v for _, v in sizes] + [_LANE] * (sum(map(len, layers)) - len(sizes))
    across = _across(layers, links, breadths, len(sizes), beside)
    starts, thickness, u = [], [], 0.0
    for items in layers:
        thickness.append(max((sizes[item][0] for item in items if item < len(sizes)), default=0.0))
        starts.append(u)
        u += thickness[-1] + gap
    centers = tuple((starts[layer[i]] + thickness[layer[i]] / 2, across[i]) for i in range(len(sizes)))
    routes = _routes(paths, links, centers, sizes, across, starts, thickness, layer)
    breadth = max((across[i] + breadths[i] / 2 for i in range(len(breadths))), default=0.0)
    gaps = tuple((start + thick, start + thick + gap) for start, thick in zip(starts, thickness, strict=True))
    return Placed(centers, routes, max(u - gap, 0.0), breadth, gaps[:-1])


def _layers(count: int, edges: Sequence[Edge], first: frozenset[int], last: frozenset[int]) -> list[int]:
    """Give each vertex its layer: after all that it takes, and late where that makes no edge longer."""
    takes: list[list[int]] = [[] for _ in range(count)]
    gives: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        gives[source].append(target)
        takes[target].append(source)
    layer = [0] * count
    for vertex in range(count):
        layer[vertex] = max((layer[source] + 1 for source in takes[vertex]), default=0)
    for vertex in reversed(range(count)):
        if gives[vertex] and vertex not in first and len(takes[vertex]) <= len(gives[vertex]):
            layer[vertex] = min(layer[target] for target in gives[vertex]) - 1
    end = max(layer, default=0)
    for vertex in last:
        layer[vertex] = end
    return layer


def _lanes(layer: Sequence[int], edges: Sequence[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    """Give what stands in each layer, lanes of passing edges too, and the way of each edge through them."""
    layers: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for vertex, own in enumerate(layer):
        layers[own].append(vertex)
    lanes: dict[Edge, int] = {}
    paths: list[list[int]] = []
    for source, target in edges:
        path = [source]
        for between in range(layer[source] + 1, layer[target]):
            if (source, between) not in lanes:
                lanes[source, between] = len(layer) + len(lanes)
                layers[between].append(lanes[source, between])
            path.append(lanes[source, between])
        paths.append([*path, target])
    return layers, paths


def _neighbors(count: int, links: Sequence[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for a, b in links:
        after[a].append(b)
        before[b].append(a)
    return before, after


def _order(layers: list[list[int]], links: Sequence[Edge]) -> None:
    """Sort each layer so that few links cross: by the mean place of the neighbors, back and forth, the best kept."""
    before, after = _neighbors(sum(map(len, layers)), links)
    place = {item: i for items in layers for i, item in enumerate(items)}

    def crossings() -> int:
        total = 0
        for items in layers:
            ends = [sorted(place[b] for b in after[item]) for item in items]
            for i, own in enumerate(ends):
                for other in ends[i + 1 :]:
                    total += sum(a > b for a in own for b in other)
        return total

    best, fewest = [list(items) for items in layers], crossings()
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        beside = before if forward else after
        for items in layers if forward else reversed(layers):
            means = {
                item: sum(place[near] for near in beside[item]) / len(beside[item]) if beside[item] else place[item]
                for item in items
            }
            items.sort(key=lambda item: (means[item], place[item]))
            place.update((item, i) for i, item in enumerate(items))
        count = crossings()
        if count < fewest:
            best, fewest = [list(items) for items in layers], count
    layers[:] = best


def _across(
    layers: Sequence[Sequence[int]], links: Sequence[Edge], breadths: Sequence[float], vertices: int, beside: float
) -> list[float]:
    """Find the places within the layers that make the links straight, those of lanes before all others."""
    near: list[list[tuple[int, float]]] = [[] for _ in breadths]
    for a, b in links:
        weight = (3.0, 1.0, 6.0)[(a >= vertices) + (b >= vertices)]
        near[a].append((b, weight))
        near[b].append((a, weight))

    def apart(a: int, b: int) -> float:
        return (breadths[a] + breadths[b]) / 2 + (beside if max(a, b) < vertices else beside * 0.6)

    across = [0.0] * len(breadths)
    for items in layers:
        at = [0.0]
        for a, b in pairwise(items):
            at.append(at[-1] + apart(a, b))
        for item, place in zip(items, at, strict=False):
            across[item] = place - at[-1] / 2
    for sweep in range(_ROUNDS):
        for items in layers if sweep % 2 == 0 else reversed(layers):
            wanted, weights, offset = [], [], 0.0
            for i, item in enumerate(items):
                offset += apart(items[i - 1], item) if i else 0.0
                weight = sum(w for _, w in near[item])
                mean = sum(across[other] * w for other, w in near[item]) / weight if weight else across[item]
                wanted.append((mean - offset, offset))
                weights.append(weight or 0.1)
            for item, value, (_, offset) in zip(items, _rising([w for w, _ in wanted], weights), wanted, strict=True):
                across[item] = value + offset
    least = min((across[i] - breadths[i] / 2 for i in range(len(across))), default=0.0)
    return [value - least for value in across]


def _rising(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Give the rising sequence nearest to a given one, by least squares (pool adjacent violators).

    >>> _rising([0.0, 3.0, 1.0], [1.0, 1.0, 1.0])
    [0.0, 2.0, 2.0]
    """
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, heavy, many = pools.pop()
            total = heavy + pool[1]
            pool = ((mean * heavy + pool[0] * pool[1]) / total, total, many + pool[2])
        pools.append(pool)
    return [value for value, _, many in pools for _ in range(many)]


def _routes(
    paths: Sequence[Sequence[int]],
    links: Sequence[Edge],
    centers: Sequence[Point],
    sizes: Sequence[Point],
    across: Sequence[float],
    starts: Sequence[float],
    thickness: Sequence[float],
    layer: Sequence[int],
) -> tuple[tuple[Point, ...], ...]:
    """Give the points of the edges; where several enter one vertex, they do so side by side."""
    before, _ = _neighbors(len(across), links)
    enters: dict[Edge, float] = {}
    for vertex, (_, breadth) in enumerate(sizes):
        sources = sorted(before[vertex], key=lambda item: (across[item], item))
        step = min(9.0, breadth * 0.4 / max(len(sources) - 1, 1))
        for i, source in enumerate(sources):
            enters[source, vertex] = across[vertex] + (i - (len(sources) - 1) / 2) * step
    routes = []
    for path in paths:
        source, target = path[0], path[-1]
        own = layer[source]
        points = [(centers[source][0] + sizes[source][0] / 2, across[source])]
        for between, lane in enumerate([source, *path[1:-1]], own):
            if lane != source:
                points.append((starts[between], across[lane]))
            points.append((starts[between] + thickness[between], across[lane]))
        end = enters[path[-2], target]
        points += [(starts[layer[target]], end), (centers[target][0] - sizes[target][0] / 2, end)]
        routes.append(tuple(points))
    return tuple(routes)
