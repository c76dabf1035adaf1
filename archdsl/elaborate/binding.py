"""How statics and tensors meet the parameters of a definition."""

from collections.abc import Callable, Sequence

from archdsl.diagnostics import Label, Span, similar
from archdsl.ir import KINDS, Type
from archdsl.syntax import ast

from .builtins import elements
from .faults import fail
from .values import Any_, Defined, FunctionValue, Tensor, describe, is_layer, text_of

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
        fail("wrong-arity", f"`{name}` {takes}, given {len(positional)}", span, secondary=(place,))
    given: dict[str, Any_] = {}
    holes: list[str] = []
    pairs = [*zip(open_names, positional, strict=False), *((key, value) for key, value, _ in keywords)]
    for key, _, where in keywords:
        if key not in open_names:
            near = similar(key, open_names)
            help_ = f"a static with a similar name exists: `{near[0]}`" if near else None
            fail("unknown-static", f"`{name}` has no static `{key}`", where, secondary=(place,), help=help_)
    for key, value in pairs:
        if key in given or key in holes:
            fail("duplicate-argument", f"static `{key}` of `{name}` is given twice", span, secondary=(place,))
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
            fail("missing-static", f"`{name}` needs its static{plural} {listed}", span, secondary=(place,))
        if parameter.kind is not None:
            admits = STATIC_KINDS.get(parameter.kind)
            if admits is None:
                fail("unknown-kind", f"`{parameter.kind}` is no kind of static", parameter.span)
            if not admits(value):
                kind = f"{'an' if parameter.kind[0] in 'aeiou' else 'a'} {parameter.kind}"
                message = f"static `{parameter.name}` of `{name}` is {kind}, given {describe(value)}"
                fail("wrong-kind", message, span, secondary=(Label(parameter.span, "declared here"),))
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
        fail("wrong-kind", f"the family `{name}` is indexed by a range of whole numbers", family.span)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        message = f"`{name}` has the members {low} to {high}, given {describe(value)}"
        fail("index-out-of-range", message, span, secondary=(Label(parameter.span, "declared here"),))


def unify(
    parameter: ast.TypeExpr,
    given: Tensor,
    names: dict[str, Any_],
    bound: dict[str, int],
    variables: dict[str, Type],
    evaluate: Evaluate,
    span: Span,
    name: str,
) -> None:
    """Match the type of a tensor with a parameter's; the names in it are bound to dims.

    `names` are the statics: a dim that is one of them must be equal to it.
    """
    expected_kind = parameter.kind
    places: tuple[Label, ...] = (Label(parameter.span, "needed here"),)
    if given.origin is not None:
        places = (*places, Label(given.origin, f"{given.type}"))
    if expected_kind not in KINDS:
        known = variables.setdefault(expected_kind, given.type)
        if known != given.type:
            fail(
                "shape-mismatch",
                f"the operands of `{name}` have different types: {known} and {given.type}",
                span,
                f"needs one type, given {known} and {given.type}",
                secondary=places,
            )
        return
    if expected_kind != given.type.kind:
        message = f"`{name}` needs a tensor of kind `{expected_kind}`, given {given.type}"
        fail("wrong-tensor-kind", message, span, f"given {given.type}", secondary=places)
    if parameter.dims is None:
        return
    if len(parameter.dims) != len(given.type.dims):
        message = (
            f"a type of kind `{expected_kind}` has {len(given.type.dims)} dims, `{name}` writes {len(parameter.dims)}"
        )
        fail("wrong-arity", message, parameter.span)
    for dim, size in zip(parameter.dims, given.type.dims, strict=True):
        if isinstance(dim, ast.EachDim):
            continue
        if isinstance(dim, ast.Name) and dim.id not in names:
            known_size = bound.setdefault(dim.id, size)
            what = f"dim `{dim.id}`"
        else:
            value = evaluate(dim, {**names, **bound})
            what = f"`{' '.join(dim.span.text.split())}`"
            if not isinstance(value, int) or isinstance(value, bool):
                message = f"`{name}` writes a dim as {what}, which is {describe(value)}"
                fail("wrong-kind", message, span, secondary=(Label(dim.span, "no whole number"),))
            known_size = value
        if known_size != size:
            bindings = ", ".join(f"{key} = {value}" for key, value in bound.items())
            fail(
                "shape-mismatch",
                f"`{name}` needs {what} to be {text_of(known_size)}, given {given.type}",
                span,
                f"given {given.type}",
                secondary=places,
                notes=(f"dims bound so far: {bindings}",) if bindings else (),
            )
