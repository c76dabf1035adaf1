"""The layout of expressions: what stands in brackets, and where a long one is broken."""

from collections.abc import Sequence
from typing import assert_never

from archdsl.diagnostics import Span

from . import ast
from .layout import BREAK, NEWLINE, SOFT, SPACE, Glue, Group, Layout, Nest, first_token
from .vocabulary import starts_line

# How tightly each form binds; a looser one within a tighter one stands in brackets.
CONDITIONAL, OR, AND, NOT, COMPARISON, PIPELINE, SUM, PRODUCT, SIGNED, APPLICATION, ATOM = range(11)

_OPERATORS = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("==", "!=", "<=", ">=", "<", ">", "in"), COMPARISON),
    "|>": PIPELINE,
    **dict.fromkeys(("+", "-"), SUM),
    **dict.fromkeys(("*", "/", "//", "%"), PRODUCT),
}

Part = ast.Expr | ast.Range | ast.Alternatives | ast.Keyword | ast.Generator | ast.Slice | ast.Hole


def first_on_line(span: Span) -> bool:
    """Say whether a part stood first on its line: where its author broke a line, the layout does too."""
    return starts_line(span.source.text, span.start)


def expression(part: Part, level: int = CONDITIONAL, *, closed: bool = False) -> Layout:
    """Lay an expression out, in brackets where it binds less tightly than its place needs.

    A `closed` place is one where something may be added or multiplied behind it.
    """
    layout = _bare(part)
    if _level(part) < level or (closed and _is_open(part)):
        return ("(", layout, ")")
    return layout


def _level(part: Part) -> int:
    match part:
        case ast.Conditional():
            return CONDITIONAL
        case ast.Binary(op=op):
            return _OPERATORS[op]
        case ast.Unary(op="not"):
            return NOT
        case ast.Unary() | ast.Once() | ast.ChooseOf():
            return SIGNED
        case ast.Brackets() | ast.Call() | ast.Member():
            return APPLICATION
        case _:
            return ATOM


def _is_open(part: Part) -> bool:
    """Say whether an expression ends in a `choose … of` that would take in what is added behind it."""
    while isinstance(part, ast.Unary | ast.Binary):
        last = part.operand if isinstance(part, ast.Unary) else part.right
        tightest = SIGNED if isinstance(part, ast.Unary) else _level(part) + 1
        if _level(part) < SUM or _level(last) < tightest:
            return False
        part = last
    return isinstance(part, ast.ChooseOf)


def _bare(part: Part) -> Layout:
    match part:
        case ast.Name(id=text) | ast.Number(text=text):
            return text
        case ast.String(value=value):
            return f'"{value}"'
        case ast.Bool(value=value):
            return "true" if value else "false"
        case ast.Absent():
            return "absent"
        case ast.Hole():
            return "_"
        case ast.Binary(op="|>"):
            return _pipeline(part)
        case ast.Binary():
            return _chain(part)
        case ast.Unary(op="not"):
            return ("not", SPACE, expression(part.operand, NOT))
        case ast.Unary():
            return (part.op, expression(part.operand, SIGNED))
        case ast.Conditional():
            return _conditional(part)
        case ast.Once():
            return (part.kind, SPACE, expression(part.layer, APPLICATION))
        case ast.Brackets():
            return (expression(part.base, APPLICATION), enclosed("[", list(map(expression, part.arguments)), "]"))
        case ast.Call():
            return (expression(part.base, APPLICATION), enclosed("(", list(map(expression, part.arguments)), ")"))
        case ast.Member():
            return (expression(part.base, APPLICATION), ".", part.name)
        case ast.ListExpr():
            return enclosed("[", list(map(expression, part.items)), "]")
        case ast.Scan():
            return ("scan", enclosed("[", list(map(expression, part.arguments)), "]"))
        case ast.Keyword():
            return (part.name, SPACE, "=", SPACE, expression(part.value))
        case ast.Slice():
            start, stop = (() if bound is None else expression(bound) for bound in (part.start, part.stop))
            return (start, ":", stop)
        case ast.Generator():
            return _followed(expression(part.element), _clauses(part.clauses, part.condition))
        case ast.Range():
            return _range(part)
        case ast.Alternatives():
            return alternatives(part.members, part.span)
        case ast.Choose() | ast.ChooseOf() | ast.Repeat():
            return _headed(part)
        case _:
            assert_never(part)


def enclosed(opening: str, items: Sequence[Layout], closing: str, following: Layout = ()) -> Layout:
    """Lay out a list in brackets; where it and what is `following` do not fit, each line has as many items as do."""
    if not items:
        return (opening, closing, following)
    rest = tuple((",", Group((BREAK, item))) for item in items[1:])
    return Group((opening, Nest(2, (SOFT, items[0], rest)), SOFT, closing, following))


def _followed(part: Layout, clauses: Sequence[Layout]) -> Layout:
    return Group((part, Nest(2, tuple((BREAK, clause) for clause in clauses)))) if clauses else part


def _clauses(clauses: Sequence[ast.Clause], condition: ast.Expr | None) -> list[Layout]:
    parts: list[Layout] = [
        ("for", SPACE, clause.name, SPACE, "in", SPACE, expression(clause.source, SUM)) for clause in clauses
    ]
    if condition is not None:
        parts.append(("if", SPACE, expression(condition, OR)))
    return parts


def _range(part: ast.Range) -> Layout:
    bounds = (expression(part.start, SUM, closed=True), "..", expression(part.stop, SUM, closed=True))
    if part.step is None:
        return bounds
    return (bounds, SPACE, "step", SPACE, expression(part.step, SUM, closed=True))


def _conditional(part: ast.Conditional) -> Layout:
    """Lay out a condition with its value; a chain of them that does not fit has a line for each."""

    def case(part: ast.Conditional) -> Layout:
        return Group((expression(part.then, OR), Nest(2, (BREAK, "if", SPACE, expression(part.test, OR)))))

    rest: list[Layout] = []
    other = part.other
    while isinstance(other, ast.Conditional):
        rest.append((BREAK, "else", SPACE, case(other)))
        other = other.other
    rest.append((BREAK, "else", SPACE, expression(other)))
    return Group((case(part), Nest(2, tuple(rest))))


def _chain(part: ast.Binary) -> Layout:
    """Lay out operators of one level: a long condition has a line for each part, a long sum as many as fit on one."""
    level = _level(part)
    closed = level in (SUM, PRODUCT)
    rest: list[Layout] = []
    left: ast.Expr = part
    while isinstance(left, ast.Binary) and _level(left) == level and not (rest and closed and _is_open(left)):
        operand: Layout = (BREAK, left.op, SPACE, expression(left.right, level + 1))
        rest.append(Group(operand) if closed else operand)
        left = left.left
        if level == COMPARISON:
            break
    first = expression(left, level + (level == COMPARISON), closed=closed)
    others = Nest(2, tuple(reversed(rest)))
    return (first, others) if closed else Group((first, others))


def _pipeline(part: ast.Binary) -> Layout:
    """Lay out steps; a new line stands where the author had one, or before each step of a line that is too long.

    A last step in braces may be broken inside while its beginning stays on the line.
    """
    steps: list[tuple[bool, ast.Expr]] = []
    first: ast.Expr = part
    while isinstance(first, ast.Binary) and first.op == "|>":
        steps.append((first_on_line(first.op_span), first.right))
        first = first.left
    lines: list[list[Layout]] = [[]]
    tail: Layout = ()
    for new_line, step in reversed(steps):
        head: Layout
        if step is part.right and isinstance(step, ast.Choose | ast.ChooseOf | ast.Repeat):
            head, tail = _head(step), _tail(step)
        else:
            head = expression(step, SUM)
        piece = ("|>", SPACE, head)
        if new_line:
            lines.append([piece])
        else:
            lines[-1].append((BREAK, piece))
    beginning = expression(first, SUM)
    if len(lines) == 1:
        return (beginning, Group(Nest(2, tuple(lines[0])), tail, indent_tail=2))
    groups = [Group(tuple(line), tail if line is lines[-1] else ()) for line in lines]
    return (beginning, Nest(2, (groups[0], tuple((NEWLINE, group) for group in groups[1:]))))


def _headed(part: ast.Choose | ast.ChooseOf | ast.Repeat) -> Layout:
    return (_head(part), _tail(part))


def _head(part: ast.Choose | ast.ChooseOf | ast.Repeat) -> Layout:
    """Lay out the part before the braces, or before the list that is chosen from."""
    match part:
        case ast.Choose():
            return ("choose", SPACE)
        case ast.ChooseOf():
            return ("choose", SPACE, _quantity(part.quantity), SPACE, "of", SPACE)
        case ast.Repeat():
            index: Layout = () if part.index is None else ("as", SPACE, part.index, SPACE)
            return ("repeat", SPACE, expression(part.count, SUM), SPACE, index)
        case _:
            assert_never(part)


def _tail(part: ast.Choose | ast.ChooseOf | ast.Repeat) -> Layout:
    match part:
        case ast.Choose():
            return alternatives(part.alternatives, part.span)
        case ast.ChooseOf():
            return expression(part.source, SUM)
        case ast.Repeat():
            opening = NEWLINE if first_on_line(part.body.span) else BREAK
            return Group(("{", Nest(2, (opening, expression(part.body))), BREAK, "}"))
        case _:
            assert_never(part)


def _quantity(quantity: ast.Quantity) -> Layout:
    if quantity.low is None:
        return quantity.kind
    if quantity.kind == "exactly":
        return _unlike(("one", "any"), expression(quantity.low, SUM))
    low = _unlike(("one", "any"), expression(quantity.low, SUM, closed=True))
    return (low, "..", () if quantity.high is None else _unlike(("of",), expression(quantity.high, SUM)))


def _unlike(words: Sequence[str], layout: Layout) -> Layout:
    """Put names in brackets that would be read as words of the grammar, as in `choose (one) of xs`."""
    return ("(", layout, ")") if first_token(layout) in words else layout


def alternatives(members: Sequence[ast.Alternative], span: Span) -> Layout:
    """Lay out alternatives: on one line, or on a line each with the signs `=` below each other."""
    width = max((len(member.label) for member in members if member.label), default=0)
    first, *rest = (_alternative(member, width) for member in members)
    opening = NEWLINE if first_on_line(members[0].span) else BREAK
    others = tuple((BREAK, "|", SPACE, Nest(2, member)) for member in rest)
    return Group(("{", Nest(2, (opening, Glue("  ", broken=True), Nest(2, first), others)), BREAK, "}"))


def _alternative(part: ast.Alternative, width: int) -> Layout:
    clauses = _clauses(part.clauses, part.condition)
    if part.guard is not None:
        clauses.append(("when", SPACE, expression(part.guard, OR)))
    if part.weight is not None:
        clauses.append(("weight", SPACE, expression(part.weight, SUM)))
    value = _followed(expression(part.value), clauses)
    if part.label is None:
        return value
    return (part.label, Glue(" " * (width - len(part.label)), broken=True), SPACE, "=", SPACE, value)
