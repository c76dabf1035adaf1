"""Choices of depth that are kept open: the longest chain with an exit after each length, and prefixes of node lists."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Span
from archdsl.ir import Guard
from archdsl.ir.guards import either

from .addresses import Frame
from .kinds import times_of
from .lifted import NoWorld, World
from .opening import Alternative, merged
from .results import joined
from .values import Any_, Guarded, Lifted, Repeated, TensorLike

if TYPE_CHECKING:
    from .opening import Opening

Step = Callable[[int, Sequence[TensorLike]], Sequence[TensorLike]]


@final
class Depth:
    """The part of the interpreter that knows how often something happens, where that is open."""

    def __init__(self, opening: "Opening") -> None:
        self._opening = opening

    def repeat(self, layer: Repeated, inputs: Sequence[TensorLike], frame: Frame, step: Step) -> Any_:
        """Go through the longest chain; what comes after each length is an alternative."""
        span = layer.repeat.count.span
        exits = self._counts(layer.count, span)
        after: list[Sequence[TensorLike]] = [tuple(inputs)]
        for i in range(exits[-1][2]):
            with self._beyond(layer.count, i), self._opening.sources.under(_longer_than(i, exits)):
                values = self._opening.attempt(lambda i=i: step(i, after[i]))  # type: ignore[misc]
            if values is None:
                break
            after.append(values)

        def walk(n: int) -> Any_:
            if n >= len(after):
                raise NoWorld
            return joined(after[n])

        alternatives = [Alternative(guard, world, span, lambda n=n: walk(n)) for guard, world, n in exits]  # type: ignore[misc]
        return self._opening.choose(alternatives, frame.child(layer.part).instance, span)

    def nodes(self, count: Any_, span: Span, instance: str, make: Callable[[int], TensorLike]) -> Any_:
        """Make the longest list of nodes, each under the guard that the list is long enough."""
        lengths = self._counts(count, span)
        made: list[TensorLike] = []
        guards: list[Guard] = []
        for i in range(lengths[-1][2]):
            guard = _longer_than(i, lengths)
            with self._beyond(count, i), self._opening.sources.under(guard):
                node = self._opening.attempt(lambda i=i: make(i))  # type: ignore[misc]
            if node is None:
                break
            made.append(node)
            guards.append(guard)
        return Guarded(tuple(made), tuple(guards), tuple(range(len(made))), instance, span)

    def _counts(self, count: Any_, span: Span) -> list[tuple[Guard, World, int]]:
        """Give the lengths from the shortest to the longest, each with the guard under which it is chosen."""
        found = merged(self._opening.cases(count, span))
        return sorted(((guard, world, times_of(n, span)) for guard, world, n in found), key=lambda own: own[2])

    @contextmanager
    def _beyond(self, count: Any_, i: int) -> Iterator[None]:
        """Walk where there are more than `i` steps."""
        self._opening.requirements.append(_longer(count, i))
        try:
            yield
        finally:
            self._opening.requirements.pop()


def _longer_than(i: int, lengths: Sequence[tuple[Guard, World, int]]) -> Guard:
    return either(guard for guard, _, n in lengths if n > i)


def _longer(count: Any_, i: int) -> Any_:
    if isinstance(count, Lifted):
        return Lifted(count.address, count.among, tuple(_longer(case, i) for case in count.cases))
    return isinstance(count, int) and count > i
