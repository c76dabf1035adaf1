"""What a `choose` gives that is kept open: a layer, a node, or a lifted value."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Span
from archdsl.ir import Guard, Is, Label, Takes
from archdsl.syntax import ast

from .addresses import Frame
from .builder import Builder, Captures
from .faults import fail
from .handlers import SomeOf
from .lifted import NoWorld, Split
from .limits import check_parts
from .opening import Alternative, Opening
from .values import ABSENT, Absent, Any_, Guarded, Lifted, Named, Open, Several, Tensor, TensorLike, describe, is_layer

if TYPE_CHECKING:
    from .choices import Entry
    from .interpreter import Interpreter


@final
class OpenChoices:
    """The part of the interpreter that meets `choose` where choices are kept open."""

    def __init__(self, interpreter: "Interpreter", opening: Opening) -> None:
        self._interpreter = interpreter
        self._opening = opening

    def keeps(self, decision: str, span: Span) -> bool:
        """Note where a choice is made; tell whether it is open: it is not where the walk is under one of its labels."""
        self._opening.made[decision] = span
        return decision not in self._opening.world

    def of_alternatives(
        self, tree: ast.Choose | ast.ChooseOf, entries: Sequence["Entry"], frame: Frame, part: str
    ) -> Any_:
        """Keep a choice open: between layers it is a layer, between tensors a node, between static values lifted."""
        probe, taken = self._opening.builder.region(Captures()), len(self._opening.sources)
        values, entries = self._values(entries, frame, probe)
        if all(map(_is_tensor_like, values)):
            self._opening.sources.rollback(taken)  # each is walked again, in a region of its own
            return self.regions(tree, entries, frame, ())
        if all(is_layer(value) or isinstance(value, Absent) for value in values) and not probe.nodes:
            alternatives = tuple(
                (entry.label, Named(entry.part, value) if is_layer(value) else ABSENT)  # type: ignore[arg-type]
                for entry, value in zip(entries, values, strict=True)
            )
            opened = Open(frame.decision, part, alternatives, tree.span)
            check_parts(opened.size, tree.span)
            return opened
        odd = next((value for value in values if _is_tensor_like(value) or is_layer(value)), None)
        if odd is not None or probe.nodes:
            what = describe(odd) if odd is not None else "lists of tensors that it makes"
            message = f"a choice between {what} and something else cannot be kept open"
            fail("open-choice", message, tree.span, "its alternatives are not of one kind")
        labels: tuple[Label, ...] = tuple(entry.label for entry in entries)
        return Lifted(frame.decision, labels, values)

    def _values(
        self, entries: Sequence["Entry"], frame: Frame, probe: Builder
    ) -> tuple[tuple[Any_, ...], tuple["Entry", ...]]:
        """Give the values of the alternatives, and those of them that some architecture may take."""
        values = []
        among = tuple(entry.label for entry in entries)
        for entry in entries:
            guard = Is(frame.decision, (entry.label,), among)
            with self._opening.within({frame.decision: entry.label}, probe), self._opening.sources.under(guard):
                value = self._opening.attempt(lambda entry=entry: self._interpreter.choices.value(entry, frame))  # type: ignore[misc]
                values.append((value, entry))
        found = [(value, entry) for value, entry in values if value is not None]
        if not found:
            raise NoWorld
        return tuple(value for value, _ in found), tuple(entry for _, entry in found)

    def regions(
        self,
        tree: ast.Choose | ast.ChooseOf,
        entries: Sequence["Entry"],
        frame: Frame,
        inputs: tuple[Tensor, ...],
    ) -> Any_:
        """Evaluate each alternative in a region of its own, applied to `inputs` where it is a layer."""

        def walk(entry: "Entry") -> Any_:
            value = self._interpreter.choices.value(entry, frame)
            if is_layer(value):
                return self._interpreter.apply(Named(entry.part, value), inputs, frame, entry.tree.span)  # type: ignore[arg-type]
            return value

        among = tuple(entry.label for entry in entries)
        alternatives = [
            Alternative(
                Is(frame.decision, (entry.label,), among),
                {frame.decision: entry.label},
                entry.tree.span,
                lambda entry=entry: walk(entry),  # type: ignore[misc]
            )
            for entry in entries
        ]
        return self._opening.choose(alternatives, frame.instance, tree.span, decides=True)

    def apply(self, layer: Open, inputs: Sequence[TensorLike], frame: Frame) -> Any_:
        """Apply a choice of layers: one region for each alternative."""
        own = frame.child(layer.part)
        around = own if layer.is_labelled else frame

        def walk(inner: Any_) -> Any_:
            return inner if isinstance(inner, Absent) else self._interpreter.apply(inner, inputs, around, layer.span)

        among = tuple(label for label, _ in layer.alternatives)
        world = self._opening.world
        if not inputs and layer.address not in world:  # what it gives is no tensor, and is lifted
            raise Split(layer.address, among, layer.span)
        if layer.address in world:
            return walk(next(inner for label, inner in layer.alternatives if label == world[layer.address]))
        alternatives = [
            Alternative(
                Is(layer.address, (label,), among),
                {layer.address: label},
                layer.span,
                lambda inner=inner: walk(inner),  # type: ignore[misc]
            )
            for label, inner in layer.alternatives
        ]
        return self._opening.choose(alternatives, own.instance, layer.span, decides=True)

    def of_elements(
        self, tree: ast.ChooseOf, items: tuple[Any_, ...], labels: tuple[Label, ...], frame: Frame, part: str
    ) -> Any_:
        """Keep a choice of one element of a list open."""
        if all(isinstance(item, (Tensor, Absent)) for item in items):
            guards: list[Guard] = [Is(frame.decision, (label,), labels) for label in labels]
            self._mark(items, guards)
            alternatives = [
                Alternative(guard, {}, tree.span, lambda item=item: item)  # type: ignore[misc]
                for guard, item in zip(guards, items, strict=True)
            ]
            return self._opening.choose(alternatives, frame.instance, tree.span, decides=True)
        if all(is_layer(item) for item in items):
            pairs = tuple(zip(labels, items, strict=True))
            return Open(frame.decision, part, pairs, tree.span, is_labelled=False)  # type: ignore[arg-type]
        return Lifted(frame.decision, labels, items)

    def of_some(self, point: SomeOf, items: Sequence[Any_ | None], instance: str) -> Guarded:
        """Keep a choice of some elements open; an item that is None is in no architecture."""
        found = [(i, item) for i, item in enumerate(items) if item is not None]
        names = point.names
        guards = tuple(Takes(point.address, i, point.count, point.low, point.high, names) for i, _ in found)
        positions = tuple(names[i] if names is not None else i for i, _ in found)
        self._mark([item for _, item in found], guards)
        return Guarded(tuple(item for _, item in found), guards, positions, instance, point.span)

    def _mark(self, items: Sequence[Any_], guards: Sequence[Guard]) -> None:
        for item, guard in zip(items, guards, strict=True):
            if isinstance(item, Tensor):
                self._opening.sources.mark(item.member, guard)

    def if_any(self, walk: Callable[[], Any_]) -> Any_ | None:
        """Evaluate what some architecture may have; give nothing where none does."""
        return self._opening.attempt(walk)


def _is_tensor_like(value: Any_) -> bool:
    return isinstance(value, (Tensor, Absent)) or (
        isinstance(value, Several) and all(isinstance(own, Tensor) for own in value.values)
    )
