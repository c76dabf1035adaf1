"""Graphs as a text tree: each cell unfolded once, equal parts in a row on one line, costs beside."""

import re
from collections.abc import Iterator
from typing import Final

from archdsl.ir.graph import Graph

from .costs import costs_of, keys_of
from .outline import Outline, outline
from .pictures import Box, Picture
from .scopes import parts_of, plain
from .words import TIMES, shortened

_NUMBER: Final = re.compile(r"\d+")
_BRANCH, _LAST, _BAR, _BLANK = "├─ ", "└─ ", "│  ", "   "

Line = tuple[str, str, str, str]


def to_tree(graph: Graph) -> str:
    """Print a graph as a tree: what stands where, the types, the parameters and the MACs.

    Equal parts in a row stand on one line, with their number, and their costs are added up. Weights that parts
    share count in the first. A cell is unfolded below the first line that it has, with the types and costs of one use.
    """
    shown = outline(graph)
    inputs = ", ".join(f"{port.name}: {port.type}" for port in graph.inputs)
    results = ", ".join(str(graph.type_of(output.value)) for output in graph.outputs if not output.auxiliary)
    head = (f"{graph.name}({inputs})", results, _count(graph.params), _count(graph.macs))
    lines = [("", "type", "params", "MACs"), head, *_lines(shown, shown.network, "", set())]
    left, middle, *right = (max(len(line[i]) for line in lines) for i in range(4))
    return "\n".join(
        f"{name:<{left}}  {type_:<{middle}}  {params:>{right[0]}}  {macs:>{right[1]}}".rstrip()
        for name, type_, params, macs in lines
    )


def _lines(shown: Outline, picture: Picture, margin: str, unfolded: set[int]) -> Iterator[Line]:
    base = picture.address
    counted: set[str] = set()
    for i, box in enumerate(picture.boxes):
        is_last = i == len(picture.boxes) - 1
        params, macs = costs_of(box.nodes, counted)
        counted |= keys_of(box.nodes)
        name = margin + (_LAST if is_last else _BRANCH) + shortened(_name(box, base), 70)
        yield name, ", ".join(map(str, box.types)), _count(params), _count(macs)
        if box.cell is not None and box.cell not in unfolded:
            unfolded.add(box.cell)
            yield from _lines(shown, shown.cells[box.cell], margin + (_BLANK if is_last else _BAR), unfolded)


def _name(box: Box, base: str) -> str:
    """Say where a box stands within `base`, what it is, and how often it is there."""
    where = _row(box).removeprefix(base).lstrip(".")
    last = plain(parts_of(box.address)[-1])
    is_named = box.name == last or (box.kind == "op" and box.name.startswith(f"{last} "))
    words = [f"{where}{box.name.removeprefix(last)}" if is_named else f"{where}: {box.name}"]
    words += [f"({box.detail})"] * bool(box.detail) + [f"{TIMES}{box.count}"] * (box.count > 1)
    return " ".join(words)


def _row(box: Box) -> str:
    """Write the addresses of boxes in a row as one, where they differ in one number only: `s[0..5].normal`."""
    if box.count == 1:
        return box.address
    first, last = _NUMBER.findall(box.address), _NUMBER.findall(box.last)
    differ = [i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b]
    if _NUMBER.split(box.address) != _NUMBER.split(box.last) or len(differ) != 1:
        return f"{box.address} … {box.last}"
    numbers = iter(range(len(first)))

    def spread(match: "re.Match[str]") -> str:
        i = next(numbers)
        return f"{first[i]}..{last[i]}" if i == differ[0] else match.group()

    return _NUMBER.sub(spread, box.address)


def _count(number: int | None) -> str:
    return "?" if number is None else f"{number:,}" if number else "-"
