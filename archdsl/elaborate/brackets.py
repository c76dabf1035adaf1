"""What `[…]` means behind a list, a static function and a layer."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

from archdsl.diagnostics import Span
from archdsl.syntax import ast

from .addresses import head_name
from .binding import give
from .builtins import elements
from .chosen import is_chosen, with_chosen
from .faults import fail
from .kinds import element_at
from .limits import check_parts
from .values import (
    Absent,
    Any_,
    Defined,
    Env,
    FunctionValue,
    Guarded,
    Layer,
    Lifted,
    Named,
    Open,
    Several,
    Tensor,
    Tied,
    describe,
    is_layer,
    named,
    size_of,
)
from .worlds import list_like

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Brackets:
    """The part of the interpreter that gives statics, and takes elements of lists."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def evaluate(self, tree: ast.Brackets, env: Env) -> Any_:
        """Give an element of a list, the value of a function, or a layer with some of its statics."""
        base = self._interpreter.hold(tree.base, env)
        if isinstance(base, (Lifted, Guarded)):
            base = self._interpreter.plain(base, tree.base.span)
        if (items := elements(base)) is not None:
            return self._index(tree, base, items, env)
        if not is_layer(base) and not isinstance(base, FunctionValue):
            message = f"`[…]` needs a list or a definition before it, given {describe(base)}"
            fail("not-a-list", message, tree.base.span, describe(base))
        positional: list[Any_ | ast.Hole] = []
        keywords: list[tuple[str, Any_ | ast.Hole, Span]] = []
        chosen = [
            argument.name if isinstance(argument, ast.Keyword) else i
            for i, argument in enumerate(tree.arguments)
            if self._interpreter.builds and is_chosen(argument, env, self._interpreter.program.cache)
        ]
        for argument in tree.arguments:
            match argument:
                case ast.Keyword(name=name, value=value):
                    hole = isinstance(value, ast.Hole)
                    keywords.append((name, value if hole else self._static(value, env), argument.span))  # type: ignore[arg-type]
                case ast.Hole():
                    positional.append(argument)
                case ast.Slice() | ast.Generator():
                    fail("wrong-kind", "a slice or a comprehension is no static", argument.span, "no static value")
                case _:
                    positional.append(self._static(argument, env))
        if isinstance(base, FunctionValue):
            for own in (*positional, *(own for _, own, _ in keywords)):
                if isinstance(own, (Lifted, Guarded)):
                    self._interpreter.plain(own, tree.span)
            result = self._interpreter.functions.call(base, positional, keywords, tree.span)
            head = head_name(tree.base)
            return named(self._interpreter.part(head, env) if head else "", with_chosen(result) if chosen else result)
        layer: Any_ = self._give(base, positional, keywords, chosen, tree)  # type: ignore[arg-type]
        check_parts(size_of(layer), tree.span)
        return layer

    def _static(self, tree: ast.Expr, env: Env) -> Any_:
        value = self._interpreter.hold(tree, env)
        if isinstance(value, (Tensor, Absent, Several)):
            fail("tensor-for-static", f"`[…]` takes static values, given {describe(value)}", tree.span,
                 "a tensor; tensors are passed in `(…)`")  # fmt: skip
        return value

    def _give(
        self,
        layer: Layer | Absent,
        positional: Sequence[Any_ | ast.Hole],
        keywords: Sequence[tuple[str, Any_ | ast.Hole, Span]],
        chosen: Sequence[int | str],
        tree: ast.Brackets,
    ) -> Any:
        """Give a layer some of its statics; `chosen` are the places and names of those that depend on a choice."""
        match layer:
            case Named(part=part, layer=inner):
                return Named(part, self._give(inner, positional, keywords, chosen, tree))
            case Tied():
                return replace(layer, layer=self._give(layer.layer, positional, keywords, chosen, tree))
            case Lifted():
                cases = (self._give(case, positional, keywords, chosen, tree) for case in layer.cases)  # type: ignore[arg-type]
                return replace(layer, cases=tuple(cases))
            case Absent():
                return layer
            case Open():
                return replace(
                    layer,
                    alternatives=tuple(
                        (
                            label,
                            self._give(inner, positional, keywords, chosen, tree),
                        )
                        for label, inner in layer.alternatives
                    ),
                )
            case Defined():
                given, holes = give(layer, layer.open, positional, keywords, tree.span)
                if not holes and layer.given and not layer.open:
                    message = f"`{layer.definition.name}` has all its statics"
                    fail("wrong-arity", message, tree.span, "given statics again")
                rest = holes if holes else ()
                given_now = replace(layer, given=(*layer.given, *given.items()), open=rest, span=tree.span)
                names = (own if isinstance(own, str) else layer.open[own] for own in chosen)
                return given_now.with_chosen(names) if chosen else given_now
            case _:
                fail("wrong-arity", "a composed layer takes no statics", tree.span, "given statics")

    def _index(self, tree: ast.Brackets, base: Any_, items: tuple[Any_, ...], env: Env) -> Any_:
        if len(tree.arguments) != 1:
            message = f"a list takes one index, given {len(tree.arguments)}"
            fail("wrong-arity", message, tree.arguments[1].span, "one too many")
        argument = tree.arguments[0]
        if isinstance(argument, ast.Slice):
            start, stop = (
                self._interpreter.integer(bound, env) if bound else None for bound in (argument.start, argument.stop)
            )
            return list_like(items[start:stop], base)
        if isinstance(argument, (ast.Keyword, ast.Generator, ast.Hole)):
            fail("wrong-kind", "a list takes an index or a slice", argument.span, "neither of them")
        return element_at(items, self._interpreter.integer(argument, env), argument.span)
