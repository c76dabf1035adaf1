"""Small charts as inline SVG: points and lines over two axes with ticks, a legend, and tooltips."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, final

from archdsl.ir.draw.words import attribute, width_of, xml

Style = Literal["plain", "best", "front", "failed"]

_HEIGHT = 330.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 66.0, 30.0, 34.0, 46.0
_LOG_FROM: Final = 20.0
"""A scale whose ends differ by more than this factor is logarithmic."""

_TINY: Final = 1e-200
"""What is smaller is drawn as nothing."""


@final
@dataclass(frozen=True, slots=True)
class Point:
    """A mark at a place, with what its tooltip says and where it leads; without `y` it stands on the x axis."""

    x: float
    y: float | None
    style: Style
    hint: str
    link: str = ""


@final
@dataclass(frozen=True, slots=True)
class Line:
    """A line through places; a `step` keeps its height until the next one."""

    points: Sequence[tuple[float, float]]
    style: Style
    step: bool = False


@final
@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw; `legend` says what the styles stand for.

    The x axis may be logarithmic where `log` allows it, and has whole numbers only where `whole` asks for it.
    """

    title: str
    x_label: str
    y_label: str
    points: Sequence[Point]
    lines: Sequence[Line] = ()
    legend: Sequence[tuple[Style, str]] = ()
    log: bool = False
    whole: bool = False
    width: float = 720.0


@final
@dataclass(frozen=True, slots=True)
class Axis:
    """A scale from `low` to `high`, and the numbers to be written at it."""

    low: float
    high: float
    ticks: tuple[float, ...]
    is_log: bool = False

    def part(self, value: float) -> float:
        """Give where a value stands between the ends, from 0 to 1."""
        if self.is_log:
            low = math.log(self.low)
            return (math.log(value) - low) / (math.log(self.high) - low)
        return (value - self.low) / (self.high - self.low)


def axis(values: Sequence[float], *, log: bool = False, whole: bool = False) -> Axis:
    """Make a scale for some values, with round ticks; one of whole numbers has no others.

    >>> axis([0.61, 0.94]).ticks
    (0.6, 0.7, 0.8, 0.9, 1.0)
    >>> axis([1000, 2_000_000], log=True).ticks
    (1000.0, 10000.0, 100000.0, 1000000.0)
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if log and low > _TINY and high / low > _LOG_FROM:
        low, high = low / 1.15, high * 1.15
        powers = range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)
        return Axis(low, high, tuple(10.0**power for power in powers[:: math.ceil(len(powers) / 7)]), True)
    size = max(abs(low), abs(high))
    if high - low <= 1e-9 * size or size < _TINY:
        spread = max(size * 0.1, float(whole)) if size > _TINY else 1.0
        low, high = low - spread, high + spread
    step = 10 ** math.floor(math.log10((high - low) / 4))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if (high - low) / (step * factor) <= 5)
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(float(f"{i * step:.12g}") for i in range(first, max(last, first + 1) + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def number(value: float) -> str:
    """Write a number as short as a reader needs it.

    >>> number(0.9583333), number(16250), number(3_349_342), number(1e-7), number(-2.5)
    ('0.9583', '16,250', '3.349 M', '1e-07', '-2.5')
    """
    if value == 0:
        return "0"
    size = abs(value)
    for power, letter in ((9, "G"), (6, "M")):
        if size >= 10**power:
            return f"{value / 10**power:.4g} {letter}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def draw(chart: Chart) -> str:
    """Draw a chart; the page's style sheet gives the colors to its classes."""
    ends = [place for line in chart.lines for place in line.points]
    x_axis = axis([*(point.x for point in chart.points), *(x for x, _ in ends)], log=chart.log, whole=chart.whole)
    y_axis = axis([*(point.y for point in chart.points if point.y is not None), *(y for _, y in ends)])

    def at(x: float, y: float | None) -> tuple[float, float]:
        right = _LEFT + x_axis.part(x) * (chart.width - _LEFT - _RIGHT)
        down = _HEIGHT - _BOTTOM - (8.0 if y is None else y_axis.part(y) * (_HEIGHT - _TOP - _BOTTOM))
        return round(right, 1), round(down, 1)

    return "\n".join(
        [
            f'<svg class="chart" role="img" viewBox="0 0 {chart.width:.0f} {_HEIGHT:.0f}">',
            f"<title>{xml(chart.title)}</title>",
            *_frame(chart, x_axis, y_axis),
            *(_line([at(*place) for place in line.points], line) for line in chart.lines),
            *(_point(at(point.x, point.y), point) for point in chart.points),
            *_legend(chart.legend, chart.width - _RIGHT),
            "</svg>",
        ]
    )


def _frame(chart: Chart, x_axis: Axis, y_axis: Axis) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, chart.width - _RIGHT
    for tick in y_axis.ticks:
        y = bottom - y_axis.part(tick) * (bottom - _TOP)
        yield f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{xml(number(tick))}</text>'
    for tick in x_axis.ticks:
        x = _LEFT + x_axis.part(tick) * (right - _LEFT)
        yield f'<line class="axis" x1="{x:.1f}" y1="{bottom}" x2="{x:.1f}" y2="{bottom + 4}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{xml(number(tick))}</text>'
    yield f'<line class="axis" x1="{_LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>'
    middle = (_LEFT + right) / 2
    yield f'<text class="label" x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{xml(chart.x_label)}</text>'
    yield f'<text class="label" x="{_LEFT - 52}" y="{_TOP - 16}">{xml(chart.y_label)}</text>'


def _line(places: Sequence[tuple[float, float]], line: Line) -> str:
    if not places:
        return ""
    path = [f"M{places[0][0]} {places[0][1]}"]
    for x, y in places[1:]:
        path.append(f"H{x}V{y}" if line.step else f"L{x} {y}")
    return f'<path class="line {line.style}" d="{"".join(path)}"/>'


def _mark(place: tuple[float, float], style: Style) -> str:
    x, y = place
    if style == "failed":
        return f'<path class="mark failed" d="M{x - 4} {y - 4}l8 8m0 -8l-8 8"/>'
    return f'<circle class="mark {style}" cx="{x}" cy="{y}" r="{6 if style == "best" else 4}"/>'


def _point(place: tuple[float, float], point: Point) -> str:
    mark = f"<g><title>{xml(point.hint)}</title>{_mark(place, point.style)}</g>"
    return f"<a href={attribute(point.link)}>{mark}</a>" if point.link else mark


def _legend(legend: Sequence[tuple[Style, str]], x: float) -> Iterator[str]:
    for style, words in reversed(legend):
        x -= width_of(words, 11.0)
        yield f'<text x="{x:.1f}" y="{_TOP - 15}">{xml(words)}</text>'
        yield _mark((round(x - 10, 1), _TOP - 19), style)
        x -= 30
