"""Static expressions computed for many cases at once, column by column.

A wiring of six nodes is one of two million; what its text asks of each (`reach[inputs, 6]`, `len(s)`) is computed here
for all of them in a few operations on arrays. A list whose elements are not the same in all cases holds every element
that some case has, each with the cases that have it. Where an expression has no value (a division by 0, the maximum of
nothing) the case is marked as wrong, and the mark is dropped by an `if` that does not take it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from archdsl.syntax import ast

from .addresses import NOWHERE
from .builtins import arithmetic, call_builtin, elements
from .faults import Fault
from .kinds import numbers_of
from .limits import BudgetSpent
from .program import ModuleScope
from .values import Env, FunctionValue, Subset, identity_of, is_plain

if TYPE_CHECKING:
    from .interpreter import Interpreter

LARGEST = 1 << 31
"""Above, whole numbers are computed case by case: a product of two would not fit a column."""
DEEPEST = 64

Numbers = NDArray[np.int64]
Cases = NDArray[np.bool_]
Mask = Cases | None
"""The cases of which something holds; None stands for all where it says which have an element, for none elsewhere."""


class Unfit(Exception):
    """An expression cannot be computed for many cases at once."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A number or a bool for each case; `wrong` are the cases in which it has no value."""

    values: NDArray[Any]
    wrong: Mask = None


@final
@dataclass(frozen=True, slots=True, eq=False)
class Varying:
    """A list whose elements are not the same in all cases: each with the cases that have it, in order."""

    items: tuple[tuple[Any, Mask], ...]
    wrong: Mask = None


def listed(items: Sequence[tuple[Any, Mask]], wrong: Mask = None) -> "Varying | tuple[Any, ...]":
    """Give a list; one whose elements are in all cases is plain."""
    if wrong is None and all(there is None for _, there in items):
        return tuple(value for value, _ in items)
    return Varying(tuple(items), wrong)


@final
class Batch:
    """Computes expressions for all of `count` cases."""

    def __init__(self, interpreter: "Interpreter", count: int) -> None:
        self._interpreter = interpreter
        self._count = count
        self._known: dict[tuple[object, ...], Any] = {}
        self._kept: list[Any] = []
        self._depth = 0

    def evaluate(self, tree: ast.Tree, scope: ModuleScope, names: dict[str, Any]) -> Any:
        """Give the value of an expression: a plain one, a `Column`, or a list.

        Raises:
            Unfit: it is not made of what can be computed so.
        """
        self._interpreter.budget.spend(tree.span, 1 + self._count // 1024)
        own = self._interpreter.program.cache.names_in(tree)
        if all(is_plain(names[name]) for name in own if name in names):
            return self._plain(tree, scope, {name: names[name] for name in own if name in names})
        match tree:
            case ast.Name(id=name):
                return names[name]
            case ast.ListExpr(items=items):
                return self._list(items, scope, names)
            case ast.Conditional(test=test, then=then, other=other):
                chosen = self.evaluate(test, scope, names)
                if isinstance(chosen, bool):
                    return self.evaluate(then if chosen else other, scope, names)
                return _where(self._truth(chosen), *(self.evaluate(part, scope, names) for part in (then, other)))
            case ast.Binary(op="and" | "or" as op, left=left, right=right):
                return self._junction(op, left, right, scope, names)
            case ast.Binary(op=op, left=left, right=right, span=span):
                first, second = self.evaluate(left, scope, names), self.evaluate(right, scope, names)
                if is_plain(first) and is_plain(second):
                    return self._or_wrong(lambda: arithmetic(op, first, second, span))
                return self._binary(op, first, second)
            case ast.Unary(op="not", operand=operand):
                value = self._truth(self.evaluate(operand, scope, names))
                return Column(~value.values, value.wrong)
            case ast.Brackets():
                return self._brackets(tree, scope, names)
            case ast.Range(start=start, stop=stop, step=step):
                ends = [self.evaluate(part, scope, names) for part in (start, stop, *([step] if step else []))]
                if not all(type(end) is int for end in ends):
                    raise Unfit
                return numbers_of(tree, ends[0], ends[1], ends[2] if step else 1)
            case ast.Call(base=ast.Name(id=name), arguments=arguments) if name not in names:
                return self._call(name, self._arguments(arguments, scope, names))
            case _:
                raise Unfit

    def _plain(self, tree: ast.Tree, scope: ModuleScope, names: dict[str, Any]) -> Any:
        """Give the value of an expression that is the same in all cases."""
        if isinstance(tree, ast.Range):
            return self._interpreter.range(tree, Env(scope, names, NOWHERE))
        value = self._or_wrong(lambda: self._interpreter.evaluate(tree, Env(scope, names, NOWHERE)))  # type: ignore[arg-type]
        return value.items if isinstance(value, Subset) else value

    def _or_wrong(self, compute: Callable[[], Any]) -> Any:
        """Give a value that is the same in all cases; a fault makes it wrong in all."""
        try:
            return compute()
        except BudgetSpent:
            raise
        except Fault:
            return Column(np.zeros(self._count, np.int64), np.ones(self._count, bool))

    def truth(self, tree: ast.Expr, scope: ModuleScope, names: dict[str, Any]) -> Column:
        """Give the value of a condition in each case."""
        return self._truth(self.evaluate(tree, scope, names))

    def _truth(self, value: Any) -> Column:
        column = self._column(value)
        if column.values.dtype != np.bool_:
            raise Unfit
        return column

    def _column(self, value: Any) -> Column:
        if isinstance(value, Column):
            return value
        if not isinstance(value, (bool, int, float)) or abs(value) > LARGEST:
            raise Unfit
        return Column(np.full(self._count, value))

    def _junction(self, op: str, left: ast.Expr, right: ast.Expr, scope: ModuleScope, names: dict[str, Any]) -> Any:
        first = self.evaluate(left, scope, names)
        if isinstance(first, bool):
            return self.evaluate(right, scope, names) if first == (op == "and") else first
        first = self._truth(first)
        second = self._truth(self.evaluate(right, scope, names))
        asks = first.values if op == "and" else ~first.values
        values = first.values & second.values if op == "and" else first.values | second.values
        return Column(values, _either(first.wrong, _both(asks, second.wrong)))

    def _binary(self, op: str, left: Any, right: Any) -> Any:
        if op == "in":
            found = [(self._binary("==", left, value), there) for value, there in _items(right)]
            return self._call("any", [listed(found, _wrong_of(right))])
        if isinstance(left, (tuple, Varying)) and isinstance(right, (tuple, Varying)) and op == "+":
            return listed([*_items(left), *_items(right)], _either(_wrong_of(left), _wrong_of(right)))
        first, second = self._column(left), self._column(right)
        wrong = _either(first.wrong, second.wrong)
        a, b = first.values, second.values
        if op not in ("==", "!=") and np.bool_ in (a.dtype, b.dtype):
            raise Unfit
        if op in ("/", "//", "%"):
            wrong = _either(wrong, b == 0 if (b == 0).any() else None)
            b = np.where(b == 0, np.ones((), b.dtype), b)
        values = _OPERATORS[op](a, b)
        if values.dtype != np.bool_ and np.abs(values).max(initial=0) > LARGEST:
            raise Unfit
        return Column(values, wrong)

    def _brackets(self, tree: ast.Brackets, scope: ModuleScope, names: dict[str, Any]) -> Any:
        if isinstance(tree.base, ast.Name) and tree.base.id not in names:
            function = self._interpreter.global_name(tree.base.id, scope, tree.span, "")
            if isinstance(function, FunctionValue):
                return self._function(function, tree, scope, names)
        base = self.evaluate(tree.base, scope, names)
        if not isinstance(base, tuple) or len(tree.arguments) != 1:
            raise Unfit
        index = self.evaluate(tree.arguments[0], scope, names)
        if type(index) is not int:
            raise Unfit
        if not -len(base) <= index < len(base):
            return Column(np.zeros(self._count, np.int64), np.ones(self._count, bool))
        return base[index]

    def _function(self, function: FunctionValue, tree: ast.Brackets, scope: ModuleScope, names: dict[str, Any]) -> Any:
        parameters = function.definition.statics
        given: dict[str, Any] = {}
        for number, argument in enumerate(tree.arguments):
            if isinstance(argument, ast.Keyword):
                given[argument.name] = self.evaluate(argument.value, scope, names)
            elif number < len(parameters):
                given[parameters[number].name] = self.evaluate(argument, scope, names)
        if set(given) != {parameter.name for parameter in parameters} or any(own.kind for own in parameters):
            raise Unfit
        key = (id(function.definition), *(_token(value) for value in given.values()))
        if key not in self._known:
            self._kept.extend(given.values())
            self._depth += 1
            try:
                if self._depth > DEEPEST:
                    raise Unfit
                self._known[key] = self.evaluate(function.definition.value, function.scope, given)
            finally:
                self._depth -= 1
        return self._known[key]

    # ------------------------------------------------------------ lists

    def _list(
        self, trees: Sequence[ast.Expr | ast.Generator], scope: ModuleScope, names: dict[str, Any]
    ) -> "Varying | tuple[Any, ...]":
        items: list[tuple[Any, Mask]] = []
        wrong: Mask = None
        for tree in trees:
            if isinstance(tree, ast.Generator):
                inner, own = self.loops(tree, scope, names, None)
                items.extend((self.evaluate(tree.element, scope, bound), there) for bound, there in inner)
                wrong = _either(wrong, own)
            else:
                items.append((self.evaluate(tree, scope, names), None))
        return listed(items, wrong)

    def loops(
        self, tree: ast.Generator, scope: ModuleScope, names: dict[str, Any], there: Mask, index: int = 0
    ) -> tuple[list[tuple[dict[str, Any], Mask]], Mask]:
        """Give the names that each turn of a comprehension's loops binds and the cases that come to it; the wrong ones.

        The names of the loops are bound with their places, under `@` and the name, for who needs to know.
        """
        if index == len(tree.clauses):
            if tree.condition is None:
                return [(names, there)], None
            holds = self.evaluate(tree.condition, scope, names)
            if isinstance(holds, bool):
                return ([(names, there)] if holds else []), None
            column = self._truth(holds)
            values = column.values if column.wrong is None else column.values & ~column.wrong
            return [(names, _meet(there, values))], _meet(there, column.wrong) if column.wrong is not None else None
        clause = tree.clauses[index]
        source = self.evaluate(clause.source, scope, names)
        found: list[tuple[dict[str, Any], Mask]] = []
        wrong = _both(there, _wrong_of(source)) if there is not None else _wrong_of(source)
        for place, (value, own) in enumerate(_items(source)):
            bound = {**names, clause.name: value, f"@{clause.name}": place}
            inner, inner_wrong = self.loops(tree, scope, bound, _meet(there, own), index + 1)
            found.extend(inner)
            wrong = _either(wrong, inner_wrong)
        return found, wrong

    def _arguments(
        self, trees: Sequence[ast.Expr | ast.Keyword | ast.Generator], scope: ModuleScope, names: dict[str, Any]
    ) -> list[Any]:
        if len(trees) == 1 and isinstance(trees[0], ast.Generator):
            return [self._list(trees, scope, names)]  # type: ignore[arg-type]
        if any(isinstance(tree, (ast.Keyword, ast.Generator)) for tree in trees):
            raise Unfit
        return [self.evaluate(tree, scope, names) for tree in trees]

    def _call(self, name: str, arguments: list[Any]) -> Any:
        if all(map(is_plain, arguments)):
            place = self._interpreter.program.main.module.span
            return self._or_wrong(lambda: call_builtin(name, tuple(arguments), place))
        whole = arguments[0] if len(arguments) == 1 else tuple(arguments)
        wrong = _wrong_of(whole)
        if name == "len" and isinstance(whole, tuple):
            return len(whole)
        if name == "len":
            return Column(sum(self._there(own) for _, own in _items(whole)), wrong)  # type: ignore[arg-type]
        columns = [(self._column(value), self._there(own)) for value, own in _items(whole)]
        if not columns:
            raise Unfit
        for column, there in columns:
            wrong = _either(wrong, _both(there, column.wrong))
        kinds = {column.values.dtype for column, _ in columns}
        if name in ("any", "all"):
            if kinds - {np.dtype(bool)}:
                raise Unfit
            hits = [(column.values if name == "any" else ~column.values) & there for column, there in columns]
            found = reduce(np.logical_or, hits, np.zeros(self._count, bool))
            return Column(found if name == "any" else ~found, wrong)
        if name not in ("sum", "min", "max") or len(kinds) != 1 or np.dtype(bool) in kinds:
            raise Unfit
        if name == "sum":
            total = sum(np.where(there, column.values, 0) for column, there in columns)
            if np.abs(total).max(initial=0) > LARGEST:
                raise Unfit
            return Column(total, wrong)  # type: ignore[arg-type]
        last = -LARGEST - 1 if name == "max" else LARGEST + 1
        best = np.maximum if name == "max" else np.minimum
        values = reduce(best, (np.where(there, column.values, last) for column, there in columns))
        none = ~reduce(np.logical_or, (there for _, there in columns))
        return Column(values, _either(wrong, none if none.any() else None))

    def _there(self, own: Mask) -> Cases:
        return np.ones(self._count, bool) if own is None else own


def codes_of(value: Any) -> list[NDArray[np.int64]]:
    """Give columns that are equal in two cases just where a value is; of a plain value there are none."""
    match value:
        case Column(values=values, wrong=wrong):
            own = np.unique(values, return_inverse=True)[1].astype(np.int64)
            return [own if wrong is None else np.where(wrong, -1, own)]
        case Varying(items=items, wrong=wrong):
            found = [] if wrong is None else [wrong.astype(np.int64)]
            bits = [there for _, there in items if there is not None]
            for start in range(0, len(bits), 60):
                packed = (own.astype(np.int64) << place for place, own in enumerate(bits[start : start + 60]))
                found.append(sum(packed))  # type: ignore[arg-type]
            for inner, there in items:
                codes = codes_of(inner)
                found.extend(codes if there is None else [np.where(there, own, -2) for own in codes])
            return found
        case tuple():
            return [code for inner in value for code in codes_of(inner)]
        case _:
            return []


def _items(value: Any) -> Sequence[tuple[Any, Mask]]:
    if isinstance(value, Varying):
        return value.items
    own = elements(value)
    if own is None:
        raise Unfit
    return [(item, None) for item in own]


def _token(value: Any) -> object:
    return identity_of(value) if is_plain(value) else id(value)


def _wrong_of(value: Any) -> Mask:
    return value.wrong if isinstance(value, (Column, Varying)) else None


def _either(a: Mask, b: Mask) -> Mask:
    """Give the cases of either of two masks, of which None has none."""
    return b if a is None else a if b is None else a | b


def _both(a: Cases, b: Mask) -> Mask:
    return None if b is None else a & b


def _meet(a: Mask, b: Mask) -> Mask:
    """Give the cases of both of two masks, of which None has all."""
    return b if a is None else a if b is None else a & b


def _where(test: Column, then: Any, other: Any) -> Any:
    yes, no = test.values, ~test.values
    wrong = _either(test.wrong, _either(_both(yes, _wrong_of(then)), _both(no, _wrong_of(other))))
    if isinstance(then, (tuple, Varying)) and isinstance(other, (tuple, Varying)):
        items = [(v, _meet(own, yes)) for v, own in _items(then)] + [(v, _meet(own, no)) for v, own in _items(other)]
        return Varying(tuple(items), wrong)
    first, second = (own.values if isinstance(own, Column) else own for own in (then, other))
    for value, side in ((first, then), (second, other)):
        if not isinstance(side, Column) and (not isinstance(value, (bool, int, float)) or abs(value) > LARGEST):
            raise Unfit
    if not _all_wrong(then) and not _all_wrong(other) and np.asarray(first).dtype != np.asarray(second).dtype:
        raise Unfit
    return Column(np.where(yes, first, second), wrong)


def _all_wrong(value: Any) -> bool:
    return isinstance(value, Column) and value.wrong is not None and bool(value.wrong.all())


_OPERATORS: dict[str, Any] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.true_divide, "//": np.floor_divide, "%": np.mod,
    "==": np.equal, "!=": np.not_equal, "<": np.less, ">": np.greater, "<=": np.less_equal, ">=": np.greater_equal,
}  # fmt: skip
