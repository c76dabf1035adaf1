"""Bounds the recursion of blocks with a `depth`: how many applications each may still nest in itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import final

from archdsl.diagnostics import Diagnostic, Label, Span
from archdsl.syntax import ast

from .addresses import TreeCache
from .faults import Outside, fail
from .program import ModuleScope
from .recursion import Recursion
from .values import Any_, Defined, describe


class Beyond(Outside):
    """A recursion goes on below its bound: these decisions are of no architecture."""


@final
class Levels:
    """The blocks with a `depth` that the walk is in, and how often each may be applied inside of itself."""

    def __init__(self, cache: TreeCache, deepest: int) -> None:
        self._cache = cache
        self._deepest = deepest
        self._left: dict[int, tuple[Recursion, int]] = {}

    @property
    def key(self) -> tuple[tuple[int, int], ...]:
        """What is left of each bound: two walks of a part are alike only if this is."""
        return tuple(sorted((identity, left) for identity, (_, left) in self._left.items()))

    def admits(self, alternative: ast.Alternative) -> bool:
        """Tell whether an alternative may end within what is left."""
        return not any(left == 0 and recursion.recurs(alternative) for recursion, left in self._left.values())

    @contextmanager
    def inside(self, layer: Defined, evaluate: Callable[[ast.Expr], Any_], span: Span) -> Iterator[None]:
        """Go into a definition; one without a `depth` changes nothing."""
        block = layer.definition
        if not isinstance(block, ast.Composite) or block.depth is None:
            yield
            return
        before = self._left.get(layer.identity)
        if before is None:
            recursion = self._recursion(block, layer.scope)
            left = self._bound(recursion, evaluate(block.depth), span)
        else:
            recursion, left = before
            if left == 0:
                raise _beyond(block, block.depth, span)
        self._left[layer.identity] = (recursion, left - 1)
        try:
            yield
        finally:
            if before is None:
                del self._left[layer.identity]
            else:
                self._left[layer.identity] = before

    def _recursion(self, block: ast.Composite, scope: ModuleScope) -> Recursion:
        known = self._cache.recursions.get(id(block))
        if known is None:
            known = self._cache.recursions[id(block)] = Recursion(block, scope)
        assert isinstance(known, Recursion)
        return known

    def _bound(self, recursion: Recursion, value: Any_, span: Span) -> int:
        """Give the bound of a block that is applied outside of itself."""
        block = recursion.block
        place = block.depth.span if block.depth else block.span
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            message = f"the depth of `{block.name}` is a whole number above 0, given {describe(value)}"
            fail("wrong-kind", message, place, describe(value))
        if value > self._deepest:
            message = f"the depth of `{block.name}` is at most {self._deepest}, given {value}"
            fail("too-large", message, place, "calls are nested no deeper")
        if recursion.is_endless:
            message = f"`{block.name}` never ends: whatever is chosen, it uses itself again"
            used = (Label(span, "applied here"),)
            fail("unproductive-recursion", message, block.name_span, "no alternative ends without it", secondary=used)
        return value


def _beyond(block: ast.Composite, depth: ast.Expr, span: Span) -> Beyond:
    message = f"`{block.name}` is nested in itself beyond its depth"
    bound = (Label(depth.span, "the depth"),)
    return Beyond(Diagnostic("beyond-depth", message, Label(span, "once more than its depth allows"), bound))


def no_alternative_ends(span: Span) -> Beyond:
    """Say that a choice is met so deep that none of its alternatives can end in time."""
    message = "no alternative of this choice can end within the depth of the recursion"
    return Beyond(Diagnostic("beyond-depth", message, Label(span, "met too deep")))
