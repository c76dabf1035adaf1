"""From the text of an op to its declaration: the facts of one use follow from statics and input types."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn, final

from archdsl.diagnostics import Label, Span
from archdsl.ir import KINDS, NUMERIC, Attribute, Facts, OpDeclaration, SharedLayer, Type, Weight
from archdsl.syntax import ast

from .faults import Fault, fail
from .overloads import select
from .program import ModuleScope
from .unify import Unifier
from .values import Any_, Tensor, describe, is_static, text_of

EvaluateIn = Callable[[ast.Expr, ModuleScope, dict[str, Any_]], Any_]


def declare(overloads: Sequence[ast.OpDefinition], scope: ModuleScope, evaluate: EvaluateIn) -> OpDeclaration:
    """Give the declaration of an op, written once for each kind of tensors; `evaluate` computes a static expression."""
    definition = overloads[0]
    inferences = {id(own): _Inference(own, scope, evaluate) for own in overloads}

    def infer(attributes: Mapping[str, Attribute], types: tuple[Type, ...]) -> Facts:
        own = select(overloads, types[0].kind) if types else definition
        if own is None:
            if len(overloads) > 1:
                _refuse_kind(overloads, types[0])
            own = definition
        return inferences[id(own)].infer(attributes, types)

    statics = tuple(parameter.name for parameter in definition.statics)
    return OpDeclaration(definition.name, statics, infer, definition.name_span, definition.doc or "")


def _refuse_kind(overloads: Sequence[ast.OpDefinition], given: Type) -> NoReturn:
    kinds = [own.tensors[0].type.span.text for own in overloads if own.tensors and own.tensors[0].type]
    needed = f"{', '.join(kinds[:-1])} or {kinds[-1]}"
    message = f"`{overloads[0].name}` needs {needed}, given {given}"
    place = Label(overloads[0].name_span, f"declared for {len(overloads)} kinds of tensors")
    fail("wrong-tensor-kind", message, None, secondary=(place,))


@final
class _Inference:
    def __init__(self, definition: ast.OpDefinition, scope: ModuleScope, evaluate: EvaluateIn) -> None:
        self._definition = definition
        self._scope = scope
        self._evaluate = evaluate
        self._known: dict[tuple[object, ...], Facts | Fault] = {}

    def infer(self, attributes: Mapping[str, Attribute], types: tuple[Type, ...]) -> Facts:
        key = (tuple((name, type(value), value) for name, value in attributes.items()), types)
        facts = self._known.get(key)
        if facts is None:
            try:
                facts = self._infer(dict(attributes), types)
            except Fault as fault:
                facts = fault
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = facts
        if isinstance(facts, Fault):
            raise Fault(facts.diagnostics)
        return facts

    def _value(self, expr: ast.Expr, names: dict[str, Any_]) -> Any_:
        return self._evaluate(expr, self._scope, names)

    def _infer(self, names: dict[str, Any_], types: tuple[Type, ...]) -> Facts:
        definition = self._definition
        bound, each, variables = self._bind(names, types)
        known: dict[str, Any_] = {**names, **bound, **each}
        for fact in definition.facts:
            if isinstance(fact, ast.Require) and self._value(fact.condition, known) is not True:
                self._refuse(fact, known)
        results = tuple(self._result(result, known, variables, types) for result in definition.results)
        weights = tuple(
            Weight(fact.name, tuple(self._dim(dim, known) for dim in fact.dims), fact.kind)
            for fact in definition.facts
            if isinstance(fact, ast.State) and (fact.guard is None or self._value(fact.guard, known) is True)
        )
        macs = next((fact for fact in definition.facts if isinstance(fact, ast.Fact) and fact.name == "macs"), None)
        declares_weights = self._scope.is_std or any(isinstance(fact, ast.State) for fact in definition.facts)
        if macs is not None:
            value = self._value(macs.value, known)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                fail("wrong-kind", f"`macs` of `{definition.name}` is no count: {text_of(value)}", None)
            number: int | None = value
        else:
            number = 0 if self._scope.is_std else None
        dims: tuple[tuple[str, int | tuple[int, ...]], ...] = (*bound.items(), *each.items())
        kind = types[0].kind if types else ""
        return Facts(results, weights if declares_weights else None, number, dims, self._laws(known), kind)

    def _laws(self, known: dict[str, Any_]) -> frozenset[str]:
        kept: set[str] = set()
        for law in self._definition.facts:
            if isinstance(law, ast.Law):
                holds = law.guard is None or self._value(law.guard, known)
                if not isinstance(holds, bool):
                    message = f"a law of `{self._definition.name}` is kept or not, given {describe(holds)}"
                    assert law.guard is not None
                    fail("wrong-kind", message, law.guard.span, f"{describe(holds)}; `when` needs a bool")
                kept.update(law.names if holds else ())
        return frozenset(kept)

    def _bind(
        self, names: dict[str, Any_], types: tuple[Type, ...]
    ) -> tuple[dict[str, int], dict[str, tuple[int, ...]], dict[str, Type]]:
        parameters = self._definition.tensors
        fixed = sum(not parameter.variadic for parameter in parameters)
        slots: list[ast.TensorParameter] = []
        for parameter in parameters:
            slots.extend([parameter] * (len(types) - fixed if parameter.variadic else 1))
        if len(slots) != len(types):
            message = f"`{self._definition.name}` takes {fixed} tensor{'s' * (fixed != 1)}, given {len(types)}"
            fail("wrong-arity", message, None, secondary=(Label(self._definition.name_span, "declared here"),))
        unify = Unifier(self._definition.name, names, self._value, None)
        for parameter, type_ in zip(slots, types, strict=True):
            if parameter.type is not None:
                if parameter.type.kind not in KINDS and type_.kind not in NUMERIC:
                    self._refuse_indices(type_)
                unify(parameter.type, Tensor(type_))
        return unify.bound, {name: tuple(sizes) for name, sizes in unify.each.items()}, unify.variables

    def _refuse_indices(self, given: Type) -> NoReturn:
        message = f"`{self._definition.name}` computes with numbers, given {given}"
        place = Label(self._definition.name_span, "declared here")
        note = "the entries of tokens are indices of words; `embed` gives each word a vector"
        fail("wrong-tensor-kind", message, None, secondary=(place,), notes=(note,))

    def _refuse(self, fact: ast.Require, known: dict[str, Any_]) -> None:
        used = {tree.id for tree in _names(fact.condition)}
        values = ", ".join(f"{name} = {text_of(known[name])}" for name in known if name in used)
        text = " ".join(fact.condition.span.text.split())
        fail(
            "illegal-op",
            f"`{self._definition.name}` needs `{text}`",
            None,
            secondary=(Label(fact.span, "required here"),),
            notes=(f"here {values}",) if values else (),
        )

    def _result(
        self, result: ast.TypeExpr, known: dict[str, Any_], variables: dict[str, Type], types: tuple[Type, ...]
    ) -> Type:
        if result.kind not in KINDS:
            if result.kind not in variables:
                message = f"`{result.kind}` is no kind of tensor, and no type variable of a parameter"
                fail("unknown-kind", message, result.span, "the type of nothing that is given")
            return variables[result.kind]
        if result.dims is None:
            message = f"the result of op `{self._definition.name}` needs its dims"
            fail("untyped-result", message, result.span, "an op's type is all that is known of it")
        return Type(result.kind, tuple(self._dim(dim, known) for dim in result.dims))

    def _dim(self, dim: ast.Expr | ast.EachDim, known: dict[str, Any_]) -> int:
        value = self._value(dim, known) if not isinstance(dim, ast.EachDim) else None
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            fail(
                "wrong-kind", f"a dim of `{self._definition.name}` is no size: {dim.span.text} = {text_of(value)}", None
            )
        return value


def _names(tree: ast.Tree) -> list[ast.Name]:
    from .addresses import children

    if isinstance(tree, ast.Name):
        return [tree]
    return [name for child in children(tree) for name in _names(child)]


def located(facts: Fault, span: Span) -> Fault:
    """Set the place of use into a fault that an op's declaration raised."""
    diagnostic = facts.diagnostic
    if diagnostic.primary is None:
        return Fault(replace(diagnostic, primary=Label(span)))
    return Fault(diagnostic)


def attributes_of(names: Mapping[str, Any_], definition: ast.OpDefinition) -> tuple[tuple[str, Attribute], ...]:
    """Give the statics of an op as attributes of its node, in the declared order."""
    attributes: list[tuple[str, Attribute]] = []
    for parameter in definition.statics:
        value = names[parameter.name]
        value = value.items if hasattr(value, "items") and not isinstance(value, dict) else value
        if not is_static(value) and not isinstance(value, SharedLayer):
            fail("not-yet", f"static `{parameter.name}` of op `{definition.name}` is no plain value", parameter.span)
        attributes.append((parameter.name, value))  # type: ignore[arg-type]
    return tuple(attributes)
