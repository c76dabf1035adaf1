"""What it means to apply a layer to tensors."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Fix, Label, Span
from archdsl.ir import Attribute, Facts, OpDeclaration, Scope, Type
from archdsl.syntax import ast

from .addresses import NOWHERE, Frame
from .advice import recursion_fixes, shape_fixes
from .binding import complete
from .chosen import may_decide, part_of_chosen
from .faults import Fault, TooVague, emptied_at, fail, not_yet, seen_from
from .lacking import is_lacking
from .levels import Levels
from .lifted import settled
from .limits import (
    too_deep,
)
from .loans import Loans
from .ops import attributes_of
from .program import ModuleScope
from .results import joined
from .spending import holds_shared
from .unify import Unifier, origins
from .vague import is_vague
from .values import (
    ABSENT,
    DIFFERS,
    NO_TENSORS,
    Absent,
    Any_,
    Builtin,
    Composed,
    Defined,
    Env,
    Lifted,
    Named,
    Open,
    Repeated,
    Scanned,
    Several,
    Tensor,
    TensorLike,
    Tied,
    describe,
    identity_of,
    is_layer,
    is_static,
    text_of,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Application:
    """The part of the interpreter that applies layers."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter
        self.stack: list[tuple[object, ...]] = []
        self.loans = Loans(interpreter)
        self.levels = Levels(interpreter.program.cache, interpreter.budget.depth)
        # Where what is decided once is used, when a handler is told of it.
        self.use: Span | None = None
        self.shares = False

    def apply(self, layer: Any_, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        """Apply a layer to tensors; applied to an absent one it gives absent and decides nothing."""
        self._interpreter.budget.spend(span)
        try:
            return self._apply(layer, inputs, frame, span)
        except RecursionError:
            raise too_deep(span) from None

    def _apply(self, layer: Any_, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        match layer:
            case Named(part=part, layer=inner):
                return self.apply(inner, inputs, frame.child(part), span)
            case Composed(first=first, second=second):
                middle = self.apply(first, inputs, frame, span)
                values = list(middle.values) if isinstance(middle, Several) else [middle]
                return self.apply(second, values, frame, span)  # type: ignore[arg-type]
            case Defined():
                return self._apply_defined(layer, inputs, frame, span)
            case Repeated():
                return self._apply_repeat(layer, inputs, frame, span)
            case Tied():
                return self._apply_tied(layer, inputs, frame, span)
            case Open():
                if any(isinstance(tensor, Absent) for tensor in inputs):
                    return ABSENT
                assert self._interpreter.open_choices is not None
                return self._interpreter.open_choices.apply(layer, inputs, frame)
            case Lifted():
                assert self._interpreter.opening is not None
                return self._interpreter.opening.apply_lifted(layer, inputs, frame, span)
            case Scanned():
                return self._interpreter.scans.apply(layer, inputs, frame, span)
            case Absent():
                return ABSENT
            case Builtin(name="sum"):
                env = Env(self._interpreter.program.main, {}, frame)
                return self._interpreter.joins.join("add", "sum", list(inputs), env, "sum", span)
            case _:
                fail("not-a-layer", f"{describe(layer)} cannot be applied", span, "no layer")

    def _apply_defined(self, layer: Defined, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        opening = self._interpreter.opening
        if opening is not None:
            inputs = [settled(own, opening.world) for own in inputs]  # type: ignore[misc]
            if is_lacking(inputs):
                return opening.presence.apply(layer, inputs, frame, span)
            if opening.depends(layer, span):
                return opening.apply_given(layer, inputs, frame, span)
        apply = self._apply_op if isinstance(layer.definition, ast.OpDefinition) else self._apply_composite
        return apply(layer, inputs, frame, span)

    def _apply_op(self, layer: Defined, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        definition = layer.definition
        assert isinstance(definition, ast.OpDefinition)
        self._closed(layer)
        present = [tensor for tensor in inputs if isinstance(tensor, Tensor)]
        variadic = any(parameter.variadic for parameter in definition.tensors)
        if (not present and (inputs or variadic)) or (len(present) < len(inputs) and not variadic):
            return ABSENT
        try:
            names = self.statics_of(layer)
            lent = self.loans.take(layer, names)
            attributes = attributes_of(names, definition)
            declaration = self._interpreter.declaration(definition, layer.scope)
            facts = self._facts(declaration, attributes, present)
            if lent is not None:
                if is_vague(present):
                    raise TooVague
                self.loans.check(layer, lent, facts)
        except Fault as fault:
            raise self._seen_from_use(fault, layer, present, span) from None
        own = frame.child(layer.part, part_of_chosen(layer))
        if lent is not None:
            own = replace(own, parameters=lent.key)
        self._interpreter.weigh(own.parameters, facts.weights or (), _place(layer, span))
        if self._interpreter.builder is None:
            results = tuple(Tensor(type_, origin=_place(layer, span)) for type_ in facts.types)
            if self._interpreter.account is not None:
                results = self._interpreter.account.op(results, present, facts, lent and lent.key)
        else:
            results = self._interpreter.builder.op(
                declaration, attributes, tuple(present), facts, own, _place(layer, span)
            )
        if self._interpreter.flows.kept:
            flows = self._interpreter.flows
            flow = flows.spent(flows.made_of(present), facts, own)
            results = tuple(replace(result, flow=flow) for result in results)
        return results[0] if len(results) == 1 else Several(results)

    def _facts(
        self, declaration: OpDeclaration, attributes: tuple[tuple[str, Attribute], ...], inputs: Sequence[Tensor]
    ) -> Facts:
        """Give what an op's declaration says of a use."""
        types = tuple(tensor.type for tensor in inputs)
        vague = self._interpreter.vague
        if vague is None or not is_vague(inputs):
            return declaration.infer(dict(attributes), types)
        return vague.facts([declaration.infer(dict(attributes), own) for own in vague.cases(types)])

    @staticmethod
    def _seen_from_use(fault: Fault, layer: Defined, inputs: Sequence[Tensor], span: Span) -> Fault:
        """Give what an op's declaration says of a use the place of that use."""
        diagnostic, place = fault.diagnostic, _place(layer, span)
        if diagnostic.primary is not None:
            return seen_from(fault, place, layer.definition.name) if layer.scope.is_std else fault
        given = " and ".join(str(tensor.type) for tensor in inputs)
        secondary = list(origins(inputs, "gives ", place))
        if place == span and layer.span != span:
            secondary.append(Label(layer.span, f"`{layer.definition.name}` is given its statics here"))
        primary = Label(place, f"given {given}" if given else "")
        return type(fault)(replace(diagnostic, primary=primary, secondary=(*diagnostic.secondary, *secondary)))

    def _closed(self, layer: Defined) -> None:
        open_holes = [name for name in layer.open if layer.given and self._required(layer, name)]
        if open_holes:
            listed = ", ".join(f"`{name}`" for name in open_holes)
            place = Label(layer.definition.name_span, "declared here")
            message = f"`{layer.definition.name}` still takes {listed}"
            fail("missing-static", message, layer.span, "applied with a static left open by `_`", secondary=(place,))

    @staticmethod
    def _required(layer: Defined, name: str) -> bool:
        return any(p.name == name and p.default is None for p in layer.definition.statics)

    def statics_of(self, layer: Defined) -> dict[str, Any_]:
        """Give every static of a definition its value."""
        definition, scope = layer.definition, layer.scope
        frame = NOWHERE

        def evaluate(expr: ast.Expr, names: dict[str, Any_]) -> Any_:
            self._interpreter.program.cache.prepare(definition)
            return self._interpreter.evaluate(expr, Env(scope, names, frame))

        given = dict(layer.given)
        return complete(definition.statics, given, evaluate, definition.name, definition.name_span, layer.span)

    def _apply_composite(self, layer: Defined, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        definition = layer.definition
        assert isinstance(definition, ast.Composite)
        self._closed(layer)
        self._refuse_shared(tuple(identity_of(own) for _, own in layer.given), span)
        variadic = any(parameter.variadic for parameter in definition.tensors or ())
        absent = sum(isinstance(tensor, Absent) for tensor in inputs)
        if absent and (not variadic or absent == len(inputs)):
            if may_decide(layer, self._interpreter.program.cache):
                self._interpreter.leave_out(frame.child(layer.part))
            return ABSENT
        self._interpreter.program.cache.prepare(definition)
        given = [tensor for tensor in inputs if isinstance(tensor, Tensor)]
        own = frame.child(layer.part, part_of_chosen(layer))
        vague = self._interpreter.vague
        if vague is None or not is_vague(given):
            return self._composite(layer, definition, given, own, span)

        def apply(inputs: Sequence[Tensor], frame: Frame) -> Any_:
            return self._composite(layer, definition, inputs, frame, span)

        return vague.split((identity_of(layer), self.levels.key), given, own, apply)

    def _composite(
        self, layer: Defined, definition: ast.Composite, given: Sequence[Tensor], own: Frame, span: Span
    ) -> Any_:
        """Apply a definition to tensors that are there, at an address of its own."""
        flows = self._interpreter.flows
        present = flows.inside([replace(tensor, index=None, member=None) for tensor in given])
        names = self.statics_of(layer)
        names.update(self._tensor_names(definition, layer.scope, names, present, span))

        def bound(expr: ast.Expr) -> Any_:
            return self._interpreter.evaluate(expr, Env(layer.scope, names, NOWHERE))

        with self.levels.inside(layer, bound, _place(layer, span)):
            return flows.outside(self._inside(layer, names, present, own, span), given, own)

    def _refuse_shared(self, identity: Hashable, span: Span) -> None:
        """Refuse to count weights that are shared with what is outside of a definition."""
        if self._interpreter.flows.spends and holds_shared(identity):
            not_yet("a cost that is required where a shared layer is given to a definition", span)

    def _inside(
        self, layer: Defined, names: dict[str, Any_], present: tuple[Tensor, ...], own: Frame, span: Span
    ) -> Any_:
        """Walk the body of a block, a choice, a cell or a network."""
        definition = layer.definition
        assert isinstance(definition, ast.Composite)
        statics = ((name, identity_of(value)) for name, value in names.items())
        key = (layer.identity, self.levels.key, *statics)
        self._enter(layer, key, span)
        if self._interpreter.builder is not None:
            self._interpreter.builder.scopes.append(Scope(own.instance.lstrip("."), definition.name, definition.kind))

        def run(inner: Frame) -> Any_:
            try:
                env = Env(layer.scope, self._interpreter.bodies.with_members(definition, names, inner), inner)
                value = self._interpreter.bodies.body(definition, env, present)
                return self._interpreter.flows.closed(_from_inside(value), inner)
            except Fault as fault:
                if not layer.scope.is_std:
                    if definition.kind == "network":
                        raise
                    plain = {name: text_of(value) for name, value in names.items() if is_static(value)}
                    raise emptied_at(fault, _place(layer, span), definition.name, plain) from None
                raise seen_from(fault, _place(layer, span), definition.name) from None

        try:
            if definition.kind == "cell":
                members = "".join(f"[{names[p.name]}]" for p in definition.statics if p.family is not None)
                root = self._interpreter.program.root(layer.scope, definition) + members
                self._interpreter.use_cell(root, layer, present)
                self.use, self.shares = _place(layer, span), False
                result = self._interpreter.handler.tied(root, key, own, run)
                if is_layer(result):  # what its use decides is the cell's, too
                    result = Tied(root, own.instance, result, False)  # type: ignore[arg-type]
            else:
                result = self._interpreter.handler.scope(lambda: key, own, run)
        finally:
            self.stack.pop()
        if is_layer(result):
            return Named(layer.part, result)  # type: ignore[arg-type]
        return _made_at(result, _place(layer, span)) if layer.scope.is_std else result

    def _enter(self, layer: Defined, key: tuple[object, ...], span: Span) -> None:
        again = key in self.stack
        full = len(self.stack) >= self._interpreter.budget.depth
        if full and self.levels.key:
            raise too_deep(_place(layer, span))
        deep = sum(entry[0] == layer.identity for entry in self.stack) >= self._interpreter.budget.depth // 2
        if again or full or (deep and layer.definition.depth is None):  # type: ignore[union-attr]
            fail(
                "unbounded-recursion",
                f"the recursion of `{layer.definition.name}` has no bound",
                _place(layer, span),
                "uses itself with the same statics and types" if again else "uses itself without an end",
                secondary=(Label(layer.definition.name_span, "defined here"),),
                fixes=recursion_fixes(self._interpreter.program, layer.definition, layer.span),  # type: ignore[arg-type]
            )
        self.stack.append(key)

    def advise(self, given: Tensor, wanted: Type) -> tuple[Fix, ...]:
        """Give the edits that may bring a tensor to the type that is wanted."""
        return shape_fixes(self._interpreter.program, (given,), (wanted,))

    def _tensor_names(
        self,
        definition: ast.Composite,
        scope: ModuleScope,
        statics: dict[str, Any_],
        inputs: tuple[Tensor, ...],
        span: Span,
    ) -> dict[str, Any_]:
        parameters = definition.tensors or ()
        fixed = sum(not parameter.variadic for parameter in parameters)
        rest = len(inputs) - fixed
        if rest < 0 or (rest and fixed == len(parameters)):
            takes = f"takes {fixed} tensor{'s' * (fixed != 1)}"
            place = Label(definition.name_span, "declared here")
            fail(
                "wrong-arity",
                f"`{definition.name}` {takes}, given {len(inputs)}",
                span,
                f"given {len(inputs)}",
                secondary=(place,),
            )
        frame = NOWHERE

        def evaluate(expr: ast.Expr, names: dict[str, Any_]) -> Any_:
            return self._interpreter.evaluate(expr, Env(scope, names, frame))

        names: dict[str, Any_] = {}
        unify = Unifier(definition.name, statics, evaluate, span, advise=self.advise)
        position = 0
        for parameter in parameters:
            width = rest if parameter.variadic else 1
            tensors = inputs[position : position + width]
            position += width
            names[parameter.name] = (tensors or NO_TENSORS) if parameter.variadic else tensors[0]
            for tensor in tensors:
                if parameter.type is not None:
                    unify(parameter.type, tensor)
        unknown: dict[str, Any_] = dict.fromkeys(unify.differing, DIFFERS)
        return {**{name: tuple(sizes) for name, sizes in unify.each.items()}, **unify.bound, **unknown, **names}

    def _apply_repeat(self, layer: Repeated, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        def iterate(inner: Frame) -> Any_:
            return self._iterations(layer, inputs, inner)

        def key() -> Hashable:
            return identity_of(layer), self.levels.key, tuple(map(identity_of, inputs))

        own = self._interpreter.comprehensions.part_key(layer.repeat, layer.env) and key
        return self._interpreter.handler.scope(own, frame, iterate, is_closed=False)

    def _iterations(self, layer: Repeated, inputs: Sequence[TensorLike], frame: Frame) -> Any_:
        flows = self._interpreter.flows
        before = flows.entering((*inputs, *layer.env.names.values()))

        def step(i: int, values: Sequence[TensorLike]) -> Sequence[TensorLike]:
            env = layer.env.bind(layer.repeat.index, i) if layer.repeat.index else layer.env
            own = frame.child(f"{layer.part}[{i}]")
            part_key = self._interpreter.comprehensions.part_key(layer.repeat.body, env)

            def key() -> Hashable:
                return part_key and part_key(), tuple(map(identity_of, values))

            def run(inner: Frame) -> Any_:
                held = before | flows.entering(values)
                return flows.summed(self._iterate(layer, values, env.at(inner)), inner.instance, held)

            result = self._interpreter.handler.scope(part_key and key, own, run, is_closed=False)
            return _tensors_of(result)

        if isinstance(layer.count, Lifted):
            assert self._interpreter.depth is not None
            return self._interpreter.depth.repeat(layer, inputs, frame, step)
        place: tuple[int, Any_] | None = self._interpreter.handler.begin()
        first, result = place or (0, joined(inputs))
        for i in range(first, layer.count):
            if i > first:
                self._interpreter.handler.reach(partial(_after, i, result), (i, result))
            result = flows.summed(joined(step(i, _tensors_of(result))), frame.child(layer.part).instance, before)
        return result

    def _iterate(self, layer: Repeated, values: Sequence[TensorLike], env: Env) -> Any_:
        place = layer.repeat.body.span
        body = self._interpreter.evaluate(layer.repeat.body, env)
        if not is_layer(body) and not isinstance(body, Absent):
            message = f"`repeat` needs a layer, given {describe(body)}"
            fail("not-a-layer", message, place, f"{describe(body)}; a layer is applied by `repeat`")
        return self.apply(body, values, env.frame, place)

    def _apply_tied(self, layer: Tied, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        self.use, self.shares = span, layer.shared
        own = Frame(frame.decision, frame.instance, layer.instance if layer.shared else frame.parameters)
        # As in a body, where in a node list a tensor stands is not seen: two members of one type are one signature.
        given = [own for own in inputs if isinstance(own, Tensor)]
        inside = iter(self._interpreter.flows.inside([replace(own, index=None, member=None) for own in given]))
        taken = tuple(next(inside) if isinstance(own, Tensor) else own for own in inputs)

        def run(inner: Frame) -> Any_:
            value = self.apply(layer.layer, taken, inner, self._interpreter.program.main.module.span)
            return self._interpreter.flows.closed(value, inner)

        identity = identity_of(layer.layer)
        self._refuse_shared(identity, self._interpreter.program.main.module.span)
        key = (identity, self.levels.key, taken)
        result = self._interpreter.handler.tied(layer.root, key, own, run)
        return self._interpreter.flows.outside(result, given, frame, layer.instance if layer.shared else None)


def _tensors_of(result: Any_) -> list[TensorLike]:
    return list(result.values) if isinstance(result, Several) else [result]  # type: ignore[arg-type,list-item]


def _after(iterations: int, result: Any_) -> Hashable:
    """Tell where a repetition is, in a form in which that can be compared."""
    return iterations, identity_of(result)


def _place(layer: Defined, span: Span) -> Span:
    """Give the place of a layer where it is written in its application, else the place of the application."""
    own = layer.span
    return own if own.source is span.source and span.start <= own.start and own.end <= span.end else span


def _made_at(value: Any_, span: Span) -> Any_:
    """Say that tensors were made here: the text of the standard library says little to who uses it."""
    match value:
        case Tensor():
            return replace(value, origin=span)
        case Several(values=values):
            return Several(tuple(_made_at(inner, span) for inner in values))
        case _:
            return value


def _from_inside(value: Any_) -> Any_:
    """Give what a definition returns: outside of it, its tensors are no elements of its node lists."""
    match value:
        case Tensor() if value.index is not None or value.member is not None:
            return replace(value, index=None, member=None)
        case Several(values=values):
            return Several(tuple(map(_from_inside, values)))
        case _:
            return value
