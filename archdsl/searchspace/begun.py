"""Walks for the classes of a wiring begin where they part: an earlier one saw the same of both up to there.

A class is told by all that a text sees of a list of numbers, but most of it is seen late: of a thousand wirings of five
nodes, few differ in what the first two see.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

from archdsl.elaborate.wirings import Trail

from .paths import Checkpoint, Path

if TYPE_CHECKING:
    from .wired import Wired

MOST_BEGUN = 1 << 12
"""Of a wiring with more classes nothing is kept for later ones: it would fill the memory."""


@final
class Begun:
    """What the walks for the classes of one wiring have begun, those of one part that took the same ways to it.

    `path` has come to the wiring, with its `trail`; `again` gives a place as it is on the walk for another class.
    """

    def __init__(self, path: Path, wired: "Wired", trail: Trail, again: Callable[[Trail, Any], object]) -> None:
        self._wired = wired
        self._state = path.state
        self._trail = trail
        self._again = again
        self._branching = len(path.sizes) - 1
        self._places = len(path.events) + len(wired.asked), len(path.factors), len(path.picked)
        self._begins: dict[int, tuple[Checkpoint, Trail]] = {}

    def keep(self, checkpoint: Checkpoint) -> None:
        """Note a place that a walk comes to: those of its classes that have seen the same may begin there."""
        is_first = checkpoint.branchings == self._branching + 1 and checkpoint.path.state == self._state
        if is_first and len(self._trail.alike) and not checkpoint.path.failures:
            trail = replace(self._trail)
            self._begins.update((number, (checkpoint, trail)) for number in trail.alike.tolist())

    def meets(self, place: Any) -> bool:
        """Tell whether the walks of several classes may come to one state at a place."""
        return place is not None and self._trail.is_behind(place)

    def end(self) -> None:
        """Let no other class begin behind this."""
        self._trail.end()

    def following(self, script: list[int], known: list[Checkpoint]) -> tuple[Path, object] | None:
        """Give the walk of a script and the place where it begins, if it is one for another class that may."""
        begin = self._begins.pop(script[-1], None) if len(script) == self._branching + 1 else None
        if begin is None:
            return None
        checkpoint, trail = begin
        self._trail = trail.of(script[-1])
        path = checkpoint.path.copy(script, [*known])
        self._change_class(path)
        place = self._again(self._trail, checkpoint.place)
        path.checkpoints.append(Checkpoint(checkpoint.branchings, place, path.copy([], [])))
        return path, place

    def _change_class(self, path: Path) -> None:
        wiring, number = self._trail.wiring, self._trail.number
        event, factor, picked = self._places
        path.events[event] = (wiring, None, number)
        path.factors[factor] = path.picked[picked] = self._wired.diagrams[number]
        path.decided.update(self._wired.labels_of(number))
