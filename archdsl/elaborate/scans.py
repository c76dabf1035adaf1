"""What `scan` means: a recurrent cell, applied once for all the steps of a sequence."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Label, Span
from archdsl.ir import Input, Output, Type, stacked_type, step_type, steps_of
from archdsl.syntax import ast

from .addresses import Frame
from .builder import Captures
from .faults import fail, not_yet
from .report import counted
from .sight import word
from .states import State, states_of
from .unify import origins
from .values import (
    ABSENT,
    Absent,
    Any_,
    Env,
    Scanned,
    Several,
    Tensor,
    TensorLike,
    describe,
    identity_of,
    is_layer,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Scans:
    """The part of the interpreter that meets `scan`.

    The cell is applied once, to a step and to the states: so its choices are made once, and its weights are one,
    whatever the number of steps.
    """

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    # ------------------------------------------------------------ scan[cell, states]

    def scan(self, tree: ast.Scan, env: Env) -> Any_:
        """Give the layer that runs a cell; a state that is absent is one that is left out."""
        part = self._interpreter.part(tree, env)
        first, *rest = (_by_position(argument) for argument in tree.arguments)
        cell = self._interpreter.evaluate(first, env.at(env.frame.child(part)))
        if isinstance(cell, Absent):
            return ABSENT
        if not is_layer(cell):
            fail("not-a-layer", f"`scan` needs a cell, given {describe(cell)}", first.span, describe(cell))
        starts = [(start, argument.span) for argument in rest for start in self._starts(argument, env)]
        return Scanned(cell, tuple(s for s, _ in starts), part, tree.span, tuple(place for _, place in starts))  # type: ignore[arg-type]

    def _starts(self, tree: ast.Expr, env: Env) -> list[TensorLike]:
        value = self._interpreter.evaluate(tree, env)
        if isinstance(value, (int, float, str)):
            message = f"an initial state of `scan` is a tensor, given {describe(value)}"
            label = "no tensor; the statics of a cell are given in brackets of its own"
            fail("static-for-tensor", message, tree.span, label)
        return [
            replace(tensor, index=None, member=None) if isinstance(tensor, Tensor) else tensor
            for tensor in self._interpreter.calls.tensors(value, tree, env)
        ]

    # ------------------------------------------------------------ scan[…](sequence)

    def apply(self, layer: Scanned, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        """Apply the cell to one step; give the sequence of its first states, and then its last states."""
        if len(inputs) != 1:
            message = f"`scan` runs over one sequence, given {counted(len(inputs), 'tensor')}"
            fail("wrong-arity", message, span, "the initial states are given in `scan[…]`")
        sequence = inputs[0]
        if isinstance(sequence, Absent):
            return ABSENT
        if sequence.lacking or any(isinstance(start, Tensor) and start.lacking for start in layer.starts):
            not_yet("`scan` of a tensor that an open choice may leave out", span)
        results, given = self._results(layer, sequence, frame, span)
        if self._interpreter.flows.kept:
            starts = (start for start in layer.starts if isinstance(start, Tensor))
            flow = self._interpreter.flows.made_of((sequence, *starts))
            flow = self._interpreter.flows.spent_by_steps(flow, given, steps_of(sequence.type), frame.child(layer.part))
            results = tuple(replace(result, flow=flow) for result in results)
        return Several(results)

    def _results(
        self, layer: Scanned, sequence: Tensor, frame: Frame, span: Span
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """Give the results of a scan, and those of its cell."""
        step = _step(sequence, span)
        states = states_of(self._interpreter, layer, step)
        types = (step, *(state.type for state in states))
        stacked = stacked_type(sequence.type, states[0].type)
        if stacked is None:
            message = f"the first state of `scan` is its output and needs the kind vec, given {states[0].type}"
            fail("wrong-tensor-kind", message, states[0].place, f"given {states[0].type}")
        own = frame.child(layer.part)
        builder = self._interpreter.builder
        if builder is None:
            return self._typed(layer, sequence, (stacked, *types[1:]), states, types, own, span)
        captures = Captures()
        region = builder.region(captures)
        ports = (region.input(Input(f"x{i}", type_)) for i, type_ in enumerate(types))
        taken = tuple(replace(port, origin=layer.span) for port in ports)
        self._interpreter.builder = region
        try:
            given = self._walk(layer, states, taken, own)
        finally:
            self._interpreter.builder = builder
        graph = region.graph(tuple(Output(region.value(tensor)) for tensor in given))
        return builder.scan(graph, captures, sequence, tuple(state.start for state in states), own, span), given

    def _typed(
        self, layer: Scanned, sequence: Tensor, gives: Sequence[Type], states: Sequence[State], takes: Sequence[Type],
        frame: Frame, span: Span,
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:  # fmt: skip
        """Give the results of a scan, and those of its cell, on types alone."""
        taken = tuple(Tensor(type_, origin=layer.span) for type_ in takes)
        results = tuple(Tensor(type_, origin=span) for type_ in gives)
        account = self._interpreter.account
        if account is None:
            return results, self._walk(layer, states, taken, frame)
        given = self._walk(layer, states, account.step(taken), frame)
        operands = (sequence, *(state.start for state in states if state.start is not None))
        return account.scan(results, operands, given, layer.cell, steps_of(sequence.type)), given

    def _walk(
        self, layer: Scanned, states: Sequence[State], taken: tuple[Tensor, ...], frame: Frame
    ) -> tuple[Tensor, ...]:
        """Apply the cell, and hold what it gives to the states that it takes."""

        def run(inner: Frame) -> Any_:
            value = self._interpreter.apply(layer.cell, taken, inner, layer.span)
            _check_states(layer, states, value)
            return value

        def key() -> Hashable:
            return identity_of(layer), self._interpreter.application.levels.key, tuple(map(identity_of, taken))

        # A cell may read which members of a node list around it were taken: then it depends on more.
        own = None if self._interpreter.tracks_members else key
        value = self._interpreter.handler.scope(own, frame, run, is_closed=False)
        return value.values if isinstance(value, Several) else (value,)  # type: ignore[return-value]


def _by_position(argument: ast.Expr | ast.Keyword) -> ast.Expr:
    if isinstance(argument, ast.Keyword):
        message = f"`{argument.name} = …` is given in `scan[…]`, where states are passed by position"
        label = "the statics of a cell are given in brackets of its own"
        fail("keyword-for-tensor", message, word(argument.span, argument.name), label)
    return argument


def _step(sequence: Tensor, span: Span) -> Type:
    step = step_type(sequence.type)
    if step is None:
        message = f"`scan` runs over a seq, a signal or tokens, given {sequence.type}"
        fail("wrong-tensor-kind", message, span, "has no steps", secondary=origins((sequence,), "gives ", span))
    if steps_of(sequence.type) < 1:
        message = f"`scan` needs at least one step, given {sequence.type}"
        fail("shape-mismatch", message, span, "has no steps", secondary=origins((sequence,), "gives ", span))
    return step


def _check_states(layer: Scanned, states: Sequence[State], value: Any_) -> None:
    given = value.values if isinstance(value, Several) else (value,)
    if isinstance(value, Absent) or any(isinstance(state, Absent) for state in given):
        secondary = tuple(Label(state.place, "a state") for state in states[:1] if state.place != layer.span)
        message = "a state of `scan` is absent after a step"
        fail("absent-state", message, layer.span, "each step takes what the step before gives", secondary=secondary)
    if len(given) != len(states):
        takes, gives = counted(len(states), "state"), counted(len(given), "result")
        message = f"the cell of `scan` takes {takes} and gives {gives}"
        fail("wrong-arity", message, layer.span, f"needs a cell that gives {takes}")
    for state, result in zip(states, given, strict=True):
        if not isinstance(result, Tensor):
            fail("wrong-kind", f"a state of `scan` is a tensor, given {describe(result)}", layer.span, describe(result))
        if result.lacking:
            not_yet("a state that an open choice may leave out", layer.span)
        if result.type != state.type:
            message = f"a state of `scan` is {state.type} before a step and {result.type} after it"
            place = result.origin or layer.span
            secondary = (Label(state.place, f"starts as {state.type}"),) if state.place != place else ()
            fail("changing-state", message, place, f"gives {result.type}", secondary=secondary)
