"""The order of a space's architectures: lexicographic in evaluation order, alternatives as the text has them.

A trace gives the next choice that is asked for, the diagram how many members have each of its labels. So the place of
an architecture and the architecture at a place are found decision by decision, and all are listed without any being
held.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import final

from archdsl.ir import Interval, Label

from .counting import Counts, key_of
from .diagram import Diagram, Labels
from .trace import Ask, Enter, Leave, Sort, Stage, Trace, resolve


@final
@dataclass(frozen=True, slots=True)
class _Around:
    """The parts that a walk is in: where it goes on after the innermost, and what is around that."""

    enter: Enter
    prefix: str
    outer: "_Around | None"


@final
@dataclass(frozen=True, slots=True)
class _Question:
    """A choice that is asked for, and all that is needed to go on behind it."""

    address: str
    ask: Ask
    prefix: str
    around: _Around | None

    def after(self, index: int, decided: Mapping[str, Label]) -> "_Question | None":
        """Give the next question when the label with this index is decided; None where no more is asked for."""
        return _next(self.ask.after(index), self.prefix, self.around, decided)


def _next(trace: Trace | None, prefix: str, around: _Around | None, decided: Mapping[str, Label]) -> _Question | None:
    """Walk on to the next choice that is not decided."""
    while True:
        match trace:
            case Enter(part=part, prefix=own):
                around = _Around(trace, prefix, around)
                prefix = resolve(prefix, own)
                trace = part
            case Leave(index=index):
                if around is None:
                    return None
                trace, prefix, around = around.enter.then.get(index), around.prefix, around.outer
            case Stage(root=root):
                trace = root
            case Sort(wiring=wiring):
                labels = tuple(decided[resolve(prefix, choice.point.address)] for choice in wiring.asked)
                number = wiring.class_of(labels)
                trace = None if number is None else trace.then.get(number)
            case Ask():
                address = resolve(prefix, trace.address)
                if address not in decided:
                    return _Question(address, trace, prefix, around)
                trace = trace.after(_index(trace.labels, decided[address]))
            case None:
                raise AssertionError("the decisions of a member lead to an end")


def _index(labels: tuple[Labels, ...], label: Label) -> int:
    """Find a label; -1 where it is none of them."""
    key = key_of(label)
    return next(
        (i for i, own in enumerate(labels) if key_of(own) == key or (isinstance(own, Interval) and label in own)), -1
    )


def asked(trace: Trace, decisions: Mapping[str, Label]) -> list[str]:
    """Give the addresses of a member's decisions in the order in which they are asked for."""
    decided: dict[str, Label] = {}
    question = _next(trace, "", None, decided)
    while question is not None:
        label = decided[question.address] = decisions[question.address]
        if len(decided) == len(decisions):
            break  # what is left of the walk asks for none anew
        question = question.after(_index(question.ask.labels, label), decided)
    return list(decided)


@final
class Order:
    """The members of a diagram, in the order in which the walks of a trace come to them."""

    def __init__(self, diagram: Diagram, trace: Trace) -> None:
        self._diagram = diagram
        self._first = _next(trace, "", None, {})
        self._counts = Counts(diagram)

    def rank(self, decisions: Mapping[str, Label]) -> int | None:
        """Count the members before the one with these decisions; None where they are of no member."""
        rank = 0
        decided: dict[str, Label] = {}
        question = self._first
        try:
            while question is not None:
                if question.address not in decisions:
                    return None
                chosen = _index(question.ask.labels, decisions[question.address])
                numbers = _numbers(question, self._counts)
                if chosen < 0 or not numbers[chosen]:
                    return None
                rank += sum(numbers[:chosen])
                question = self._decide(question, chosen, self._counts, decided)
            return rank if len(decided) == len(decisions) else None
        finally:
            self._forget(decided)

    def unrank(self, index: int) -> dict[str, Label]:
        """Give the decisions of the member that has `index` members before it."""
        before = index
        decided: dict[str, Label] = {}
        question = self._first
        try:
            while question is not None:
                ends = list(accumulate(_numbers(question, self._counts)))
                chosen = bisect_right(ends, before)
                before -= ends[chosen - 1] if chosen else 0
                question = self._decide(question, chosen, self._counts, decided)
            return decided
        finally:
            self._forget(decided)

    def members(self, start: int = 0) -> Iterator[dict[str, Label]]:
        """Give the decisions of all members from one on, each when it is asked for."""
        counts = Counts(self._diagram)
        decided: dict[str, Label] = {}
        open_: list[tuple[_Question, Iterator[int]]] = []
        question = self._first
        before = start
        if before >= counts.total:
            return
        while True:
            if question is None:
                yield dict(decided)
            else:
                numbers = _numbers(question, counts)
                first = bisect_right(list(accumulate(numbers)), before) if before else 0
                before -= sum(numbers[:first])
                open_.append((question, iter([i for i in range(first, len(numbers)) if numbers[i]])))
            while open_:
                question, left = open_[-1]
                if question.address in decided:
                    del decided[question.address]
                    counts.undo()
                chosen = next(left, None)
                if chosen is not None:
                    break
                open_.pop()
            else:
                return
            question = self._decide(question, chosen, counts, decided)

    @staticmethod
    def _decide(question: _Question, chosen: int, counts: Counts, decided: dict[str, Label]) -> _Question | None:
        label = question.ask.labels[chosen]
        assert not isinstance(label, Interval), "a space with real settings has no order"
        counts.fix(question.address, label)
        decided[question.address] = label
        return None if _is_settled(counts, decided) else question.after(chosen, decided)

    def _forget(self, decided: Mapping[str, Label]) -> None:
        for _ in decided:
            self._counts.undo()


def _numbers(question: _Question, counts: Counts) -> list[int]:
    """Give how many members have each label of a question."""
    by_label = counts.by_label(question.address)
    numbers = [by_label.get(key_of(label), 0) for label in question.ask.labels]
    assert sum(numbers) == counts.total, f"some member is not asked for {question.address}"
    return numbers


def _is_settled(counts: Counts, decided: Mapping[str, Label]) -> bool:
    """Tell whether nothing is left to be asked for: the only member that agrees decides no more."""
    return counts.total == 1 and len(counts.only()) == len(decided)
