"""What settings mean: values of the training that are decided with the architecture, and read by the evaluator."""

from typing import TYPE_CHECKING, NoReturn, final

from archdsl.ir import Interval
from archdsl.syntax import ast

from .builtins import elements_or_self, is_number
from .chosen import is_chosen
from .faults import fail
from .handlers import Between
from .kinds import numbers_of
from .values import Any_, Env, Subset, Unread, describe, is_static

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Settings:
    """The part of the interpreter that meets `setting`; `met` are the values so far, by instance address."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter
        self.met: dict[str, Any_] = {}

    def bind(self, statement: ast.Setting, env: Env) -> Env:
        """Decide for a setting, and bind its name; where choices are kept open, it is a static value like any other."""
        part = self._interpreter.program.cache.parts.get(id(statement), statement.name)
        inner = env.at(env.frame.child(part))
        chosen = is_chosen(statement.value, env, self._interpreter.program.cache)
        opening = self._interpreter.opening
        if opening is not None:
            span = statement.value.span
            held = opening.evaluate(lambda: self._value(statement.value, inner)[0], inner.frame, span)
            return env.bind(statement.name, held, chosen=chosen)
        kinds = self._interpreter.choices.kinds
        before = len(kinds.found) if kinds is not None else 0
        value, told = self._value(statement.value, inner)
        if kinds is not None:
            kinds.settings(before)
        plain = elements_or_self(told)
        if not is_static(plain):
            message = f"a setting is a number, a bool, a string or a list of such, given {describe(told)}"
            fail("wrong-kind", message, statement.value.span, describe(told))
        self.met[inner.frame.instance.lstrip(".")] = plain
        return env.bind(statement.name, value, chosen=self._interpreter.builds and chosen)

    def _value(self, tree: ast.Expr, env: Env) -> tuple[Any_, Any_]:
        """Give what the name of a setting is bound to, and what the evaluator reads."""
        if isinstance(tree, ast.Conditional):
            return self._value(tree.then if self._interpreter.truth(tree.test, env) else tree.other, env)
        if (
            isinstance(tree, ast.ChooseOf)
            and tree.quantity.kind == "one"
            and isinstance(tree.source, ast.Range)
            and tree.source.step is None
        ):
            start, stop = self._interpreter.bounds(tree.source, env)
            if is_number(start) and is_number(stop) and not (isinstance(start, int) and isinstance(stop, int)):
                return self._real(tree, float(start), float(stop), env)
            numbers = numbers_of(tree.source, start, stop, 1)
            value = self._interpreter.choices.out_of(tree, Subset(numbers, tuple(range(len(numbers)))), env)
        else:
            value = self._interpreter.hold(tree, env)
        return value, value

    def _real(self, tree: ast.ChooseOf, low: float, high: float, env: Env) -> tuple[Any_, Any_]:
        if low > high:
            message = f"there is no number from {low!r} to {high!r}"
            fail("empty-choice", message, tree.source.span, "the lower end is above the upper end")
        interval = Interval(low, high)
        if self._interpreter.opening is not None:
            return Unread(interval), low
        address = env.frame.child(self._interpreter.part(tree, env)).decision
        label = self._interpreter.handler.choose(Between(address, interval, tree.span))
        if self._interpreter.choices.kinds is not None:
            self._interpreter.choices.kinds.elements(address, [label])
        return Unread(interval), label

    @staticmethod
    def refuse(tree: ast.Name) -> NoReturn:
        """Refuse that the program reads a setting whose value it cannot know."""
        message = f"the program reads the setting `{tree.id}`, which is a real number"
        fail("real-setting", message, tree.span, "a real setting is read by the evaluator alone")
