"""The static builtins, and arithmetic on static values."""

from collections.abc import Callable
from math import floor
from typing import Any, TypeGuard

from archdsl.diagnostics import Span

from .faults import fail
from .limits import MAX_MAGNITUDE, MAX_REPEAT, MAX_STRING, check_length
from .values import NO_TENSORS, Any_, Subset, describe, size_of
from .worlds import holds_tensors

Number = int | float


def elements(value: Any_) -> tuple[Any_, ...] | None:
    """Give the elements of a list, else None."""
    if isinstance(value, Subset):
        return value.items
    return value if isinstance(value, tuple) else None


def is_number(value: object) -> TypeGuard[int | float]:
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
            fail("wrong-kind", f"`in` needs a list on its right, given {describe(right)}", span, "no list to look in")
        return elements_or_self(left) in items
    first, second = elements(left), elements(right)
    if op == "+" and first is not None and second is not None:
        check_length(size_of(first) + size_of(second), span)
        joined = first + second
        return joined if joined or not (holds_tensors(left) or holds_tensors(right)) else NO_TENSORS
    if op == "+" and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_STRING:
            fail("too-large", f"a string has at most {MAX_STRING} characters", span, "too long")
        return left + right
    if not (is_number(left) and is_number(right)):
        message = f"`{op}` needs two numbers, given {describe(left)} and {describe(right)}"
        fail("wrong-kind", message, span, "not both are numbers")
    if op in ("/", "//", "%") and right == 0:
        fail("division-by-zero", f"the right of `{op}` is 0", span, f"{describe(left)} cannot be divided by 0")
    return _in_range(op, lambda: _OPERATORS[op](left, right), span)


def _in_range(name: str, compute: Callable[[], Any], span: Span) -> Any_:
    """Compute a number, and stop where it is too large to be any size."""
    try:
        result: Any_ = compute()
    except OverflowError:
        result = float("inf")
    if is_number(result) and not abs(result) <= MAX_MAGNITUDE:
        fail("too-large", f"the result of `{name}` is too large", span, "no number of this size can be meant")
    return result


def length_of_range(start: Number, stop: Number, step: Number) -> int:
    """Count the elements of `start..stop step s`; one more than are allowed stands for any number that is too large."""
    if stop < start:
        return 0
    try:
        return min(int((stop - start) / step + 1e-9) + 1, MAX_REPEAT + 1)
    except (OverflowError, ValueError):
        return MAX_REPEAT + 1


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
    given = ", ".join(map(describe, arguments)) or "nothing"
    fail("wrong-kind", f"`{name}` needs a list, given {given}", span, f"given {given}")


SIZES = {"single": 1, "pair": 2, "triple": 3}
"""The builtins that give a size for each of so many axes."""


def _size(name: str, arguments: tuple[Any_, ...], span: Span) -> tuple[Any_, ...]:
    """Repeat a number for each axis; a list with an element for each stays."""
    (value,) = arguments if len(arguments) == 1 else (None,)
    if is_number(value):
        return (value,) * SIZES[name]
    items = elements(value) if value is not None else None
    if items is None or len(items) != SIZES[name]:
        given = ", ".join(map(describe, arguments)) or "nothing"
        needed = "a list of 1" if name == "single" else f"a {name}"
        fail("wrong-kind", f"a number or {needed} is needed, given {given}", span, f"given {given}")
    return items


def call_builtin(name: str, arguments: tuple[Any_, ...], span: Span) -> Any_:
    """Call a static builtin on static values."""
    if name == "len":
        if len(arguments) != 1 or (items := elements(arguments[0])) is None:
            given = ", ".join(map(describe, arguments)) or "nothing"
            fail("wrong-kind", f"`len` needs a list, given {given}", span, f"given {given}")
        return len(items)
    if name == "round_to":
        if len(arguments) != 2 or not all(is_number(a) for a in arguments) or arguments[1] <= 0:  # type: ignore[operator]
            given = ", ".join(map(describe, arguments)) or "nothing"
            fail(
                "wrong-kind", f"`round_to` needs a number and a divisor above 0, given {given}", span, f"given {given}"
            )
        return _in_range(name, lambda: round_to(*arguments), span)  # type: ignore[arg-type]
    if name in SIZES:
        return _size(name, arguments, span)
    items = _single_list(name, arguments, span)
    if name in ("any", "all"):
        if not all(isinstance(item, bool) for item in items):
            odd = next(item for item in items if not isinstance(item, bool))
            fail("wrong-kind", f"`{name}` needs bools, given {describe(odd)}", span, f"given {describe(odd)}")
        return any(items) if name == "any" else all(items)
    if not all(is_number(item) for item in items):
        odd = next(item for item in items if not is_number(item))
        fail("wrong-kind", f"`{name}` needs numbers, given {describe(odd)}", span, f"given {describe(odd)}")
    if name == "sum":
        return _in_range(name, lambda: sum(items), span)
    if not items:
        fail("empty-list", f"`{name}` of an empty list has no value", span, "the list is empty here")
    return (min if name == "min" else max)(items)  # type: ignore[type-var]
