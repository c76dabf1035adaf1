"""The layout of statements, definitions and files."""

from collections.abc import Sequence
from itertools import pairwise
from typing import assert_never

from archdsl.diagnostics import Span

from . import ast
from .comments import has_empty_line
from .docs import quoted
from .expressions import OR, alternatives, enclosed, expression, first_on_line
from .layout import BREAK, EMPTY_LINE, NEWLINE, SPACE, Group, Layout, Line, Nest, flat, is_broken

WIDTH = 120


def file(part: ast.Module) -> Layout:
    """Lay out a file; the empty token at its end is there for the last comments."""
    items = in_order(part)
    layouts = [definition(item) for item in items]
    pieces: list[Layout] = [] if part.doc is None else [quoted(part.doc)]
    for i, (item, layout) in enumerate(zip(items, layouts, strict=True)):
        if i:
            pieces.append(_gap(items[i - 1], layouts[i - 1], item, layout))
        elif pieces:
            pieces.append(NEWLINE if isinstance(item, ast.Use) else EMPTY_LINE)
        if not isinstance(item, ast.Use) and item.doc is not None:
            pieces += (quoted(item.doc), NEWLINE)
        pieces.append(layout)
    return (*pieces, NEWLINE if pieces else (), "")


def in_order(part: ast.Module) -> list[ast.Use | ast.Definition]:
    """Give what a file holds in the order of its source; imports come first where there is none."""
    items: list[ast.Use | ast.Definition] = [*part.uses, *part.definitions]
    if all(item.span.source is part.source for item in items):
        items.sort(key=lambda item: item.span.start)
    return items


def _gap(last: ast.Use | ast.Definition, above: Layout, item: ast.Use | ast.Definition, below: Layout) -> Line:
    """Give an empty line, but where imports or definitions of one line stood together."""
    text = _between(last.span, item.span)
    if text is None or has_empty_line(text) or type(last) is not type(item):
        return EMPTY_LINE
    if isinstance(item, ast.Use):
        return NEWLINE
    lines = all(
        "\n" not in part.span.text and not is_broken(layout) and len(flat(layout)) <= WIDTH
        for part, layout in ((last, above), (item, below))
    )
    return NEWLINE if lines and item.doc is None else EMPTY_LINE


def _between(left: Span, right: Span) -> str | None:
    """Give the text between two parts, if they come from one source."""
    if left.source is right.source and left.end <= right.start:
        return left.source.text[left.end : right.start]
    return None


def definition(part: ast.Use | ast.Definition) -> Layout:
    """Lay out a definition without its doc."""
    match part:
        case ast.Use():
            return _use(part)
        case ast.Let():
            return _statement(part)
        case ast.Function():
            value = expression(part.value)
            return ("fun", SPACE, part.name, _parameters(part.statics, None), SPACE, "=", SPACE, value)
        case ast.OpDefinition():
            header = ("op", SPACE, part.name, _parameters(part.statics, part.tensors), _results(part.results))
            return (header, SPACE, _braces(part.facts))
        case ast.Composite():
            body = part.body
            depth: Layout = () if part.depth is None else (SPACE, "depth", SPACE, expression(part.depth))
            parameters = _parameters(part.statics, part.tensors)
            results = () if part.results is None else _results(part.results)
            return (
                (part.kind, SPACE, part.name, parameters, results, depth, SPACE),
                _body(body) if isinstance(body, ast.Body) else alternatives(body.alternatives, body.span),
            )
        case _:
            assert_never(part)


def _use(part: ast.Use) -> Layout:
    names: list[Layout] = [
        name.name if name.alias is None else (name.name, SPACE, "as", SPACE, name.alias) for name in part.names
    ]
    dotted = [piece for name in part.path for piece in (".", name)][1:]
    if not names:
        return ("use", SPACE, *dotted)
    rest = tuple((",", Group((BREAK, name))) for name in names[1:])
    return ("use", SPACE, *dotted, ":", SPACE, Nest(2, (names[0], rest)))


def _parameters(statics: Sequence[ast.StaticParameter], tensors: Sequence[ast.TensorParameter] | None) -> Layout:
    """Lay out what a definition takes; where it does not fit, the statics are broken first."""
    inputs = () if tensors is None else enclosed("(", [_tensor(parameter) for parameter in tensors], ")")
    return enclosed("[", [_static(parameter) for parameter in statics], "]", inputs) if statics else inputs


def _static(parameter: ast.StaticParameter) -> Layout:
    if parameter.family is not None:
        return (parameter.name, SPACE, "in", SPACE, expression(parameter.family))
    kind: Layout = () if parameter.kind is None else (":", SPACE, parameter.kind)
    default: Layout = () if parameter.default is None else (SPACE, "=", SPACE, expression(parameter.default))
    return (parameter.name, kind, default)


def _tensor(parameter: ast.TensorParameter) -> Layout:
    kind: Layout = () if parameter.type is None else (":", SPACE, _type(parameter.type))
    return ("*" if parameter.variadic else (), parameter.name, kind)


def _results(types: Sequence[ast.TypeExpr]) -> Layout:
    layouts = [_type(part) for part in types]
    result = layouts[0] if len(layouts) == 1 else enclosed("(", layouts, ")")
    return Group(Nest(2, (BREAK, "->", SPACE, result)))


def _type(part: ast.TypeExpr) -> Layout:
    if part.dims is None:
        return part.kind
    dims = [("*", dim.name) if isinstance(dim, ast.EachDim) else expression(dim) for dim in part.dims]
    return (part.kind, enclosed("[", dims, "]"))


def _body(part: ast.Body) -> Layout:
    if part.short:
        returned = part.statements[0]
        assert isinstance(returned, ast.Return)
        return ("=", SPACE, expression(returned.values[0]))
    return _braces(part.statements)


def _braces(statements: Sequence[ast.Statement | ast.Fact | ast.State | ast.Law]) -> Layout:
    """Lay out a body: a single statement may stand on the line of its braces."""
    if not statements:
        return ("{", SPACE, "}")
    lines: list[Layout] = [_statement(statements[0])]
    for last, following in pairwise(statements):
        text = _between(last.span, following.span)
        lines += (EMPTY_LINE if text is not None and has_empty_line(text) else NEWLINE, _statement(following))
    opening = NEWLINE if len(statements) > 1 or first_on_line(statements[0].span) else BREAK
    return Group(("{", Nest(2, (opening, *lines)), BREAK, "}"))


def _statement(part: ast.Statement | ast.Fact | ast.State | ast.Law) -> Layout:
    match part:
        case ast.Let():
            names = tuple((",", SPACE, name) for name in part.names[1:])
            at: Layout = () if part.at is None else (SPACE, "at", SPACE, f'"{part.at}"')
            return ("let", SPACE, part.names[0], names, SPACE, "=", SPACE, expression(part.value), at)
        case ast.Nodes():
            index: Layout = () if part.index is None else ("as", SPACE, part.index, SPACE)
            seeds = enclosed("(", [expression(seed) for seed in part.seeds], ")")
            head = ("nodes", SPACE, part.name, "[", expression(part.count), "]", SPACE, "after", SPACE)
            return (head, seeds, SPACE, index, _body(part.body))
        case ast.Setting():
            return ("setting", SPACE, part.name, SPACE, "=", SPACE, expression(part.value))
        case ast.Require():
            return ("require", SPACE, expression(part.condition))
        case ast.Return():
            first, *rest = (expression(value) for value in (*part.values, *part.auxiliaries))
            return (
                "return",
                SPACE,
                Group((first, Nest(2, tuple((",", BREAK, value) for value in rest)))) if rest else first,
            )
        case ast.Fact():
            return (part.name, SPACE, "=", SPACE, expression(part.value))
        case ast.State():
            dims = enclosed("[", [expression(dim) for dim in part.dims], "]")
            return (part.kind, SPACE, part.name, dims, _guard(part.guard))
        case ast.Law():
            names = tuple((",", SPACE, name) for name in part.names[1:])
            return ("law", SPACE, part.names[0], names, _guard(part.guard))
        case _:
            assert_never(part)


def _guard(part: ast.Expr | None) -> Layout:
    return () if part is None else (SPACE, "when", SPACE, expression(part, OR))
