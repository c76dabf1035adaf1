"""Which states a recurrent cell has: those that a `scan` is given, and those that it starts as zeros."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from archdsl.diagnostics import Label, Span
from archdsl.ir import KINDS, Type
from archdsl.syntax import ast

from .addresses import NOWHERE
from .faults import fail
from .overloads import select
from .report import counted
from .values import Absent, Composed, Defined, Env, Layer, Named, Open, Scanned, Tensor, Tied

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
@dataclass(frozen=True, slots=True)
class State:
    """A state: its type, the place that says so, and the tensor that it starts as, None for zeros."""

    type: Type
    place: Span
    start: Tensor | None


def states_of(interpreter: "Interpreter", layer: Scanned, step: Type) -> tuple[State, ...]:
    """Give the states of a scan's cell, as many as its definition takes beside the step.

    Where no single definition is at the head of the cell, they are those that the scan is given.
    """
    head = next(_heads(layer.cell), None)
    given = len(layer.starts)
    if head is None:
        number = given
        if not given:
            message = "`scan` needs the initial states of this cell"
            fail("open-state", message, layer.span, "nothing else tells which states it has")
    else:
        number = len(head.definition.tensors or ()) - 1
        declared = Label(head.definition.name_span, "declared here")
        name = head.definition.name
        if number < 1:
            message = f"`scan` needs a cell that takes a step and its states, `{name}` takes no state"
            fail("wrong-arity", message, layer.span, "needs a recurrent cell", secondary=(declared,))
        if given > number:
            message = f"`{name}` takes {counted(number, 'state')}, given {given}"
            fail("wrong-arity", message, layer.places[number], "one too many", secondary=(declared,))
    starts = (*layer.starts, *(None,) * (number - given))
    states: list[State] = []
    for i, start in enumerate(starts):
        if isinstance(start, Tensor):
            states.append(State(start.type, layer.places[i], start))
        else:
            states.append(_zero(interpreter, layer, head, i, step))
    return tuple(states)


def _heads(layer: Layer) -> Iterator[Defined]:
    """Give the definitions that take a cell's tensors; one that takes any number tells nothing."""
    match layer:
        case Named(layer=inner) | Tied(layer=inner) | Composed(first=inner):
            yield from _heads(inner)
        case Open(alternatives=alternatives):
            for _, alternative in alternatives:
                if not isinstance(alternative, Absent):
                    yield from _heads(alternative)
        case Defined(definition=definition) if definition.tensors is not None:
            if not any(parameter.variadic for parameter in definition.tensors):
                yield layer


def _zero(interpreter: "Interpreter", layer: Scanned, head: Defined | None, index: int, step: Type) -> State:
    """Give a state that starts as zeros: its type is the one that the cell declares."""
    if head is None:
        fail(
            "open-state",
            "`scan` needs this state",
            layer.places[index],
            "absent, and the type of its zeros is not known",
        )
    parameters = _declared_for(head, step).tensors or ()
    parameter = parameters[1 + index]
    given = (step, *(start.type if isinstance(start, Tensor) else None for start in layer.starts))
    names: dict[str, Any] = interpreter.application.statics_of(head)
    variables: dict[str, Type] = {}
    for own, type_ in zip(parameters, given, strict=False):
        if own.type is not None and type_ is not None:
            _bind(own.type, type_, names, variables)
    type_ = _typed(interpreter, head, parameter.type, names, variables)
    if type_ is None:
        message = f"the type of the state `{parameter.name}` of `{head.definition.name}` is not known"
        place = Label(parameter.span, "its dims do not follow from the step")
        fail("open-state", message, layer.span, "starts as zeros of a type that nothing tells", secondary=(place,))
    return State(type_, parameter.span, None)


def _declared_for(head: Defined, step: Type) -> ast.OpDefinition | ast.Composite:
    """Give the declaration that is meant for this step, of an op that has one for each kind of tensors."""
    definition = head.definition
    if not isinstance(definition, ast.OpDefinition):
        return definition
    return select((definition, *head.scope.further.get(definition.name, ())), step.kind) or definition


def _bind(expected: ast.TypeExpr, given: Type, names: dict[str, Any], variables: dict[str, Type]) -> None:
    """Bind the names of a type that stand alone; whether the type fits is seen when the cell is applied."""
    if expected.kind not in KINDS:
        variables.setdefault(expected.kind, given)
    elif expected.kind == given.kind:
        for dim, size in zip(expected.dims or (), given.dims, strict=False):
            if isinstance(dim, ast.Name):
                names.setdefault(dim.id, size)


def _typed(
    interpreter: "Interpreter",
    head: Defined,
    expected: ast.TypeExpr | None,
    names: dict[str, Any],
    variables: dict[str, Type],
) -> Type | None:
    if expected is None:
        return None
    if expected.kind not in KINDS:
        return variables.get(expected.kind)
    if expected.dims is None or len(expected.dims) != len(KINDS[expected.kind]):
        return None
    dims: list[int] = []
    for dim in expected.dims:
        used = interpreter.program.cache.names_in(dim)
        if isinstance(dim, ast.EachDim) or not all(name in names or head.scope.lookup(name) for name in used):
            return None
        value = interpreter.evaluate(dim, Env(head.scope, names, NOWHERE))
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        dims.append(value)
    return Type(expected.kind, tuple(dims))
