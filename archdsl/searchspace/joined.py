"""Walks that stand for many: of the paths of a part that differ in the types of their results alone, one is followed.

Most parts of a program do as much with a tensor of 32 channels as with one of 64. Where that is so, the paths that lead
to the one and to the other are one class, whose value may have several types. A walk that meets something that
depends on which of them it is ends with `TooVague`; the part is then walked in each case, and taken for all of them
where all have the same decisions.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, final

from archdsl.elaborate import Interpreter
from archdsl.elaborate.addresses import Frame
from archdsl.elaborate.faults import TooVague
from archdsl.elaborate.vague import Apply, Vagueness, shape_of
from archdsl.elaborate.values import Any_, Tensor, holds_tied
from archdsl.ir import Type

from .diagram import UNIT, Diagram
from .exploration import Exploration, Faulty, Outcome
from .paths import Path, State


class Wide(Exception):
    """A part takes many walks that may differ in types alone."""


class Walks(Protocol):
    """What is asked of the explorer."""

    @property
    def weighs(self) -> bool: ...

    def part(
        self, run: Callable[[Frame], Any_], frame: Frame, *, is_closed: bool = False, weighs: bool = False
    ) -> Exploration: ...

    def enter(
        self, found: Exploration, key: Hashable | None, frame: Frame, prefix: str = "", parameters: str = ""
    ) -> Any_: ...

    def members(self, own: Outcome | Faulty) -> Diagram: ...


@final
class Joined:
    """The part of an explorer that joins classes."""

    def __init__(self, walks: Walks, interpreter: Interpreter) -> None:
        if interpreter.flows.kept:
            raise TooVague  # what a tensor is made of tells paths apart, too
        self._walks = walks
        self._known: dict[Hashable, Exploration | None] = {}
        self._vague = interpreter.vague = Vagueness(self._split, self._without_decisions, lambda: walks.weighs)

    def add(self, classes: dict[State, tuple[Any_, Path, int]], key: State, value: Any_, path: Path) -> int:
        """Take a walk to its class; give the number of that."""
        known, first, index = classes.setdefault(key, (value, path, len(classes)))
        if first is not path:
            classes[key] = self._vague.join(known, value), first, index
            first.join_marks(path)
        return index

    def _split(self, layer: Hashable, inputs: Sequence[Tensor], frame: Frame, apply: Apply) -> Any_:
        """Apply a definition to vague tensors, or in each case by itself where it depends on them."""
        types = tuple(own.type for own in inputs)
        key = (layer, types, frame.suffix, self._walks.weighs)
        if key not in self._known:
            try:
                return apply(inputs, frame)
            except TooVague:
                self._known[key] = None
                if holds_tied(layer):
                    raise
                cases = list(self._vague.cases(types))
                self._known[key] = self._of_cases([self._case(case, frame, apply) for case in cases])
        found = self._known[key]
        if found is None:
            raise TooVague
        return self._walks.enter(found, None, frame, frame.decision, frame.parameters)

    def _without_decisions(self, run: Callable[[Frame], Any_], frame: Frame) -> Any_:
        """Walk a part in which nothing is decided, and no member of a list is taken."""
        if self._walks.weighs:
            raise TooVague
        found = self._walks.part(run, Frame("", frame.instance, "", frame.suffix)).outcomes
        first = found[0]
        if len(found) > 1 or first.diagram is not UNIT or first.uses or first.marks or first.perhaps:
            raise TooVague
        return first.value

    def _case(self, types: Sequence[Type], frame: Frame, apply: Apply) -> Exploration:
        given = [Tensor(type_) for type_ in types]
        own = Frame("", "", "", frame.suffix)
        return self._walks.part(lambda inner: apply(given, inner), own, is_closed=True, weighs=self._walks.weighs)

    def _of_cases(self, cases: Sequence[Exploration]) -> Exploration:
        """Give what a definition comes to in all cases, where that is decided in one way."""
        if any(len(case.outcomes) != 1 or case.gives_tied for case in cases):
            raise TooVague
        found = [case.outcomes[0] for case in cases]
        first = found[0]
        members = self._walks.members(first)
        if any(own.weights != first.weights or self._walks.members(own) is not members for own in found):
            raise TooVague
        value = self._vague.join_all([own.value for own in found])
        uses = tuple(dict.fromkeys(use for own in found for use in own.uses))
        outcome = Outcome(value, uses, frozenset(), first.diagram, first.witness, first.weights)
        return Exploration((outcome,), (), (), (), trace=cases[0].trace)


def are_alike(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether classes of paths differ in types, or in the members that they take, alone."""
    shapes = [(shape_of(own.value), own.uses, own.weights) for own in outcomes] if len(outcomes) > 1 else []
    return len(set(shapes)) < len(shapes)
