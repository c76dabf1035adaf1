"""Keeping choices open: what depends on one is computed for each of its labels, side by side.

Static values become lifted, tensors the alternatives of one node. An expression is computed once if it depends on no
open choice; else the smallest expression that does is computed for each label.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar, final

from archdsl.diagnostics import Span
from archdsl.ir import Graph, Guard, Is, Label, Output
from archdsl.ir.guards import addresses_of, atoms, either

from . import lifted
from .addresses import Frame, join, last_part
from .builder import Builder, Captures
from .faults import Outside, fail
from .handlers import Keep
from .lacking import Presence
from .legality import unlike_types
from .lifted import Case, NoWorld, Split, World, cases_of, open_choice, settled, settled_within
from .results import are_one, index_of, is_local, is_several, joined, member_of, tensors_of, tensors_or_fail
from .sources import Sources
from .values import ABSENT, Absent, Any_, Defined, Lifted, Tensor, TensorLike, identity_of

if TYPE_CHECKING:
    from .interpreter import Interpreter


T = TypeVar("T")


@final
@dataclass(frozen=True, slots=True)
class Alternative:
    """What is walked where its guard holds, under these decisions."""

    guard: Guard
    world: World
    span: Span
    walk: Callable[[], Any_]


@final
@dataclass(frozen=True, slots=True)
class _Walked:
    """What came of an alternative, and its graph; `is_nowhere` tells that no architecture takes it."""

    guard: Guard
    span: Span
    value: Any_
    region: Builder
    is_nowhere: bool = False


@final
class Opening:
    """The part of the interpreter that keeps choices open."""

    def __init__(self, interpreter: "Interpreter", handler: Keep) -> None:
        self._interpreter = interpreter
        self._handler = handler
        self.sources = Sources()
        self.made: dict[str, Span] = {}
        self.requirements: list[Any_] = []
        self.presence = Presence(interpreter, self)
        self._further: Counter[str] = Counter()
        self._combinations = 1

    @property
    def world(self) -> World:
        """The decisions under which the walk is now."""
        return self._handler.world

    @property
    def builder(self) -> Builder:
        """The graph that is built now."""
        builder = self._interpreter.builder
        assert builder is not None, "open choices need a graph"
        return builder

    # ------------------------------------------------------------ worlds

    @contextmanager
    def within(self, world: World, builder: Builder) -> Iterator[None]:
        """Walk under more decisions, and build another graph."""
        outer, self._handler.world = self.world, {**self.world, **world}
        outer_builder, self._interpreter.builder = self.builder, builder
        depth = len(self._interpreter.application.stack)
        try:
            yield
        finally:
            self._handler.world = outer
            self._interpreter.builder = outer_builder
            del self._interpreter.application.stack[depth:]

    def is_excluded(self, world: World) -> bool:
        """Tell whether some requirement rules out a world."""
        for requirement in self.requirements:
            try:
                if settled(requirement, world) is False:
                    return True
            except NoWorld:
                return True
        return False

    def require(self, holds: Any_) -> bool:
        """Note a requirement; tell whether it may hold."""
        holds = settled(holds, self.world)
        if isinstance(holds, Lifted):
            self.requirements.append(holds)
            return True
        return holds is True

    def cases(self, value: Any_, span: Span) -> list[Case]:
        """Give all that a value can be here."""
        found = cases_of(value, self.world, span, self.is_excluded)
        if not found:
            raise NoWorld
        return found

    # ------------------------------------------------------------ expressions

    def evaluate(self, run: Callable[[], Any_], frame: Frame, span: Span) -> Any_:
        """Compute an expression, for each label of a choice that it depends on; what it gives may be lifted."""
        undo = self._mark()
        try:
            return settled(run(), self.world)
        except Split as split:
            undo()
            return self._distribute(split, run, frame, span)

    def attempt(self, run: Callable[[], T]) -> T | None:
        """Walk a part that not every architecture has; give nothing where a requirement in it fails."""
        undo = self._mark()
        try:
            return run()
        except (NoWorld, Outside):
            undo()
            return None

    def _mark(self) -> Callable[[], None]:
        """Give what takes back all that is walked from here on."""
        built, taken, depth = self.builder.mark(), len(self.sources), len(self._interpreter.application.stack)
        refused = len(self._handler.refused)

        def undo() -> None:
            self.builder.rollback(built)
            self.sources.rollback(taken)
            del self._handler.refused[refused:]
            del self._interpreter.application.stack[depth:]

        return undo

    def whole(self, run: Callable[[], Any_], frame: Frame, span: Span) -> Any_:
        """Walk a whole network."""
        try:
            return self.evaluate(run, frame, span)
        except Split as split:
            message = f"what depends on the choice `{split.address}` cannot be kept open side by side"
            fail("open-choice", message, split.span, "gives lists of tensors that are not alike")
        except NoWorld:
            fail("open-choice", "no architecture is left", span, "cannot be kept open")

    def plain(self, value: Any_, span: Span) -> Any_:
        """Give a value that depends on no open choice; of one that does the expression around is computed anew."""
        if open_choice(value, span) is None:
            return value
        known = settled_within(value, self.world)
        split = open_choice(known, span)
        if split is not None:
            raise split
        return known

    def _distribute(self, split: Split, run: Callable[[], Any_], frame: Frame, span: Span) -> Any_:
        assert split.address not in self.world
        around, self._combinations = self._combinations, self._combinations * len(split.among)
        try:
            if self._combinations > lifted.MOST_WORLDS:
                lifted.refuse_worlds(span)
            return self._side_by_side(split, run, frame, span)
        finally:
            self._combinations = around

    def _side_by_side(self, split: Split, run: Callable[[], Any_], frame: Frame, span: Span) -> Any_:
        captures = Captures()
        walked: dict[Label, _Walked] = {}
        for label in split.among:
            guard = Is(split.address, (label,), split.among)
            found = self._walk(guard, {split.address: label}, lambda: self.evaluate(run, frame, span), captures)
            if found is None:
                continue
            own = _Walked(guard, span, *found)
            if self._refuses(walked.values(), own):
                break  # what is left may be thousands, and is as little alike
            walked[label] = own
        if not walked:
            raise NoWorld
        if len(walked) == 1:
            with self.within({split.address: next(iter(walked))}, self.builder):
                return self.evaluate(run, frame, span)
        among = tuple(walked)
        values = [own.value for own in walked.values()]
        if all(isinstance(value, (Tensor, Absent)) or is_several(value) for value in values):
            guarded = [replace(own, guard=Is(split.address, (label,), among)) for label, own in walked.items()]
            return self._node(guarded, captures, self._address(frame, split.address), span)
        if any(is_local(own.value, own.region) for own in walked.values()):
            raise split
        if len({identity_of(value) for value in values}) == 1:
            return values[0]
        return Lifted(split.address, among, tuple(values))

    def _walk(
        self, guard: Guard, world: World, walk: Callable[[], Any_], captures: Captures
    ) -> tuple[Any_, Builder] | None:
        """Walk in a region of its own; give nothing where there is no architecture."""
        region = self.builder.region(captures)
        with self.within(world, region), self.sources.under(guard):
            if self.is_excluded(self.world):
                return None
            value = self.attempt(walk)
            return None if value is None else (value, region)

    # ------------------------------------------------------------ layers

    def apply_lifted(self, layer: Lifted, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        """Apply a layer that depends on open choices."""
        known = settled(layer, self.world)
        if not isinstance(known, Lifted):
            return self._interpreter.apply(known, inputs, frame, span)
        if not inputs:  # what it gives is no tensor, and is lifted again
            raise Split(known.address, known.among, span)
        cases = self.cases(layer, span)
        decisions = addresses_of(case.guard for case in cases)
        return self._instances(cases, inputs, frame, self._address(frame, decisions[0] if decisions else ""), span)

    def depends(self, layer: Defined, span: Span) -> bool:
        """Tell whether some statics of a use depend on open choices."""
        return bool(layer.given) and open_choice(_given(layer), span) is not None

    def apply_given(self, layer: Defined, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        """Apply a definition some of whose statics depend on open choices: its distinct instances, side by side."""
        if layer.definition.tensors is None:
            self.plain(_given(layer), span)
        names = tuple(name for name, _ in layer.given)
        cases = [
            replace(case, value=replace(layer, given=tuple(zip(names, case.value, strict=True))))  # type: ignore[arg-type]
            for case in self.cases(_given(layer), span)
        ]
        return self._instances(cases, inputs, frame, frame.child(layer.part).instance, span)

    def _instances(
        self, cases: Sequence[Case], inputs: Sequence[TensorLike], frame: Frame, address: str, span: Span
    ) -> Any_:
        alternatives = [
            Alternative(guard, world, span, lambda own=own: self._interpreter.apply(own, inputs, frame, span))  # type: ignore[misc]
            for guard, world, own in merged(cases)
        ]
        return self.choose(alternatives, address, span)

    # ------------------------------------------------------------ nodes

    def choose(self, alternatives: Sequence[Alternative], address: str, span: Span, *, decides: bool = False) -> Any_:
        """Walk alternatives side by side; their tensors are mixed by one node.

        With `decides` this is where the choice is made: it is in the graph, whatever its alternatives are.
        """
        if len(alternatives) == 1 and not decides:
            with self.within(alternatives[0].world, self.builder):
                return alternatives[0].walk()
        captures = Captures()
        walked: list[_Walked] = []
        refused = False
        for own in alternatives:
            found = None if refused else self._walk(own.guard, own.world, own.walk, captures)
            value, region = found or (ABSENT, self.builder)
            here = _Walked(own.guard, own.span, value, region, is_nowhere=found is None)
            refused = refused or self._refuses(walked, here)
            walked.append(replace(here, value=ABSENT, is_nowhere=True) if refused else here)
        return self._node(walked, captures, address, span, decides=decides)

    def _address(self, frame: Frame, decision: str) -> str:
        """Give an address to the node of an expression: it stands in a body, and depends on a decision."""
        part = last_part(decision)
        address = join(frame.instance, f"choose[{part}]" if part else "choose")
        self._further[address] += 1
        further = self._further[address] - 1
        return f"{address}#{further}" if further else address

    def _refuses(self, others: Iterable[_Walked], own: _Walked) -> bool:
        """Refuse an alternative that gives other types than those before; the walk goes on as if it were nowhere."""
        tensors = tensors_of(own.value)
        first = next((other for other in others if tensors_of(other.value)), None)
        if first is None or not tensors:
            return False
        apart = set(atoms(first.guard)) ^ set(atoms(own.guard))
        decisions = {address: self.made[address] for address in addresses_of(sorted(apart, key=repr))}
        refused = unlike_types(decisions, tensors_of(first.value), tensors, (first.span, own.span))
        self._handler.refused += [refused] if refused is not None else []
        return refused is not None

    def _node(
        self, walked: Sequence[_Walked], captures: Captures, address: str, span: Span, *, decides: bool = False
    ) -> Any_:
        builder = self.builder
        table: list[tuple[Guard, Graph | None]] = []
        given: list[tuple[Guard, tuple[Tensor, ...]]] = []
        nowhere: list[tuple[Guard, tuple[Tensor, ...]]] = []
        for own in walked:
            tensors = tensors_or_fail(own.value, own.span)
            if not tensors:
                table.append((own.guard, None))
                nowhere += [(own.guard, ())] * own.is_nowhere
                continue
            with self.within({}, own.region):
                zeroed = self.presence.zeroed(tensors, address, own.span)
                outputs = tuple(Output(own.region.value(tensor)) for tensor in zeroed)
            table.append((own.guard, own.region.graph(outputs)))
            given.append((own.guard, tensors))
        if not given:
            if len(nowhere) == len(walked):
                raise NoWorld
            return ABSENT
        if not decides and len(given) == len(walked) and are_one([tensors for _, tensors in given]):
            return joined(given[0][1])
        results = builder.choose(tuple(table), captures, address, span)
        chosen = (*given, *nowhere)
        found = tuple(self.presence.of_choice(result, i, chosen) for i, result in enumerate(results))
        return joined(
            tuple(
                replace(own, index=index_of(i, given, len(walked)), member=member_of(i, given))
                for i, own in enumerate(found)
            )
        )


def _given(layer: Defined) -> tuple[Any_, ...]:
    return tuple(value for _, value in layer.given)


def merged(cases: Sequence[Case]) -> list[tuple[Guard, World, Any_]]:
    """Give each distinct value once, with all decisions that lead to it; the world is known where they are one."""
    groups: dict[object, list[Case]] = {}
    for case in cases:
        groups.setdefault(identity_of(case.value), []).append(case)
    return [
        (either(case.guard for case in own), own[0].world if len(own) == 1 else {}, own[0].value)
        for own in groups.values()
    ]
