"""What the statements of a body mean."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Diagnostic, Label
from archdsl.ir import unquote_address
from archdsl.syntax import ast

from .addresses import Frame, join
from .builtins import elements
from .chosen import binds_chosen, is_chosen
from .faults import Outside, fail, not_yet
from .flow import Cost, Node
from .kinds import nodes_of
from .lifted import TooManyWorlds
from .limits import (
    MAX_NAMES,
)
from .quantities import RESULTS
from .report import counted
from .unify import Unifier
from .values import (
    ABSENT,
    NO_TENSORS,
    Absent,
    Any_,
    Auxiliary,
    Env,
    Lifted,
    Several,
    Tensor,
    TensorLike,
    describe,
    identity_of,
    is_auxiliary,
    is_layer,
    with_member,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Bodies:
    """The part of the interpreter that walks bodies."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def body(self, definition: ast.Composite, env: Env, inputs: tuple[Tensor, ...]) -> Any_:
        """Walk a definition, and compare what it gives with its type."""
        if isinstance(definition.body, ast.Choose):
            result = self._interpreter.choices.choice_body(definition.body, env, inputs, definition.span)
        else:
            result = self.statements(definition.body, env, inputs if definition.tensors is not None else None)
        if definition.results is not None:
            self._check_results(definition, definition.results, result, env)
        return result

    def statements(self, body: ast.Body, env: Env, inputs: tuple[Tensor, ...] | None) -> Any_:
        """Walk a body to its `return`; a layer that is returned is applied to the definition's tensors."""
        if len(body.statements) > MAX_NAMES:
            fail(
                "too-large", f"a body binds at most {MAX_NAMES} names", body.statements[MAX_NAMES].span, "one too many"
            )
        before = self._interpreter.flows.entering(env.names.values())
        place: _Place | None = self._interpreter.handler.begin()
        if place is not None:
            env = place.env
        begin = 0 if place is None else place.number
        for number, statement in enumerate(body.statements):
            if number < begin:
                continue
            if number and place is None:
                env = self._reach(body, _Place(number, env), before).env
            if (taken := self._interpreter.wirings.take(body, number, env)) is not None:
                env, begin = taken
                place = None
                continue
            match statement:
                case ast.Let():
                    env = self._let(statement, env)
                case ast.Nodes():
                    chosen = self._interpreter.builds and is_chosen(
                        statement.count, env, self._interpreter.program.cache
                    )
                    env, nodes = self._nodes(body, number, statement, env, place, before)
                    env = env.bind(statement.name, nodes, chosen=chosen)
                case ast.Require(condition=condition):
                    if not self._interpreter.program.cache.asks(condition):
                        self._require(statement, env)
                case ast.Setting():
                    env = self._interpreter.settings.bind(statement, env)
                case ast.Return():
                    result = self._return(statement, env, inputs)
                    self._require_at_end(body, env.bind(RESULTS, result))
                    return result
            place = None
        fail("missing-return", "a body needs a `return`", body.span)

    def _reach(self, body: ast.Body, place: "_Place", before: frozenset[Cost]) -> "_Place":
        """Note that what follows depends on the names that it uses, and on what a statement has made so far."""
        if self._interpreter.flows.spends:
            used = self._interpreter.program.cache.names_from(body, place.number)
            site = f"{place.env.frame.instance}#{place.number}"
            env, earlier = self._interpreter.flows.settle(place.env, used, place.earlier, site, before)
            place = replace(place, env=env, earlier=earlier)

        def state() -> Hashable:
            names = self._interpreter.program.cache.names_from(body, place.number)
            rest = self._interpreter.program.cache.rest(body, place.number)
            key = id(body), place.number
            seen = self._interpreter.observed.identity(rest, key, names, place.env, place.made)
            made = (place.made, tuple(map(identity_of, place.earlier)), identity_of(place.count))
            return place.number, seen, made

        self._interpreter.handler.reach(state, place)
        return place

    def _require(self, statement: ast.Require, env: Env) -> None:
        condition = statement.condition
        if self._interpreter.heeds_requirements and not self._may_hold(condition, env):
            text = " ".join(condition.span.text.split())
            raise Outside(Diagnostic("requirement", f"`require {text}` does not hold", Label(statement.span)))

    def _require_at_end(self, body: ast.Body, env: Env) -> None:
        """Hold a body to what it requires of its quantities; they change no graph in which choices are kept open."""
        if self._interpreter.opening is None:
            for statement in self._interpreter.program.cache.asking(body):
                self._require(statement, env)

    def _may_hold(self, condition: ast.Expr, env: Env) -> bool:
        opening = self._interpreter.opening
        if opening is None:
            return self._interpreter.truth(condition, env)
        try:
            return opening.require(self._interpreter.hold(condition, env))
        except TooManyWorlds:  # which of them are members is no matter of the graph
            return True

    def _return(self, statement: ast.Return, env: Env, inputs: tuple[Tensor, ...] | None) -> Any_:
        values = tuple(self._result(value, env, inputs) for value in statement.values)
        named = [Several((Auxiliary(a.name), self._result(a.value, env, inputs))) for a in statement.auxiliaries]  # type: ignore[arg-type]
        if not named and len(values) == 1:
            return values[0]
        return self._interpreter.bounded(Several((*values, *named)), statement.span)

    def _result(self, tree: ast.Expr, env: Env, inputs: tuple[Tensor, ...] | None) -> Any_:
        value = self._interpreter.hold(tree, env)
        if inputs is not None and is_layer(value):
            return self._interpreter.apply(value, inputs, env.frame, tree.span)
        return value

    def _let(self, statement: ast.Let, env: Env) -> Env:
        part = self._interpreter.program.cache.parts.get(id(statement), statement.names[0])
        inner = env.frame.child(part)
        if statement.at is not None:
            address = unquote_address(statement.at)
            inner = Frame(address, address, address)
        value = self._interpreter.hold(statement.value, env.at(inner))
        chosen = self._interpreter.builds and binds_chosen(statement.value, value, env, self._interpreter.program.cache)
        for name, bound in self.unpack(statement, value).items():
            if self._interpreter.tracks_members and isinstance(bound, Tensor):
                bound = with_member(bound, join(env.frame.instance, name))
            self._interpreter.budget.spend(statement.span, len(env.names) // 64)
            env = env.bind(name, bound, chosen=chosen)
        return env

    def with_members(self, definition: ast.Composite, names: dict[str, Any_], frame: Frame) -> dict[str, Any_]:
        """Name the tensors that a definition takes among all node lists, where it asks which tensors are loose."""
        if not self._interpreter.tracks_members or "loose" not in self._interpreter.program.cache.names_in(
            definition.body
        ):
            return names
        taken: dict[str, Any_] = {}
        for name in (parameter.name for parameter in definition.tensors or ()):
            own, address = names[name], join(frame.instance, name)
            if isinstance(own, Tensor):
                taken[name] = with_member(own, address)
            elif isinstance(own, tuple):
                tensors = (tensor for tensor in own if isinstance(tensor, Tensor))
                taken[name] = tuple(with_member(tensor, f"{address}[{i}]") for i, tensor in enumerate(tensors))
        return {**names, **taken}

    def unpack(self, statement: ast.Let, value: Any_) -> dict[str, Any_]:
        """Give the names of a `let` their values."""
        if len(statement.names) == 1:
            return {statement.names[0]: value}
        if isinstance(value, Absent):
            return dict.fromkeys(statement.names, ABSENT)
        values = value.values if isinstance(value, Several) else elements(value)
        if values is None or len(values) != len(statement.names):
            given = describe(value)
            place = statement.name_spans[0].to(statement.name_spans[-1])
            secondary = (Label(statement.value.span, given),)
            message = f"{len(statement.names)} names are bound to {given}"
            fail("wrong-arity", message, place, f"{len(statement.names)} names", secondary=secondary)
        return dict(zip(statement.names, values, strict=True))

    def _nodes(
        self,
        body: ast.Body,
        number: int,
        statement: ast.Nodes,
        env: Env,
        place: "_Place | None",
        before: frozenset[Cost],
    ) -> tuple[Env, Any_]:
        """Make a node list; give the names around it as they are afterwards."""
        if isinstance(statement.count, ast.Range):
            not_yet("a range of node counts", statement.count.span)
        count = self._interpreter.hold(statement.count, env)
        part = self._interpreter.program.cache.parts.get(id(statement), statement.name)
        base = join(env.frame.instance, part)
        first = place.made if place is not None else 0
        earlier = [*place.earlier] if place is not None and first else self._seeds(statement, env, base)

        def make(i: int) -> TensorLike:
            nonlocal env
            if i > first:
                reached = self._reach(body, _Place(number, env, i, tuple(earlier), count), before)
                env, earlier[:] = reached.env, reached.earlier
            inner = env.bind("earlier", tuple(earlier) or NO_TENSORS).at(env.frame.child(f"{part}[{i}]"))
            if statement.index:
                inner = inner.bind(statement.index, i)

            def run(frame: Frame, inner: Env = inner) -> Any_:
                flows = self._interpreter.flows
                made = flows.finished(self.statements(statement.body, inner.at(frame), None), base)
                return flows.summed(made, frame.instance, flows.entering(inner.names.values()))

            key = self._interpreter.comprehensions.part_key(statement.body, inner)
            value = self._interpreter.handler.scope(key, inner.frame, run, is_closed=False)
            tensors = self._interpreter.calls.tensors(value, statement.body, env)
            if len(tensors) != 1:
                fail(
                    "wrong-arity",
                    f"a node is one tensor, given {describe(value)}",
                    statement.body.span,
                    describe(value),
                )
            node = self._member_of(tensors[0], (base, len(earlier)), f"{base}[{i}]")
            earlier.append(node)
            return node

        if self._interpreter.depth is not None and isinstance(count, Lifted):
            return env, self._interpreter.depth.nodes(count, statement.count.span, base, make)
        length = nodes_of(count, statement.count.span)
        for i in range(first, length):
            make(i)
        return env, tuple(earlier[len(earlier) - length :]) or NO_TENSORS

    def _seeds(self, statement: ast.Nodes, env: Env, base: str) -> list[TensorLike]:
        found: list[TensorLike] = []
        for seed in statement.seeds:
            value = self._interpreter.evaluate(seed, env)
            for tensor in self._interpreter.calls.tensors(value, seed, env):
                found.append(self._member_of(tensor, (base, len(found)), f"{base}~{len(found)}", is_seed=True))
        return found

    def _member_of(self, tensor: TensorLike, node: Node, member: str, *, is_seed: bool = False) -> TensorLike:
        if isinstance(tensor, Absent):
            return tensor
        own = tensor
        if self._interpreter.tracks_members:  # a node that is another one itself has a place of its own
            own = with_member(tensor, member) if is_seed else replace(tensor, member=member)
        return replace(self._interpreter.flows.member(own, node, is_seed=is_seed), index=node[1])

    def _check_results(
        self, definition: ast.Composite, results: tuple[ast.TypeExpr, ...], value: Any_, env: Env
    ) -> None:
        values = [v for v in (value.values if isinstance(value, Several) else (value,)) if not is_auxiliary(v)]
        if isinstance(value, Absent) and definition.kind != "network":
            return
        if len(values) != len(results):
            message = f"`{definition.name}` gives {counted(len(values), 'result')}, its type says {len(results)}"
            fail(
                "wrong-arity", message, results[0].span.to(results[-1].span), f"says {counted(len(results), 'result')}"
            )

        def evaluate(expr: ast.Expr, names: dict[str, Any_]) -> Any_:
            return self._interpreter.evaluate(expr, Env(env.scope, {**env.names, **names}, env.frame))

        unify = Unifier(
            definition.name, dict(env.names), evaluate, None, gives=True, advise=self._interpreter.application.advise
        )
        for expected, actual in zip(results, values, strict=True):
            if isinstance(actual, Tensor):
                unify.span = actual.origin or expected.span
                unify(expected, actual)
            elif not isinstance(actual, Absent):
                message = f"`{definition.name}` gives {describe(actual)}, its type says {expected.span.text}"
                fail("wrong-kind", message, expected.span, "the type of a tensor")


@final
@dataclass(frozen=True, slots=True)
class _Place:
    """Before which statement of a body a walk is; in `nodes`, how many of `count` are made, and all there are."""

    number: int
    env: Env
    made: int = 0
    earlier: tuple[TensorLike, ...] = ()
    count: Any_ = 0

    def bind(self, name: str, value: Any_) -> "_Place":
        """Give the same place with another value of a name."""
        return replace(self, env=self.env.bind(name, value))


def split_auxiliaries(value: Any_) -> tuple[list[Any_], list[tuple[str, Any_]]]:
    """Part what a network returns into its results and its auxiliary results with their names."""
    values = list(value.values) if isinstance(value, Several) else [value]
    main = [v for v in values if not is_auxiliary(v)]
    auxiliary = [(v.values[0].name, v.values[1]) for v in values if is_auxiliary(v)]  # type: ignore[union-attr]
    return main, auxiliary
