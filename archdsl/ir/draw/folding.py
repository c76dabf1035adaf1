"""What is alike is drawn once: uses of one cell, and equal boxes in a row."""

from collections.abc import Sequence
from dataclasses import replace

from archdsl.ir.graph import Node, Value

from .pictures import Box, Picture, Source
from .scopes import parts_of, plain


def generalizes(known: Picture, other: Picture) -> bool:
    """Tell whether two uses of a cell are the same picture, though `other` may be given one value at two places."""
    if (known.name, len(known.boxes), len(known.results)) != (other.name, len(other.boxes), len(other.results)):
        return False
    given: dict[Value, Value] = {}

    def alike(first: Sequence[Source], second: Sequence[Source]) -> bool:
        if len(first) != len(second):
            return False
        for mine, its in zip(first, second, strict=True):
            if mine.box != its.box or (mine.box is not None and mine.value.index != its.value.index):
                return False
            if mine.box is None and given.setdefault(mine.value, its.value) != its.value:
                return False
        return True

    return alike(known.results, other.results) and all(
        (mine.name, mine.kind, mine.cell, mine.detail) == (its.name, its.kind, its.cell, its.detail)
        and alike(mine.inputs, its.inputs)
        for mine, its in zip(known.boxes, other.boxes, strict=True)
    )


def element_of(box: Box, base: str) -> str | None:
    """Give the node of a list that a box belongs to, as `h[0]`, where the address says so.

    >>> element_of(Box("add", "op", "cell.h[0].sum", (), (), ()), "cell")
    'h[0]'
    """
    parts = parts_of(box.address)[len(parts_of(base)) if base else 0 :]
    is_open = any(not isinstance(node, Node) for node in box.nodes)
    if len(parts) < 2 - is_open or not parts[0].endswith("]") or plain(parts[0]) in ("repeat", *map(plain, parts[1:2])):
        return None
    return parts[0] if parts[0][len(plain(parts[0])) + 1 : -1].isdecimal() else None


def merged(picture: Picture, *, within: bool = False) -> Picture:
    """Draw equal boxes in a row as one; those of different nodes of a list stay apart where `within` a cell."""
    base = picture.address
    boxes: list[Box] = []
    place: list[int] = []
    for i, box in enumerate(picture.boxes):
        before = boxes[-1] if boxes else None
        if (
            before is not None
            and box.kind != "op"
            and any(source.box == i - 1 for source in box.inputs)
            and _look(box) == _look(before)
            and not (within and element_of(box, base) != element_of(before, base))
        ):
            place.append(len(boxes) - 1)
            inputs = (*before.inputs, *(s for s in _moved(box.inputs, place, boxes) if s.box != len(boxes) - 1))
            boxes[-1] = replace(
                before,
                nodes=(*before.nodes, *box.nodes),
                inputs=tuple(dict.fromkeys(inputs)),
                count=before.count + 1,
                last=box.address,
            )
        else:
            place.append(len(boxes))
            boxes.append(replace(box, inputs=_moved(box.inputs, place, boxes)))
    return replace(picture, boxes=tuple(boxes), results=_moved(picture.results, place, boxes))


def _look(box: Box) -> tuple[object, ...]:
    return box.name, box.kind, box.cell, box.detail, box.types


def _moved(sources: Sequence[Source], place: Sequence[int], boxes: Sequence[Box]) -> tuple[Source, ...]:
    """Number the boxes anew; of several values from one row of boxes, one is drawn."""
    found: dict[object, Source] = {}
    for source in sources:
        if source.box is None:
            found.setdefault(source.value, source)
        else:
            box = place[source.box]
            found.setdefault(box if boxes[box].count > 1 else source.value, Source(box, source.value))
    return tuple(found.values())
