"""The labels that a choice has, those alike that nothing after it tells apart."""

from collections.abc import Hashable
from dataclasses import replace
from math import comb
from typing import Final, final

from archdsl.diagnostics import Diagnostic, Label
from archdsl.elaborate import Between, BudgetSpent, OneOf, Point

from .trace import Alternatives

MAX_LABELS: Final = 200_000
"""So many subsets of a list are told one by one."""


@final
class KnownAlternatives:
    """Gives the alternatives of choices; of lists that are chosen from alike they are one object.

    Where it `tells_apart`, elements that look alike are not taken for one: they do not cost alike.
    """

    def __init__(self, *, tells_apart: bool) -> None:
        self._tells_apart = tells_apart
        self._subsets: dict[Hashable, Alternatives] = {}

    def of(self, point: Point) -> Alternatives:
        """Give the labels of a choice.

        Raises:
            BudgetSpent: there are too many.
        """
        if isinstance(point, Between):
            return Alternatives((point.interval,), (0,))
        if isinstance(point, OneOf):
            return Alternatives(point.labels, tuple(range(len(point.labels))))
        if self._tells_apart:
            point = replace(point, kinds=None)
        key = (point.count, point.low, point.high, point.names, point.kinds)
        known = self._subsets.get(key)
        if known is None:
            if sum(comb(point.count, size) for size in range(point.low, point.high + 1)) > MAX_LABELS:
                message = f"a choice of {point.low} to {point.high} out of {point.count} has too many alternatives"
                raise BudgetSpent(Diagnostic("budget-spent", message, Label(point.span)))
            labels = tuple(point.labels)
            numbers: dict[Hashable, int] = {}
            kinds = tuple(numbers.setdefault(point.kinds_of(label), len(numbers)) for label in labels)
            known = self._subsets[key] = Alternatives(labels, kinds)
        return known
