"""Calls of static functions; what one gave for plain statics is remembered as long as the program lives."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Label, Span
from archdsl.syntax import ast

from .addresses import NOWHERE
from .advice import recursion_fixes
from .binding import complete, give
from .faults import fail
from .values import Any_, Env, FunctionValue, identity_of, is_plain, size_of

if TYPE_CHECKING:
    from .interpreter import Interpreter

MOST_REMEMBERED = 100_000
LARGEST_REMEMBERED = 256
"""The parts of what is remembered of one call: a long list is sooner made again than kept."""


@final
class Functions:
    """The part of the interpreter that calls static functions."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter
        self._depth = 0
        self._deepest = 0

    def call(
        self,
        function: FunctionValue,
        positional: Sequence[Any_ | ast.Hole],
        keywords: Sequence[tuple[str, Any_ | ast.Hole, Span]],
        span: Span,
    ) -> Any_:
        """Give the value of a function.

        Each value is remembered with the depth of the calls that it took, so that a recursion without a bound is found
        whatever was evaluated before.
        """
        definition = function.definition
        names = tuple(parameter.name for parameter in definition.statics)
        given, holes = give(function, names, positional, keywords, span)
        if holes:
            message = f"`{definition.name}` is a static function and leaves no static open"
            fail("open-static", message, span, "left open")
        known = self._interpreter.program.cache.calls
        key = (id(definition), *((name, identity_of(value)) for name, value in given.items()))
        can_keep = all(map(is_plain, given.values()))
        if can_keep and key in known:
            value: Any_
            value, height = known[key]
            if self._depth + height <= self._interpreter.budget.depth:
                self._deepest = max(self._deepest, self._depth + height)
                return value
        around, self._deepest = self._deepest, self._depth
        try:
            value = self._evaluate(function, given, span)
            height = self._deepest - self._depth
        finally:
            self._deepest = max(around, self._deepest)
        if can_keep and size_of(value) + sum(map(size_of, given.values())) <= LARGEST_REMEMBERED:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            known[key] = value, height
        return value

    def _evaluate(self, function: FunctionValue, given: dict[str, Any_], span: Span) -> Any_:
        interpreter, definition = self._interpreter, function.definition
        interpreter.program.cache.prepare(definition)

        def evaluate(expr: ast.Expr, names: dict[str, Any_]) -> Any_:
            return interpreter.evaluate(expr, Env(function.scope, names, NOWHERE))

        self._depth += 1
        self._deepest = max(self._deepest, self._depth)
        try:
            if self._depth > interpreter.budget.depth:
                fail(
                    "unbounded-recursion",
                    f"the recursion of `{definition.name}` has no bound",
                    span,
                    "uses itself without an end",
                    secondary=(Label(definition.name_span, "defined here"),),
                    fixes=recursion_fixes(interpreter.program, definition, span),
                )
            bound = complete(definition.statics, given, evaluate, definition.name, definition.name_span, span)
            return evaluate(definition.value, bound)
        finally:
            self._depth -= 1
