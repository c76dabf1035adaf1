"""How statics and tensors meet the parameters of a definition."""

from collections.abc import Callable, Sequence

from archdsl.diagnostics import Edit, Fix, Label, Span, similar
from archdsl.syntax import ast

from .builtins import elements
from .faults import fail
from .sight import word
from .values import Any_, Defined, FunctionValue, describe, is_layer

STATIC_KINDS: dict[str, Callable[[object], bool]] = {
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "list": lambda value: elements(value) is not None,  # type: ignore[arg-type]
    "layer": lambda value: is_layer(value),
}
"""The kinds that a static can be declared with, and what they admit."""

Evaluate = Callable[[ast.Expr, dict[str, Any_]], Any_]


def give(
    layer: Defined | FunctionValue,
    open_names: Sequence[str],
    positional: Sequence[Any_ | ast.Hole],
    keywords: Sequence[tuple[str, Any_ | ast.Hole, Span]],
    span: Span,
) -> tuple[dict[str, Any_], tuple[str, ...]]:
    """Match arguments in `[…]` with the statics that are still open; give those set, and those left open by `_`."""
    name = layer.definition.name
    place = Label(layer.definition.name_span, "declared here")
    if len(positional) > len(open_names):
        takes = f"takes {len(open_names)} static{'s' * (len(open_names) != 1)}"
        message = f"`{name}` {takes}, given {len(positional)}"
        fail("wrong-arity", message, span, f"given {len(positional)}", secondary=(place,))
    given: dict[str, Any_] = {}
    holes: list[str] = []
    pairs = [*zip(open_names, positional, strict=False), *((key, value) for key, value, _ in keywords)]
    for key, _, where in keywords:
        if key not in open_names:
            near = similar(key, open_names)
            edit = word(where, key)
            fixes = tuple(Fix(f"a static with a similar name exists: `{own}`", (Edit(edit, own),)) for own in near)
            fail(
                "unknown-static",
                f"`{name}` has no static `{key}`",
                edit,
                "no such static",
                secondary=(place,),
                fixes=fixes,
            )
    for key, value in pairs:
        if key in given or key in holes:
            message = f"static `{key}` of `{name}` is given twice"
            fail("duplicate-argument", message, span, f"`{key}` is given again", secondary=(place,))
        if isinstance(value, ast.Hole):
            holes.append(key)
        else:
            given[key] = value
    return given, tuple(holes)


def complete(
    parameters: Sequence[ast.StaticParameter],
    given: dict[str, Any_],
    evaluate: Evaluate,
    name: str,
    name_span: Span,
    span: Span,
) -> dict[str, Any_]:
    """Give every static its value, a default where none is given, and check its kind."""
    values: dict[str, Any_] = {}
    for parameter in parameters:
        if parameter.name in given:
            value = given[parameter.name]
        elif parameter.default is not None:
            value = evaluate(parameter.default, values)
        else:
            missing = [p.name for p in parameters if p.name not in given and p.default is None]
            listed = ", ".join(f"`{own}`" for own in missing)
            plural = "s" * (len(missing) != 1)
            place = Label(name_span, "declared here")
            secondary = () if span == name_span else (place,)
            fail(
                "missing-static",
                f"`{name}` needs its static{plural} {listed}",
                span,
                f"lacks {listed}",
                secondary=secondary,
            )
        if parameter.kind is not None:
            admits = STATIC_KINDS.get(parameter.kind)
            if admits is None:
                fail("unknown-kind", f"`{parameter.kind}` is no kind of static", parameter.span, "no kind of static")
            if not admits(value):
                kind = f"{'an' if parameter.kind[0] in 'aeiou' else 'a'} {parameter.kind}"
                message = f"static `{parameter.name}` of `{name}` is {kind}, given {describe(value)}"
                fail(
                    "wrong-kind",
                    message,
                    span,
                    f"given {describe(value)}",
                    secondary=(Label(parameter.span, "declared here"),),
                )
        if parameter.family is not None:
            _check_member(parameter, value, values, evaluate, name, span)
        values[parameter.name] = value
    return values


def _check_member(
    parameter: ast.StaticParameter,
    value: Any_,
    values: dict[str, Any_],
    evaluate: Evaluate,
    name: str,
    span: Span,
) -> None:
    """Check that a family has a member of this index."""
    family = parameter.family
    assert family is not None
    low, high = (evaluate(bound, values) for bound in (family.start, family.stop))
    if not (isinstance(low, int) and isinstance(high, int)) or family.step is not None:
        message = f"the family `{name}` is indexed by a range of whole numbers"
        fail("wrong-kind", message, family.span, "no such range")
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        message = f"`{name}` has the members {low} to {high}, given {describe(value)}"
        fail(
            "index-out-of-range",
            message,
            span,
            "no member of the family",
            secondary=(Label(parameter.span, "declared here"),),
        )
