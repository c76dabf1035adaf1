"""Checks the statics that are given to a definition which the text names: their number, their names, and who lacks."""

from collections.abc import Sequence

from archdsl.diagnostics import Edit, Fix, Span
from archdsl.syntax import ast

from .report import Report, counted, listed
from .sight import word

WithStatics = ast.OpDefinition | ast.Composite | ast.Function


def check_statics(report: Report, tree: ast.Brackets, definition: WithStatics) -> None:
    """Check `name[…]`."""
    name = definition.name
    place = ((definition.name_span, "declared here"),)
    names = [parameter.name for parameter in definition.statics]
    given: dict[str, Span] = {}
    position = 0
    for argument in tree.arguments:
        where = argument.span
        if isinstance(argument, ast.Slice | ast.Generator):
            what = "a slice" if isinstance(argument, ast.Slice) else "a comprehension"
            report.add("wrong-kind", f"`{name}` takes statics, given {what}", where, "no static value", secondary=place)
            return
        if isinstance(argument, ast.Hole) and isinstance(definition, ast.Function):
            report.add("open-static", f"`{name}` is a static function and leaves no static open", where, "left open")
        if isinstance(argument, ast.Keyword):
            key, where = argument.name, word(argument.span, argument.name)
            if key not in names:
                _unknown(report, key, where, definition)
                return
        elif position >= len(names):
            most = counted(len(names), "static")
            number = sum(not isinstance(other, ast.Keyword) for other in tree.arguments)
            message = f"`{name}` takes {most}, given {number}"
            report.add("wrong-arity", message, where, "one too many", secondary=place)
            return
        else:
            key = names[position]
            position += 1
        if key in given:
            secondary = ((given[key], "first given here"),)
            report.add(
                "duplicate-argument", f"static `{key}` of `{name}` is given twice", where, "given again here",
                secondary=secondary,
            )  # fmt: skip
            return
        given[key] = where
    if not any(_is_hole(argument) for argument in tree.arguments):
        _missing(report, set(given), tree.span, definition)


def _is_hole(argument: ast.Tree) -> bool:
    return isinstance(argument.value if isinstance(argument, ast.Keyword) else argument, ast.Hole)


def _unknown(report: Report, key: str, where: Span, definition: WithStatics) -> None:
    names = [parameter.name for parameter in definition.statics]
    fixes = tuple(report.renamings(key, names, (where,), lambda _: "a static"))
    notes: tuple[str, ...] = ()
    if not fixes and names:
        notes = (f"its statics are {listed(names)}",)
    report.add(
        "unknown-static",
        f"`{definition.name}` has no static `{key}`",
        where,
        "no such static" if names else f"`{definition.name}` takes no statics",
        secondary=((definition.name_span, "declared here"),),
        notes=notes,
        fixes=fixes,
    )


def _missing(report: Report, given: set[str], where: Span, definition: WithStatics) -> None:
    missing = [p.name for p in definition.statics if p.name not in given and p.default is None]
    if missing:
        plural = "s" * (len(missing) != 1)
        report.add(
            "missing-static",
            f"`{definition.name}` needs its static{plural} {listed(missing)}",
            where,
            f"lacks {listed(missing)}",
            secondary=((definition.name_span, "declared here"),),
        )


def check_applied(report: Report, tree: ast.Expr, definition: ast.Definition) -> None:
    """Check a definition that is applied to tensors by its bare name."""
    if isinstance(definition, ast.Function):
        _refuse_function(report, tree, definition, ())
    elif isinstance(definition, ast.OpDefinition | ast.Composite):
        _missing(report, set(), tree.span, definition)


def _refuse_function(report: Report, tree: ast.Expr, definition: ast.Function, fixes: tuple[Fix, ...]) -> None:
    message = f"`{definition.name}` is a static function and takes its statics in `[…]`"
    place = ((definition.name_span, "declared here"),)
    report.add("not-a-layer", message, tree.span, "cannot be applied to tensors", secondary=place, fixes=fixes)


def refuse_tensors(
    report: Report, tree: ast.Brackets, tensors: Sequence[ast.Tree], definition: ast.OpDefinition | ast.Composite
) -> None:
    """Report tensors that are given in `[…]`."""
    name, source = definition.name, tree.span.source
    fixes: tuple[Fix, ...] = ()
    if len(tensors) == len(tree.arguments):
        given = ", ".join(tensor.span.text for tensor in tensors)
        edit = Edit(Span(source, tree.base.span.end, tree.span.end), f"({given})")
        fixes = (Fix(f"write `{tree.base.span.text}({given})`", (edit,)),)
    report.add(
        "tensor-for-static",
        f"`{name}` takes statics in `[…]`, given the tensor `{tensors[0].span.text}`",
        tensors[0].span,
        "a tensor; tensors are passed in `(…)`",
        secondary=((definition.name_span, "declared here"),),
        fixes=fixes,
    )


def check_call(report: Report, tree: ast.Call, definition: ast.Definition) -> bool:
    """Report statics that are given in `(…)`; tell whether there are any."""
    if isinstance(definition, ast.Function):
        given = ", ".join(argument.span.text for argument in tree.arguments)
        text = f"{tree.base.span.text}[{given}]"
        fix = Fix(f"write `{' '.join(text.split())}`", (Edit(tree.span, text),))
        _refuse_function(report, tree.base, definition, (fix,) if given else ())
        return True
    if not isinstance(definition, ast.OpDefinition | ast.Composite):
        return False
    for argument in tree.arguments:
        if isinstance(argument, ast.Keyword):
            place = word(argument.span, argument.name)
            message = f"`{argument.name} = …` is given in `(…)`, where values are passed by position"
            fixes = _moved(tree, definition)
            if not any(parameter.name == argument.name for parameter in definition.statics):
                edit = Edit(Span(place.source, place.start, argument.value.span.start), "")
                fixes = (Fix("leave out the name", (edit,)),)
            report.add("keyword-for-tensor", message, place, "statics are passed by name, in `[…]`", fixes=fixes)
            return True
    literal = next((own for own in tree.arguments if isinstance(own, ast.Number | ast.String | ast.Bool)), None)
    if literal is None:
        return False
    report.add(
        "static-for-tensor",
        f"`{definition.name}` takes tensors in `(…)`, given `{literal.span.text}`",
        literal.span,
        "no tensor; statics are given in `[…]`",
        secondary=((definition.name_span, "declared here"),),
        fixes=_moved(tree, definition),
    )
    return True


def _moved(tree: ast.Call, definition: ast.OpDefinition | ast.Composite) -> tuple[Fix, ...]:
    """Propose to write `name[statics](tensors)` for `name(tensors and statics)`."""
    if not definition.statics:
        return ()
    statics = [own for own in tree.arguments if isinstance(own, ast.Keyword | ast.Number | ast.String | ast.Bool)]
    tensors = [own.span.text for own in tree.arguments if own not in statics]
    text = f"[{', '.join(own.span.text for own in statics)}]" + (f"({', '.join(tensors)})" if tensors else "")
    edit = Edit(Span(tree.span.source, tree.base.span.end, tree.span.end), text)
    return (Fix(f"write `{' '.join((tree.base.span.text + text).split())}`", (edit,)),)
