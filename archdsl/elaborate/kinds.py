"""What expressions ask of the values in them: that one is a bool or a number, that an index is one of a list's."""

from archdsl.diagnostics import Span
from archdsl.syntax import ast

from .builtins import is_number, length_of_range
from .faults import fail
from .limits import MAX_REPEAT
from .values import Any_, describe


def truth_of(value: Any_, span: Span) -> bool:
    """Give a value that must be a bool."""
    if not isinstance(value, bool):
        fail("wrong-kind", f"a bool is needed here, given {describe(value)}", span, describe(value))
    return value


def whole_of(value: Any_, span: Span) -> int:
    """Give a value that must be an int."""
    if not isinstance(value, int) or isinstance(value, bool):
        fail("wrong-kind", f"an int is needed here, given {describe(value)}", span, describe(value))
    return value


def times_of(value: Any_, span: Span) -> int:
    """Give how often something is repeated."""
    count = whole_of(value, span)
    if not 0 <= count <= MAX_REPEAT:
        fail("too-large", f"`repeat` takes 0 to {MAX_REPEAT} times, given {count}", span, f"{count} times")
    return count


def nodes_of(value: Any_, span: Span) -> int:
    """Give how many nodes a list has."""
    count = whole_of(value, span)
    if not 0 <= count <= MAX_REPEAT:
        fail("too-large", f"a node list has 0 to {MAX_REPEAT} nodes, given {count}", span, f"{count} nodes")
    return count


def signed(op: str, value: Any_, span: Span) -> Any_:
    """Give `-value` or `+value` of a value that must be a number."""
    if not is_number(value):
        fail("wrong-kind", f"`{op}` needs a number, given {describe(value)}", span, describe(value))
    return -value if op == "-" else value


def element_at(items: tuple[Any_, ...], index: int, span: Span) -> Any_:
    """Give an element of a list."""
    if not -len(items) <= index < len(items):
        message = f"index {index} is outside of a list of {len(items)}"
        label = f"from {-len(items)} to {len(items) - 1}" if items else "there is no element"
        fail("index-out-of-range", message, span, label)
    return items[index]


def numbers_of(tree: ast.Range, start: Any_, stop: Any_, step: Any_) -> tuple[int | float, ...]:
    """Give the elements of `start..stop step s`, both ends included."""
    for value, part in zip((start, stop, step), (tree.start, tree.stop, tree.step or tree.stop), strict=True):
        if not is_number(value):
            fail("wrong-kind", f"a range needs numbers, given {describe(value)}", part.span, describe(value))
    if step <= 0:  # type: ignore[operator]
        message = f"the step of a range is above 0, given {describe(step)}"
        fail("wrong-kind", message, (tree.step or tree).span, describe(step))
    if tree.step is None and not (isinstance(start, int) and isinstance(stop, int)):
        message = "a range of floats needs a `step` outside of a `setting`"
        fail("real-range", message, tree.span, "which numbers are between is not said")
    number = length_of_range(start, stop, step)  # type: ignore[arg-type]
    if number > MAX_REPEAT:
        fail("too-large", f"a range has at most {MAX_REPEAT} elements", tree.span, f"more than {MAX_REPEAT}")
    return tuple(start + i * step for i in range(number))  # type: ignore[operator,misc]
