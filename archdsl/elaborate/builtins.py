"""The static builtins, and arithmetic on static values."""

from collections.abc import Callable
from math import floor
from typing import Any

from archdsl.diagnostics import Span

from .faults import fail
from .values import Any_, Subset, describe

Number = int | float
MAX_MAGNITUDE = 1 << 256


def elements(value: Any_) -> tuple[Any_, ...] | None:
    """Give the elements of a list, else None."""
    if isinstance(value, Subset):
        return value.items
    return value if isinstance(value, tuple) else None


def is_number(value: object) -> bool:
    """Tell whether a value is an int or a float; a bool is neither."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def arithmetic(op: str, left: Any_, right: Any_, span: Span) -> Any_:
    """Compute `left op right` of static values."""
    if op in ("==", "!="):
        equal = elements_or_self(left) == elements_or_self(right)
        return equal if op == "==" else not equal
    if op == "in":
        items = elements(right)
        if items is None:
            fail("wrong-kind", f"`in` needs a list on its right, given {describe(right)}", span)
        return elements_or_self(left) in items
    first, second = elements(left), elements(right)
    if op == "+" and first is not None and second is not None:
        return first + second
    if op == "+" and isinstance(left, str) and isinstance(right, str):
        return left + right
    if not (is_number(left) and is_number(right)):
        fail("wrong-kind", f"`{op}` needs two numbers, given {describe(left)} and {describe(right)}", span)
    if op in ("/", "//", "%") and right == 0:
        fail("division-by-zero", f"the right of `{op}` is 0", span)
    try:
        result: Any_ = _OPERATORS[op](left, right)
    except OverflowError:
        fail("too-large", f"the result of `{op}` is too large", span)
    if is_number(result) and abs(result) > MAX_MAGNITUDE:  # type: ignore[arg-type]
        fail("too-large", f"the result of `{op}` is too large", span)
    return result


def elements_or_self(value: Any_) -> Any_:
    """Give a list as a plain tuple, anything else as it is."""
    return value.items if isinstance(value, Subset) else value


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def round_to(value: Number, divisor: Number) -> int:
    """Round to a multiple of `divisor`, halves up, never below one multiple, never below 0.9 of the value."""
    multiple = max(divisor, floor((value + divisor / 2) / divisor) * divisor)
    return int(multiple + divisor if multiple < 0.9 * value else multiple)


def _single_list(name: str, arguments: tuple[Any_, ...], span: Span) -> tuple[Any_, ...]:
    if len(arguments) == 1 and (items := elements(arguments[0])) is not None:
        return items
    if len(arguments) > 1:
        return arguments
    fail("wrong-kind", f"`{name}` needs a list, given {', '.join(map(describe, arguments)) or 'nothing'}", span)


def call_builtin(name: str, arguments: tuple[Any_, ...], span: Span) -> Any_:
    """Call a static builtin on static values."""
    if name == "len":
        if len(arguments) != 1 or (items := elements(arguments[0])) is None:
            fail("wrong-kind", f"`len` needs a list, given {', '.join(map(describe, arguments)) or 'nothing'}", span)
        return len(items)
    if name == "round_to":
        if len(arguments) != 2 or not all(is_number(a) for a in arguments) or arguments[1] <= 0:  # type: ignore[operator]
            fail("wrong-kind", "`round_to` needs a number and a divisor above 0", span)
        return round_to(*arguments)  # type: ignore[arg-type]
    if name == "pair":
        (value,) = arguments if len(arguments) == 1 else (None,)
        if is_number(value):
            return (value, value)  # type: ignore[return-value]
        items = elements(value) if value is not None else None
        if items is None or len(items) != 2:
            fail("wrong-kind", f"a number or a pair is needed, given {describe(value)}", span)
        return items
    items = _single_list(name, arguments, span)
    if name in ("any", "all"):
        if not all(isinstance(item, bool) for item in items):
            fail("wrong-kind", f"`{name}` needs a list of bools", span)
        return any(items) if name == "any" else all(items)
    if not all(is_number(item) for item in items):
        odd = next(item for item in items if not is_number(item))
        fail("wrong-kind", f"`{name}` needs numbers, given {describe(odd)}", span)
    if name == "sum":
        return sum(items)  # type: ignore[arg-type]
    if not items:
        fail("empty-list", f"`{name}` of an empty list", span)
    return (min if name == "min" else max)(items)  # type: ignore[type-var]
