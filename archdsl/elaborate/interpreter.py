"""The only interpreter of the language: it walks a program and asks a handler at each choice.

With decisions replayed it gives an architecture's graph, with every choice kept open the supergraph, on types alone
(no builder) what a decision diagram is made of. Nothing else in the project knows what the language means, but `batch`,
which computes static expressions for many cases at once and is tested against the interpreter's own.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import ClassVar, NoReturn, final

from archdsl.diagnostics import Span
from archdsl.ir import OpDeclaration, SharedLayer, Weight
from archdsl.syntax import ast

from .addresses import COSTS, NOWHERE, Frame
from .application import Application
from .bodies import Bodies
from .brackets import Brackets
from .builder import Builder
from .builtins import arithmetic, elements
from .calls import Calls
from .choices import Choices
from .comprehensions import Comprehensions
from .depth import Depth
from .faults import TooVague, fail, not_yet
from .flows import Flows
from .functions import Functions
from .handlers import Handler, Keep, Static
from .joins import Joins
from .kinds import numbers_of, signed, times_of, truth_of, whole_of
from .limits import (
    Budget,
    allow_deep_calls,
    check_length,
    check_parts,
    too_deep,
)
from .loans import static_of
from .observed import Observed
from .open_choices import OpenChoices
from .opening import Opening
from .ops import declare
from .program import BUILTINS, ModuleScope, Program
from .quantities import RESULTS, Quantities
from .scans import Scans
from .serials import Accountant
from .settings import Settings
from .vague import Vagueness, refuse_vague
from .values import (
    ABSENT,
    NO_TENSORS,
    Absent,
    Any_,
    Builtin,
    Composed,
    Defined,
    Differing,
    Env,
    FunctionValue,
    Guarded,
    Lifted,
    Repeated,
    Subset,
    Tensor,
    TensorLike,
    Tied,
    Uncertain,
    Unread,
    describe,
    identity_of,
    is_layer,
    named,
    size_of,
)
from .weighed import Weighed
from .wirings import Form, Trail, Wiring, Wirings
from .worlds import rank

STEPS_OF_A_FACT = 200_000
"""What an op may use to compute one dim, weight or cost."""
JOINS = {"sum": "add"}


@final
class Interpreter:
    """Evaluates expressions and applies layers; see `Handler` for the meaning that a walk gets.

    `builder` is None for a walk on types alone. `leave_out` is told of each definition that may decide
    something and is not walked, for it is applied to what is absent; `use_cell` of each use of a cell, by the root of
    its decisions. `wire`, where it is given, decides for lists of numbers that are taken at once. `weigh` is told of
    the weights of each op, and `account`, on a walk on types alone, of all that each costs. `vague`
    is there where a walk stands for many.
    """

    def __init__(
        self, program: Program, handler: Handler, builder: Builder | None = None, budget: Budget | None = None
    ) -> None:
        allow_deep_calls()
        self.program = program
        self.handler = handler
        self.builder = builder
        self.budget = budget or Budget()
        self.builds = builder is not None
        self.opening = Opening(self, handler) if isinstance(handler, Keep) else None
        self.depth = Depth(self.opening) if self.opening is not None else None
        self.open_choices = OpenChoices(self, self.opening) if self.opening is not None else None
        self.tracks_members = program.uses_loose()
        self.flows = Flows(program, kept=self.opening is None)
        self.heeds_requirements = True
        self.leave_out: Callable[[Frame], None] = lambda frame: None
        self.use_cell: Callable[[str, Defined, tuple[Tensor, ...]], None] = lambda root, layer, inputs: None
        self.wire: Callable[[Wiring, Form], Trail] | None = None
        self.vague: Vagueness | None = None
        self.weigh: Callable[[str, tuple[Weight, ...], Span], None] = lambda address, weights, span: None
        if builder is not None and self.opening is None:
            self.weigh = Weighed().take
        self.account: Accountant | None = None
        self.choices = Choices(self)
        self.application = Application(self)
        self.bodies = Bodies(self)
        self.functions = Functions(self)
        self.scans = Scans(self)
        self.comprehensions = Comprehensions(self)
        self.brackets = Brackets(self)
        self.calls = Calls(self)
        self.joins = Joins(self)
        self.settings = Settings(self)
        self.observed = Observed(self)
        self.wirings = Wirings(self)
        self.quantities = Quantities(self)

    @property
    def tells_places_apart(self) -> bool:
        """Whether tensors bear the addresses of the node lists that they are members of."""
        return self.tracks_members or self.flows.kept

    # ------------------------------------------------------------ expressions

    def evaluate(self, tree: ast.Expr, env: Env) -> Any_:
        """Give the value of an expression; one that depends on an open choice is no value yet."""
        if self.opening is not None:
            return self.opening.plain(self.hold(tree, env), tree.span)
        self.budget.spend(tree.span)
        if id(tree) in self.wirings.sights:
            return self.seen(tree, env)[0]
        try:
            return self._EVALUATORS[type(tree)](self, tree, env)
        except RecursionError:
            raise too_deep(tree.span) from None

    def hold(self, tree: ast.Expr, env: Env) -> Any_:
        """Give the value of an expression, which may depend on open choices."""
        if self.opening is None:
            return self.evaluate(tree, env)
        self.budget.spend(tree.span)
        try:
            return self.opening.evaluate(lambda: self._EVALUATORS[type(tree)](self, tree, env), env.frame, tree.span)
        except RecursionError:
            raise too_deep(tree.span) from None

    def plain(self, value: Any_, span: Span) -> Any_:
        """Give a value that depends on no open choice."""
        return value if self.opening is None else self.opening.plain(value, span)

    def disregard_requirements(self) -> None:
        """Walk as if nothing were required: what tensors are made of is then kept for nobody."""
        self.heeds_requirements = False
        self.flows = Flows(self.program, kept=False)

    def seen(self, tree: ast.Expr, env: Env) -> tuple[Any_, Hashable]:
        """Give the value of an expression that decides nothing, and its identity; it may be known from a batch."""

        def compute() -> Any_:
            try:
                value: Any_ = self._EVALUATORS[type(tree)](self, tree, env)
            except RecursionError:
                raise too_deep(tree.span) from None
            return value

        if id(tree) in self.wirings.sights:
            return self.wirings.value(tree, env, compute)
        value = compute()
        return value, identity_of(value)

    def part(self, tree: ast.Tree, env: Env) -> str:
        """Give what the use of a name adds to an address here."""
        return self.program.cache.parts.get(id(tree), "") + env.frame.suffix

    def _name(self, tree: ast.Name, env: Env) -> Any_:
        if tree.id in env.names:
            value = env.names[tree.id]
            if isinstance(value, (Unread, Differing)):
                self._refuse_unread(value, tree)
            self.wirings.end_trail(value)
            return named(self.part(tree, env), value)
        if tree.id in COSTS and RESULTS in env.names:
            return self.quantities.cost(tree, env)
        return self.global_name(tree.id, env.scope, tree.span, self.part(tree, env))

    def _refuse_unread(self, value: Unread | Differing, tree: ast.Name) -> NoReturn:
        if isinstance(value, Differing):
            raise TooVague
        self.settings.refuse(tree)

    def global_name(self, name: str, scope: ModuleScope, span: Span, part: str) -> Any_:
        """Give what a name means at the top of a file."""
        found = scope.lookup(name)
        if found is None:
            if name in BUILTINS:
                return Builtin(name)
            message = f"cannot find an op or block named `{name}`"
            fail("unknown-name", message, span, "not defined here, imported, or a standard op")
        owner, definition = found
        match definition:
            case ast.Let():
                return self._constant(definition, owner).get(name)  # type: ignore[return-value]
            case ast.Function():
                return FunctionValue(definition, owner, id(definition))
            case _:
                open_names = tuple(parameter.name for parameter in definition.statics)
                return Defined(definition, owner, (), open_names, part, span, id(definition))

    def _constant(self, definition: ast.Let, scope: ModuleScope) -> dict[str, Any_]:
        """Give the names that a `let` at the top of a file binds; it is evaluated once for a program."""
        constants = self.program.cache.constants
        known = constants.get(id(definition))
        if known is None:
            if id(definition) in self.program.cache.evaluating:
                message = f"the constant `{definition.names[0]}` is defined by itself"
                fail("unbounded-recursion", message, definition.name_spans[0], "its value depends on itself")
            self.program.cache.evaluating.add(id(definition))
            try:
                self.program.cache.prepare(definition)
                env = Env(scope, {}, NOWHERE)
                value = Interpreter(self.program, Static(), None, self.budget).evaluate(definition.value, env)
                known = constants[id(definition)] = self.bodies.unpack(definition, value)
            finally:
                self.program.cache.evaluating.discard(id(definition))
        return known

    def declaration(self, definition: ast.OpDefinition, scope: ModuleScope) -> OpDeclaration:
        """Give the declaration of an op, made once for all its uses."""
        known = scope.declarations.get(definition.name)
        if known is None:
            self.program.cache.prepare(definition)
            static = Interpreter(self.program, Static(), None)

            def evaluate(expr: ast.Expr, owner: ModuleScope, names: dict[str, Any_]) -> Any_:
                static.budget = Budget(STEPS_OF_A_FACT)
                return static.evaluate(expr, Env(owner, names, NOWHERE))

            overloads = (definition, *scope.further.get(definition.name, ()))
            known = scope.declarations[definition.name] = declare(overloads, scope, evaluate)
        return known

    def _list(self, tree: ast.ListExpr, env: Env) -> Any_:
        items: list[Any_] = []
        for item in tree.items:
            if isinstance(item, ast.Generator):
                items.extend(self.comprehensions.generate(item, env))
            else:
                items.append(self.hold(item, env))
        if not items and rank(tree, env) == 1:
            return NO_TENSORS
        if any(isinstance(item, Uncertain) for item in items):
            raise TooVague
        gathered = tuple(items) if self.opening is None else self.opening.presence.gathered(items, tree.span)
        return self.bounded(gathered, tree.span)

    def bounded(self, value: Any_, span: Span) -> Any_:
        """Stop at a list that holds too much, what is in its lists counted as well."""
        size = size_of(value)
        self.budget.spend(span, size // 16)
        check_length(size, span)
        return value

    def source(self, tree: ast.Expr | ast.Range, env: Env) -> Subset | Guarded | Uncertain:
        """Give the elements that a comprehension or a choice runs over, and their positions in the list."""
        if isinstance(tree, ast.Range):
            values = self.range(tree, env)
            return Subset(values, tuple(range(len(values))))
        value = self.hold(tree, env)
        if isinstance(value, (Subset, Guarded, Uncertain)):
            return value
        items = elements(self.plain(value, tree.span) if isinstance(value, Lifted) else value)
        if items is None:
            fail("wrong-kind", f"a list is needed here, given {describe(value)}", tree.span, describe(value))
        return Subset(items, tuple(range(len(items))))

    def items(self, tree: ast.Expr | ast.Range, env: Env) -> Subset:
        """Give the elements that a choice runs over, none of which depends on another that is open."""
        source = self.plain(self.source(tree, env), tree.span)
        if isinstance(source, Uncertain):
            raise TooVague
        assert isinstance(source, Subset)
        return source

    def range(self, tree: ast.Range, env: Env) -> tuple[int | float, ...]:
        """Give the elements of `start..stop step s`, both ends included."""
        start, stop = self.bounds(tree, env)
        return numbers_of(tree, start, stop, self.evaluate(tree.step, env) if tree.step else 1)

    def bounds(self, tree: ast.Range, env: Env) -> tuple[Any_, Any_]:
        """Give the ends of a range."""
        return self.evaluate(tree.start, env), self.evaluate(tree.stop, env)

    def truth(self, tree: ast.Expr, env: Env) -> bool:
        """Give the value of a condition."""
        return truth_of(self.evaluate(tree, env), tree.span)

    def _conditional(self, tree: ast.Conditional, env: Env) -> Any_:
        return self.hold(tree.then if self.truth(tree.test, env) else tree.other, env)

    def _binary(self, tree: ast.Binary, env: Env) -> Any_:
        if tree.op in ("and", "or"):
            left = self.truth(tree.left, env)
            return self.truth(tree.right, env) if left == (tree.op == "and") else left
        first = self.evaluate(tree.left, env)
        second = self.evaluate(tree.right, env)
        if self.vague is not None and tree.op in ("==", "!=", "in"):
            refuse_vague((first, second))
        if tree.op == "|>":
            if not is_layer(second) and not isinstance(second, (Builtin, Absent)):
                message = f"the right of `|>` is {describe(second)}, not a layer"
                fail("not-a-layer", message, tree.right.span, "cannot be applied to a tensor")
            if is_layer(first):
                check_parts(size_of(first) + size_of(second), tree.span)
                return Composed(first, second)  # type: ignore[arg-type]
            taken = self.flows.operands(self.calls.tensors(first, tree.left, env), tree, env.frame)
            return self.apply(second, taken, env.frame, tree.right.span)
        if isinstance(first, (Tensor, Absent)) or isinstance(second, (Tensor, Absent)):
            return self._add(tree, first, second, env)
        if is_layer(first) or is_layer(second):
            self.calls.refuse_layer(f"`{tree.op}` is given a layer", tree.left if is_layer(first) else tree.right, env)
        return arithmetic(tree.op, first, second, tree.span)

    def _add(self, tree: ast.Binary, first: Any_, second: Any_, env: Env) -> Any_:
        if tree.op != "+":
            message = f"`{tree.op}` is for numbers, given {describe(first)} and {describe(second)}"
            fail("wrong-kind", message, tree.span, "tensors are joined by `+` and by ops")
        operands = []
        for value, side in ((first, tree.left), (second, tree.right)):
            if is_layer(value):
                self.calls.refuse_layer("`+` is given a layer", side, env)
            if not isinstance(value, (Tensor, Absent)):
                message = f"`+` needs two tensors or two numbers, given a tensor and {describe(value)}"
                fail("wrong-kind", message, side.span, describe(value))
            operands.append(value)
        taken = self.flows.operands(operands, tree, env.frame)
        return self.joins.join("add", "+", taken, env, self.part(tree, env), tree.span)

    def _unary(self, tree: ast.Unary, env: Env) -> Any_:
        if tree.op == "not":
            return not self.truth(tree.operand, env)
        return signed(tree.op, self.evaluate(tree.operand, env), tree.operand.span)

    def integer(self, tree: ast.Expr, env: Env) -> int:
        """Give the value of an expression that must be an int."""
        return whole_of(self.evaluate(tree, env), tree.span)

    def _member(self, tree: ast.Member, env: Env) -> Any_:
        if isinstance(tree.base, ast.Name) and tree.base.id not in env.names:
            module = env.scope.qualified.get(tree.base.id)
            if module is not None:
                return self.global_name(tree.name, module, tree.span, self.part(tree.base, env))
        base = self.evaluate(tree.base, env)
        if tree.name == "index" and isinstance(base, Tensor):
            if base.index is None:
                fail(
                    "not-an-element",
                    "only an element of a node list has an `index`",
                    tree.base.span,
                    "a tensor that is in no list",
                )
            return base.index
        if isinstance(base, SharedLayer):
            return static_of(base, tree)
        fail("unknown-name", f"{describe(base)} has no `{tree.name}`", tree.base.span, describe(base))

    def apply(self, layer: Any_, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        """Apply a layer to tensors; applied to an absent one it gives absent and decides nothing."""
        return self.application.apply(layer, inputs, frame, span)

    # ------------------------------------------------------------ choices and layers

    def _choose(self, tree: ast.Choose, env: Env) -> Any_:
        return self.choices.choose(tree, env)

    def _choose_of(self, tree: ast.ChooseOf, env: Env) -> Any_:
        return self.choices.choose_of(tree, env)

    def _repeat(self, tree: ast.Repeat, env: Env) -> Any_:
        if isinstance(tree.count, ast.Range):
            not_yet("a range of repetitions", tree.count.span)
        value = self.hold(tree.count, env)
        count = value if isinstance(value, Lifted) else times_of(value, tree.count.span)
        names = [name for name in sorted(self.program.cache.names_in(tree.body)) if name in env.names]
        size = 1 + sum(size_of(env.names[name]) for name in names)
        check_parts(size, tree.span)
        self.wirings.end_trails(names, env)
        free = tuple((name, identity_of(env.names[name])) for name in names)
        return Repeated(count, tree, env, self.part(tree, env), (id(tree), free), size)

    def _once(self, tree: ast.Once, env: Env) -> Any_:
        part = self.part(tree, env)
        part = part.removeprefix(tree.kind)
        value = self.evaluate(tree.layer, env)
        if isinstance(value, Absent):
            return ABSENT
        if not is_layer(value):
            fail(
                "not-a-layer", f"`{tree.kind}` needs a layer, given {describe(value)}", tree.layer.span, describe(value)
            )
        frame = env.frame.child(part)
        return Tied(frame.decision, frame.parameters, value, tree.kind == "shared")  # type: ignore[arg-type]

    def _scan(self, tree: ast.Scan, env: Env) -> Any_:
        return self.scans.scan(tree, env)

    _EVALUATORS: ClassVar[dict[type, Callable[..., Any_]]] = {
        ast.Name: _name,
        ast.Number: lambda self, tree, env: tree.value,
        ast.String: lambda self, tree, env: tree.value,
        ast.Bool: lambda self, tree, env: tree.value,
        ast.Absent: lambda self, tree, env: ABSENT,
        ast.ListExpr: _list,
        ast.Conditional: _conditional,
        ast.Binary: _binary,
        ast.Unary: _unary,
        ast.Brackets: lambda self, tree, env: self.brackets.evaluate(tree, env),
        ast.Call: lambda self, tree, env: self.calls.evaluate(tree, env),
        ast.Member: _member,
        ast.Choose: _choose,
        ast.ChooseOf: _choose_of,
        ast.Repeat: _repeat,
        ast.Once: _once,
        ast.Scan: _scan,
    }
