"""From a network of a program to a graph: statics bound, inputs typed, the body walked."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, final

from archdsl.diagnostics import ArchdslError, Diagnostic, Label, Span, UsageError, by_place, similar
from archdsl.ir import KINDS, Graph, Input, Output, Type
from archdsl.ir import Label as Decision
from archdsl.syntax import ast

from .addresses import NOWHERE, Frame
from .binding import STATIC_KINDS, complete
from .bodies import split_auxiliaries
from .builder import Builder
from .decided_kinds import DecidedKinds, Kind
from .faults import Fault, Outside, fail
from .handlers import Handler, Keep, Replay, Static
from .interpreter import Interpreter
from .legality import unlike_uses, unlike_weights
from .limits import Budget
from .program import ModuleScope, Program
from .values import Absent, Any_, Defined, Env, Tensor, describe, is_static

STEPS_OF_A_HEAD = 200_000
"""What the defaults and the types of a network may use."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network with its statics bound: the program that every walk runs.

    `scope` is the file of its definition, the program's main one where it is None.
    """

    program: Program
    definition: ast.Composite
    statics: Mapping[str, Any_]
    inputs: tuple[Input, ...]
    root: str
    user_set: frozenset[str] = field(default=frozenset())
    scope: ModuleScope | None = None

    @property
    def name(self) -> str:
        """The network's name."""
        return self.definition.name

    def walk(self, interpreter: Interpreter, inputs: tuple[Tensor, ...]) -> Any_:
        """Evaluate the body on the inputs."""
        layer = Defined(
            self.definition,
            self.scope or self.program.main,
            tuple(self.statics.items()),
            (),
            "",
            self.definition.name_span,
            id(self.definition),
        )
        return interpreter.apply(layer, inputs, Frame(self.root, "", ""), self.definition.name_span)

    def graph(self, handler: Handler, budget: Budget | None = None) -> Graph:
        """Walk with a handler and give the graph.

        Raises:
            ArchdslError: the program is wrong under these decisions, or they are of no architecture.
        """
        builder = Builder(self.name)
        interpreter = Interpreter(self.program, handler, builder, budget)
        inputs = tuple(builder.input(port) for port in self.inputs)
        if interpreter.opening is None:
            value = self.walk(interpreter, inputs)
        else:
            frame = Frame(self.root, "", "")
            value = interpreter.opening.whole(lambda: self.walk(interpreter, inputs), frame, self.definition.name_span)
        named = self.outputs(value)
        return builder.graph(tuple(Output(builder.value(tensor), name, bool(name)) for tensor, name in named))

    def outputs(self, value: Any_) -> tuple[tuple[Tensor, str], ...]:
        """Give the tensors that the body returned, auxiliary ones with a name; one that is absent does not exist."""
        main, auxiliary = split_auxiliaries(value)
        outputs: list[tuple[Tensor, str]] = []
        named = (*((tensor, "") for tensor in main), *((tensor, name) for name, tensor in auxiliary))
        for index, (tensor, name) in enumerate(named):
            if isinstance(tensor, Absent) and name:
                continue
            if not isinstance(tensor, Tensor):
                code = "absent-output" if isinstance(tensor, Absent) else "wrong-kind"
                message = f"an output of `{self.name}` is {describe(tensor)}"
                secondary = (Label(self.definition.name_span, "a network gives tensors"),)
                fail(code, message, self._returned(index, name), describe(tensor), secondary=secondary)
            outputs.append((tensor, name))
        return tuple(outputs)

    def _returned(self, index: int, name: str) -> Span:
        """Give the place of what the body returns."""
        body = self.definition.body
        returned = body.statements[-1] if isinstance(body, ast.Body) else body
        if not isinstance(returned, ast.Return):
            return body.span
        named = [auxiliary.value.span for auxiliary in returned.auxiliaries if auxiliary.name == name]
        values = [value.span for value in returned.values]
        return named[0] if named else values[index] if index < len(values) else returned.span


def architecture_graph(network: Network, decisions: Mapping[str, Decision]) -> tuple[Graph, dict[str, Decision]]:
    """Give the graph of an architecture, and the decisions that it asked for, in evaluation order.

    Raises:
        ArchdslError: a decision is missing, inadmissible or never asked for, or the architecture is ill-typed.
    """
    graph, asked = replayed_graph(network, decisions, may_drop=False)
    unknown = [address for address in decisions if address not in asked]
    if unknown:
        raise Outside(unknown_decisions(unknown, asked))
    return graph, asked


def replayed_graph(
    network: Network, decisions: Mapping[str, Decision], *, may_drop: bool = True
) -> tuple[Graph, dict[str, Decision]]:
    """Give the graph that decisions lead to, and those that it asked for, in evaluation order.

    Raises:
        ArchdslError: the architecture is ill-typed, or decisions are missing or inadmissible: all of them are listed,
            and unless they may be dropped, all that were never asked for.
    """
    replay = Replay(decisions)
    try:
        return network.graph(replay), replay.asked
    except Outside as outside:
        if outside.diagnostic.code not in ("missing-decision", "inadmissible-decision"):
            raise
    refused: dict[str, Diagnostic] = {}
    replay = Replay(decisions, refused)
    unknown: list[str] = []
    try:
        network.graph(replay)
    except Fault:
        pass  # of an architecture that nobody asked for
    else:
        unknown = [] if may_drop else [a for a in decisions if a not in replay.asked and a not in refused]
    raise Outside((*refused.values(), *unknown_decisions(unknown, {**replay.asked, **dict.fromkeys(refused, "")})))


def settings_of(network: Network, decisions: Mapping[str, Decision]) -> dict[str, Any]:
    """Give the settings of an architecture: their values by name, behind the address of the part that sets them."""
    interpreter = Interpreter(network.program, Replay(decisions))
    network.walk(interpreter, tuple(Tensor(port.type) for port in network.inputs))
    return dict(interpreter.settings.met)


def kinds_of(network: Network, decisions: Mapping[str, Decision]) -> dict[str, Kind]:
    """Give what the decisions of an architecture choose, by address."""
    interpreter = Interpreter(network.program, Replay(decisions))
    kinds = interpreter.choices.kinds = DecidedKinds()
    network.walk(interpreter, tuple(Tensor(port.type) for port in network.inputs))
    return kinds.found


def unknown_decisions(unknown: list[str], asked: Mapping[str, Decision]) -> tuple[Diagnostic, ...]:
    """Say which decisions no choice asked for."""
    found = []
    for address in unknown:
        near = similar(address, asked)
        notes = (f"a choice with a similar address exists: `{near[0]}`",) if near else ()
        found.append(Diagnostic("unknown-decision", f"no choice asks for `{address}`", notes=notes))
    return tuple(found)


def supergraph(network: Network) -> Graph:
    """Give the one graph in which every choice of a network is kept open.

    Raises:
        ArchdslError: choices that cannot be kept open, all that are found, each with both places.
    """
    keep = Keep()
    try:
        graph = network.graph(keep)
    except Fault as fault:  # after a refusal, other faults may follow from it
        ends = [own for own in fault.diagnostics if own.code == "open-choice" or not keep.refused]
        raise ArchdslError(by_place([*keep.refused, *ends])) from None
    refused = [*keep.refused, *unlike_uses(graph), *unlike_weights(graph)]
    if refused:
        raise ArchdslError(by_place(refused))
    return graph


def bind_network(program: Program, name: str | None = None, statics: Mapping[str, object] | None = None) -> Network:
    """Bind the statics of a network, and type its inputs.

    Raises:
        UsageError: no such network, no such static, or a value of another kind.
        ArchdslError: the network's types cannot be evaluated.
    """
    definition = program.network(name)
    given: dict[str, Any] = dict(statics or {})
    scope = program.main
    program.cache.prepare(definition)
    interpreter = Interpreter(program, Static(), None, Budget(STEPS_OF_A_HEAD))

    def evaluate(expr: ast.Expr, names: dict[str, Any_]) -> Any_:
        return interpreter.evaluate(expr, Env(scope, names, NOWHERE))

    parameters = (*definition.statics, *_open_dims(definition, evaluate))
    known = {parameter.name: parameter for parameter in parameters}
    for key, value in given.items():
        if key not in known:
            near = similar(key, known)
            raise UsageError(
                Diagnostic(
                    "unknown-static",
                    f"network `{definition.name}` has no static `{key}`",
                    Label(definition.name_span, "declared here"),
                    notes=(f"its statics are {', '.join(f'`{own}`' for own in known)}",) if known else (),
                    help=f"a static with a similar name exists: `{near[0]}`" if near else None,
                )
            )
        given[key] = _static(key, value, known[key], evaluate)
    for parameter in parameters[len(definition.statics) :]:
        if parameter.name not in given:
            name_ = parameter.name
            raise ArchdslError(
                Diagnostic(
                    "open-dim",
                    f"the dim `{name_}` of an input of network `{definition.name}` has no value",
                    Label(parameter.span, "no static of the network, and not set"),
                    notes=(
                        f"give it with `--set {name_}=NUMBER`, or give the network a static `{name_}` with a default",
                    ),
                )
            )
    try:
        bound = complete(parameters, given, evaluate, definition.name, definition.name_span, definition.name_span)
    except Fault as fault:
        found = fault.diagnostic
        if found.code == "missing-static":
            found = replace(found, notes=("give it a value with `--set NAME=VALUE`, or a default in the text",))
        raise (UsageError if given else ArchdslError)(found) from None
    root = program.root(scope, definition)
    return Network(program, definition, bound, _inputs(definition, bound, evaluate), root, frozenset(given))


def _static(key: str, value: object, parameter: ast.StaticParameter, evaluate: Any) -> Any_:
    """Take a static from Python: lists become tuples, and it is of its default's kind where none is declared."""
    if isinstance(value, list):
        value = tuple(value)
    if not is_static(value):
        raise UsageError(Diagnostic("wrong-kind", f"static `{key}` needs a plain value, given {value!r}"))
    if parameter.kind is None and isinstance(parameter.default, (ast.Number, ast.Bool, ast.String)):
        default = evaluate(parameter.default, {})
        kind = "bool" if isinstance(default, bool) else "string" if isinstance(default, str) else "float"
        if not STATIC_KINDS[kind](value):
            what = describe(value)
            message = f"static `{key}` is given {what}, its default is {describe(default)}"
            raise UsageError(Diagnostic("wrong-kind", message, Label(parameter.span, "declared here")))
    return value  # type: ignore[return-value]


def _inputs(definition: ast.Composite, statics: Mapping[str, Any_], evaluate: Any) -> tuple[Input, ...]:
    inputs: list[Input] = []
    for parameter in definition.tensors or ():
        type_ = parameter.type
        if type_ is None or type_.kind not in KINDS or type_.dims is None:
            message = f"input `{parameter.name}` of network `{definition.name}` needs a kind and its dims"
            fail("untyped-input", message, parameter.span, "for example `x: image[channels, size, size]`")
        if len(type_.dims) != len(KINDS[type_.kind]):
            needed = f"{type_.kind}[{', '.join(KINDS[type_.kind])}]"
            fail("wrong-arity", f"a type of kind `{type_.kind}` is written `{needed}`", type_.span)
        dims: list[int] = []
        for dim in type_.dims:
            value = evaluate(dim, dict(statics))
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                message = f"a dim of input `{parameter.name}` is a whole number above 0, given {describe(value)}"
                fail("wrong-kind", message, dim.span, describe(value))
            dims.append(value)
        inputs.append(Input(parameter.name, Type(type_.kind, tuple(dims))))
    return tuple(inputs)


def _open_dims(definition: ast.Composite, evaluate: Any) -> tuple[ast.StaticParameter, ...]:
    """Give the dims of inputs that nothing binds, each as a static without a default."""
    named = {parameter.name for parameter in definition.statics}
    found: dict[str, ast.StaticParameter] = {}
    for parameter in definition.tensors or ():
        for dim in (parameter.type.dims or ()) if parameter.type else ():
            if isinstance(dim, ast.Name) and dim.id not in named and evaluate_known(dim, evaluate) is None:
                found.setdefault(dim.id, ast.StaticParameter(dim.span, dim.id, "int", None, None))
    return tuple(found.values())


def evaluate_known(dim: ast.Name, evaluate: Any) -> Any_ | None:
    """Give the value of a dim that is a constant of the file, None where the name is unknown."""
    try:
        value: Any_ = evaluate(dim, {})
    except Fault:
        return None
    return value if isinstance(value, int) else None
