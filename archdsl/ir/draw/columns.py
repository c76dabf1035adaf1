"""A long chain in columns, as a text is set in lines."""

from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from .layout import Placed, Point

_APART = 40.0
_TURN = 11.0


def in_columns(placed: Placed, breadths: Sequence[float], most: float) -> Placed:
    """Break a layout that is longer than `most` where one edge alone goes on, and set the parts side by side.

    The edge leads from the end of one column, between the two, to the start of the next. A layout that has no such
    places, or none that make it much shorter, stays as it is.
    """
    columns = ceil(placed.length / most)
    ends = [(route[0][0], route[-1][0]) for route in placed.routes]
    breaks = [gap for gap in placed.gaps if sum(start < (gap[0] + gap[1]) / 2 < end for start, end in ends) == 1]
    wanted = (placed.length * i / columns for i in range(1, columns))
    chosen = sorted({min(breaks, key=lambda gap: abs(gap[0] - at)) for at in wanted} if breaks else set())
    starts = [0.0, *(end for _, end in chosen)]
    stops = [*(start for start, _ in chosen), placed.length]
    lengths = [stop - start for start, stop in zip(starts, stops, strict=True)]
    if max(lengths) > 0.8 * placed.length:
        return placed
    middles = [(start + end) / 2 for start, end in chosen]

    def column(u: float) -> int:
        return bisect(middles, u)

    spans: list[list[float]] = [[] for _ in starts]
    for (u, v), breadth in zip(placed.centers, breadths, strict=True):
        spans[column(u)] += [v - breadth / 2, v + breadth / 2]
    for u, v in (point for route in placed.routes for point in route):
        spans[column(u)].append(v)
    shifts, breadth = [], 0.0
    for span in spans:
        shifts.append(breadth - min(span))
        breadth += max(span) - min(span) + _APART

    def moved(point: Point) -> Point:
        own = column(point[0])
        return point[0] - starts[own], point[1] + shifts[own]

    def turned(route: Sequence[Point]) -> tuple[Point, ...]:
        points = [moved(route[0])]
        for before, after in pairwise(route):
            if column(before[0]) != column(after[0]):
                own = column(before[0])
                (down, v), (_, to), between = moved(before), moved(after), shifts[own] + max(spans[own]) + _APART / 2
                points += [(down + _TURN, v), (down + _TURN, between), (-_TURN, between), (-_TURN, to)]
            points.append(moved(after))
        return tuple(points)

    return Placed(
        tuple(map(moved, placed.centers)),
        tuple(map(turned, placed.routes)),
        max(*lengths, lengths[0] + _TURN),
        breadth - _APART,
    )
