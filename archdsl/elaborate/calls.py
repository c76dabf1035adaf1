"""What `(…)` means behind a layer and a builtin."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, NoReturn, final

from archdsl.syntax import ast

from .addresses import QUANTITIES, head_name
from .advice import application_fixes
from .builtins import call_builtin, elements
from .faults import fail
from .sight import word
from .values import (
    Absent,
    Any_,
    Builtin,
    Env,
    FunctionValue,
    Guarded,
    Lifted,
    Several,
    Tensor,
    TensorLike,
    Uncertain,
    describe,
    is_layer,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Calls:
    """The part of the interpreter that applies what is written to what is given."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def arguments(self, trees: Sequence[ast.Expr | ast.Keyword | ast.Generator], env: Env) -> list[Any_]:
        """Evaluate what stands in `(…)`; a comprehension gives its elements, an open choice is selected."""
        values: list[Any_] = []
        for tree in trees:
            if isinstance(tree, ast.Keyword):
                message = f"`{tree.name} = …` is given in `(…)`, where values are passed by position"
                fail("keyword-for-tensor", message, word(tree.span, tree.name), "statics are passed by name, in `[…]`")
            if isinstance(tree, ast.Generator):
                values.extend(self._interpreter.comprehensions.generate(tree, env))
                continue
            value = self._interpreter.hold(tree, env)
            values.append(self._interpreter.plain(value, tree.span) if isinstance(value, Lifted) else value)
        return values

    def evaluate(self, tree: ast.Call, env: Env) -> Any_:
        """Apply a layer, or give the value of a builtin."""
        base = self._interpreter.evaluate(tree.base, env)
        if isinstance(base, Builtin):
            return self._builtin(base, tree, env)
        if isinstance(base, FunctionValue):
            message = f"`{base.definition.name}` is a static function and takes its statics in `[…]`"
            fail("not-a-layer", message, tree.base.span, "cannot be applied to tensors")
        if not is_layer(base) and not isinstance(base, Absent):
            fail("not-a-layer", f"{describe(base)} cannot be applied", tree.base.span, "no layer")
        values: list[TensorLike] = []
        arguments = self.arguments(tree.arguments, env)
        if any(isinstance(value, Uncertain) for value in arguments):
            return self._interpreter.joins.of_uncertain(base, arguments, tree, env)
        if self._interpreter.opening is not None:
            arguments = self._interpreter.opening.presence.spread(arguments)
        for value, where in zip(arguments, self._places(tree), strict=False):
            values.extend(self.tensors(value, where, env))
        return self._interpreter.apply(
            base, self._interpreter.flows.operands(values, tree, env.frame), env.frame, tree.span
        )

    @staticmethod
    def _places(tree: ast.Call) -> Iterable[ast.Tree]:
        """Give the place of each argument; of a comprehension, all are at the call."""
        return repeat(tree) if any(isinstance(own, ast.Generator) for own in tree.arguments) else tree.arguments

    def _builtin(self, base: Builtin, tree: ast.Call, env: Env) -> Any_:
        if len(tree.arguments) == 1 and isinstance(tree.arguments[0], ast.Generator):
            made = self._interpreter.comprehensions.generate(tree.arguments[0], env)
            values: list[Any_] = made if any(isinstance(own, Uncertain) for own in made) else [tuple(made)]
        else:
            values = self.arguments(tree.arguments, env)
        if base.name in QUANTITIES:
            return self._interpreter.quantities.value(base.name, values, tree, env)
        if base.name == "loose":
            return self._interpreter.joins.loose(values, tree, env)
        if base.name == "sum" and any(isinstance(value, Uncertain) for value in values):
            return self._interpreter.joins.of_uncertain(base, values, tree, env)
        if self._interpreter.opening is not None:
            may_lack = base.name == "sum"
            values = [
                self._interpreter.opening.presence.argument(value, tree.span, may_lack=may_lack) for value in values
            ]
        if base.name == "sum":
            operands = self._interpreter.joins.operands(values, tree, env)
            if operands is not None:
                operands = self._interpreter.flows.operands(operands, tree, env.frame)
                return self._interpreter.joins.join(
                    "add", "sum", operands, env, self._interpreter.part(head_name(tree.base) or tree, env), tree.span
                )
        return call_builtin(base.name, tuple(values), tree.span)

    def tensors(self, value: Any_, tree: ast.Tree, env: Env) -> list[TensorLike]:
        """Give the tensors that a value is, or refuse it."""
        match value:
            case Tensor() | Absent():
                return [value]
            case Several(values=values):
                return [tensor for inner in values for tensor in self.tensors(inner, tree, env)]
            case Guarded():
                assert self._interpreter.opening is not None
                return [t for v in self._interpreter.opening.presence.select(value) for t in self.tensors(v, tree, env)]
        items = elements(value)
        if items is not None:
            return [tensor for item in items for tensor in self.tensors(item, tree, env)]
        if is_layer(value):
            self.refuse_layer("a layer stands where a tensor is needed", tree, env)
        message = f"a tensor is needed here, given {describe(value)}"
        fail("static-for-tensor", message, tree.span, "no tensor; statics are given in `[…]`")

    @staticmethod
    def refuse_layer(what: str, tree: ast.Tree, env: Env) -> NoReturn:
        """Refuse a layer where a tensor is needed; the advice is to apply it."""
        fixes = application_fixes(tree, list(env.names.items()))
        label = "a layer, applied to nothing; `f(x)` and `x |> f` apply one"
        fail("layer-for-tensor", what, tree.span, label, fixes=fixes)
