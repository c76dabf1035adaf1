"""Members of a diagram near to another: one decision changed, all others kept where they still hold."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import final

from archdsl.ir import Interval, Label

from .diagram import Diagram, Fold, Labels, Literal, Product, Sum, mass

Decision = tuple[str, type, Labels]


@final
class Changer:
    """Changes one decision of a member; what depended on it is drawn anew by its priors."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        self._mass: Fold[float] = mass()
        self._holds: Fold[frozenset[Decision]] = Fold(
            lambda literal: frozenset({(literal.address, type(literal.label), literal.label)}),
            lambda parts: frozenset().union(*parts),
            lambda parts: frozenset().union(*parts),
        )

    def change(self, decisions: Mapping[str, Label], address: str, label: Label, rng: Random) -> dict[str, Label]:
        """Give a member that decides `label` at `address`, and elsewhere as before where that is possible."""
        result: dict[str, Label] = {}
        wanted = {**decisions, address: label}
        self._walk(self._diagram, wanted, self._that_admit(address, label), rng, result)
        return result

    def _that_admit(self, address: str, label: Label) -> frozenset[Decision]:
        """Give the literals' decisions that a label agrees with: its own, and the intervals that hold it."""
        own: Decision = (address, type(label), label)
        intervals = (
            known
            for known in (self._holds(self._diagram) if isinstance(label, float) else ())
            if known[0] == address and isinstance(known[2], Interval) and label in known[2]
        )
        return frozenset({own, *intervals})

    def _walk(
        self,
        node: Diagram,
        wanted: Mapping[str, Label],
        fixed: frozenset[Decision],
        rng: Random,
        result: dict[str, Label],
    ) -> None:
        if isinstance(node, Literal):
            result[node.address] = _taken(node.label, wanted.get(node.address), rng)
        elif isinstance(node, Product):
            for child in node.children:
                inside = fixed & self._holds(child) if fixed else fixed
                self._walk(child, wanted, inside, rng, result)
        else:
            assert isinstance(node, Sum)
            possible = [c for c in node.children if not fixed or fixed & self._holds(c)]
            kept = next((child for child in possible if _admits(child, wanted)), None)
            child = kept or self._draw(self._nearest(possible, wanted), rng)
            self._walk(child, wanted, fixed, rng, result)

    def _nearest(self, nodes: list[Diagram], wanted: Mapping[str, Label]) -> list[Diagram]:
        """Keep those whose own decisions differ least from what is wanted."""
        counts = [_differences(node, wanted) for node in nodes]
        return [node for node, own in zip(nodes, counts, strict=True) if own == min(counts)]

    def _draw(self, nodes: list[Diagram], rng: Random) -> Diagram:
        bounds = list(accumulate(self._mass(node) for node in nodes))
        return nodes[min(bisect_right(bounds, rng.random() * bounds[-1]), len(nodes) - 1)]


def _taken(own: Labels, wanted: Label | None, rng: Random) -> Label:
    """Give the label of a literal: of an interval the number that is wanted, or one that is drawn."""
    if not isinstance(own, Interval):
        return own
    return wanted if wanted is not None and wanted in own else own.draw(rng)


def _agrees(literal: Literal, wanted: Mapping[str, Label]) -> bool:
    return literal.address in wanted and literal.agrees(wanted)


def _admits(node: Diagram, wanted: Mapping[str, Label]) -> bool:
    """Tell whether some member decides as wanted wherever it decides."""
    match node:
        case Literal():
            return _agrees(node, wanted)
        case Product(children=children):
            return all(_admits(child, wanted) for child in children)
        case Sum(children=children):
            return any(_admits(child, wanted) for child in children)
    raise AssertionError("a flat diagram has no shifts")


def _differences(node: Diagram, wanted: Mapping[str, Label]) -> int:
    if isinstance(node, Literal):
        return int(node.address in wanted and not _agrees(node, wanted))
    own = [child for child in node.children if isinstance(child, Literal)] if isinstance(node, Product) else []
    return sum(_differences(child, wanted) for child in own)
