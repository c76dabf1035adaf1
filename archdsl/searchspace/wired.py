"""The diagrams of the classes of a wiring, all made together: what they have in common stands in all of them once."""

from collections.abc import Iterable
from typing import final

import numpy as np

from archdsl.elaborate.batch import Numbers
from archdsl.elaborate.wirings import Form, Trail, Wiring
from archdsl.ir import Label

from .diagram import UNIT, Diagram, Literal, product, union
from .trace import Alternatives, Asked


@final
class Wired:
    """A wiring as walks take it: what they ask for, and the diagram of each class.

    Of `others` with the same classes, under other statics, the diagrams are the same.
    """

    def __init__(self, wiring: Wiring, others: Iterable["Wired"]) -> None:
        self._wiring = wiring
        self._addresses = tuple(choice.point.address for choice in wiring.asked)
        self.asked: tuple[Asked, ...] = tuple(
            (choice.point.address, Alternatives(choice.labels, (0,) * len(choice.labels)), 0) for choice in wiring.asked
        )
        same = (own for own in others if own._addresses == self._addresses and own._wiring.is_alike(wiring))
        known = next(same, None)
        self.diagrams: list[Diagram] = diagrams_of(wiring) if known is None else known.diagrams

    def trail(self, form: Form, number: int) -> Trail:
        """Give the trail of a walk for a class that has seen nothing yet."""
        return Trail(self._wiring, form, number, np.arange(number + 1, self._wiring.count))

    def labels_of(self, number: int) -> dict[str, Label]:
        """Give the decisions of the first case of a class."""
        labels = zip(self._wiring.choices, self._wiring.labels_of(number), strict=True)
        return dict(zip(self._addresses, (label for choice, label in labels if choice.items), strict=True))


def diagrams_of(wiring: Wiring) -> list[Diagram]:
    """Give the diagram of each class: which labels of its choices lead to it.

    Cases that go the same way after their first choices, to the same class, share what follows; so each choice, from
    the last to the first, is a table from what was decided before to what follows.
    """
    known: dict[tuple[int, ...], int] = {}
    diagrams: list[Diagram] = [UNIT]
    classes, follows = wiring.classes, np.zeros(len(wiring.classes), np.int64)
    columns = [(choice, *own) for choice, own in zip(wiring.choices, _columns(wiring), strict=True) if choice.items]
    while columns:
        choice, digits, prefix = columns.pop()
        literals = [Literal(choice.point.address, label, 1.0 / len(choice.labels)) for label in choice.labels]
        order = np.lexsort((digits, classes, prefix))
        prefix, classes, digits, follows = prefix[order], classes[order], digits[order], follows[order]
        is_first = np.ones(len(order), bool)
        is_first[1:] = (prefix[1:] != prefix[:-1]) | (classes[1:] != classes[:-1])
        starts = np.flatnonzero(is_first)
        numbers = np.empty(len(starts), np.int64)
        pairs = np.stack((digits, follows), 1).tolist()
        ends = [*starts[1:].tolist(), len(order)]
        for group, (start, end) in enumerate(zip(starts.tolist(), ends, strict=True)):
            key = (len(columns), *(number for pair in pairs[start:end] for number in pair))
            number = known.get(key)
            if number is None:
                number = known[key] = len(diagrams)
                diagrams.append(_union(literals, pairs[start:end], diagrams))
            numbers[group] = number
        follows, classes = numbers, classes[starts]
        left = order[starts]
        columns = [(own, values[left], before[left]) for own, values, before in columns]
    found: list[Diagram] = [UNIT] * wiring.count
    for number, diagram in zip(classes.tolist(), follows.tolist(), strict=True):
        found[number] = diagrams[diagram]
    return found


def _columns(wiring: Wiring) -> list[tuple[Numbers, Numbers]]:
    """Give, for each choice, what is decided in each case, and a number for all that was decided before."""
    found: list[tuple[Numbers, Numbers]] = []
    before = np.zeros(len(wiring.classes), np.int64)
    for choice, digits in zip(wiring.choices, wiring.digits, strict=True):
        found.append((digits, before))
        before = before * len(choice.labels) + digits
    return found


def _union(literals: list[Literal], pairs: list[list[int]], diagrams: list[Diagram]) -> Diagram:
    """Unite the labels by what follows them."""
    labels: dict[int, list[Literal]] = {}
    for digit, follows in pairs:
        labels.setdefault(follows, []).append(literals[digit])
    return union(product((union(own), diagrams[follows])) for follows, own in labels.items())
