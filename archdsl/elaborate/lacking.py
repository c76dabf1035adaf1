"""Tensors that an architecture may lack, where choices are kept open: each knows the guard under which it is there."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Span
from archdsl.ir import Guard
from archdsl.ir.guards import ALWAYS, NEVER, any_of, either, every, restricted, worlds

from .addresses import Frame
from .builtins import elements
from .lifted import open_choice, settled
from .values import (
    ABSENT,
    NO_TENSORS,
    Absent,
    Any_,
    Defined,
    Guarded,
    Lacking,
    Lifted,
    Maybe,
    Several,
    Tensor,
    TensorLike,
    in_full,
)

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .opening import Opening

MOST_LOOKED_AT = 10_000
"""The combinations of decisions that are looked at to see that a tensor is in each architecture."""


@final
class Presence:
    """The part of the interpreter that knows when tensors are there."""

    def __init__(self, interpreter: "Interpreter", opening: "Opening") -> None:
        self._interpreter = interpreter
        self._opening = opening

    # ------------------------------------------------------------ lists

    def select(self, source: Guarded) -> list[Any_]:
        """Give the elements of a list under their guards as tensors that may be lacking."""
        return self.spread(self.elements(source))

    def spread(self, values: Sequence[Any_]) -> list[Any_]:
        """Give what a comprehension made, the elements under guards as tensors that may be lacking."""
        sources: dict[int, list[Maybe]] = {}
        for value in values:
            if isinstance(value, Maybe):
                split = (
                    None if isinstance(value.value, (Tensor, Absent)) else open_choice(value.source, value.source.span)
                )
                if split is not None:  # no node can let a static value through
                    raise split
                sources.setdefault(id(value.source), []).append(value)
        selected: dict[int, Tensor] = {}
        for members in sources.values():
            found = [(id(own), own.value, own.guard) for own in members if isinstance(own.value, Tensor)]
            source = members[0].source
            wholes = [under(tensor, guard) for _, tensor, guard in found]
            guards = [
                guard if _is_clean(tensor) else _guard(whole)
                for whole, (_, tensor, guard) in zip(wholes, found, strict=True)
            ]
            results = self._opening.builder.select(tuple(guards), tuple(wholes), source.instance, source.span)
            for result, whole, (key, tensor, _) in zip(results, wholes, found, strict=True):
                lacking = whole.lacking and replace(whole.lacking, is_zero=True, whole=replace(tensor, lacking=None))
                selected[key] = replace(result, index=tensor.index, member=tensor.member, lacking=lacking)
        return [
            selected.get(id(value), ABSENT) if isinstance(value, Maybe) else value
            for value in values
            if not (isinstance(value, Maybe) and isinstance(value.value, Absent))
        ]

    @staticmethod
    def elements(source: Guarded) -> list[Any_]:
        """Give the elements of a list, each under its guard."""
        return [maybe(item, guard, source) for item, guard in zip(source.items, source.guards, strict=True)]

    def argument(self, value: Any_, span: Span, *, may_lack: bool) -> Any_:
        """Give what a builtin is called on: plain values, and tensors that may be lacking where it can add them."""
        if isinstance(value, tuple) and any(isinstance(item, Maybe) for item in value):
            value = self.gathered(value, span)
        if may_lack and isinstance(value, Guarded) and all(isinstance(own, (Tensor, Absent)) for own in value.items):
            return tuple(self.select(value))
        return self._opening.plain(value, span)

    @staticmethod
    def gathered(values: Sequence[Any_], span: Span) -> Any_:
        """Make a list of what a comprehension made."""
        if not any(isinstance(value, Maybe) for value in values):
            return tuple(values)
        items = tuple(value.value if isinstance(value, Maybe) else value for value in values)
        guards = tuple(value.guard if isinstance(value, Maybe) else ALWAYS for value in values)
        source = next(value.source for value in values if isinstance(value, Maybe))
        return Guarded(items, guards, None, source.instance, span)

    def loose(self, values: Sequence[Any_], instance: str, span: Span) -> Any_ | None:
        """Give the members that no decision takes, each under the guard of that; None where something is no tensor."""
        found: list[tuple[Tensor, Guard]] = []
        for value in values:
            listed = self._opening.plain(value, span) if isinstance(value, Lifted) else value
            for item, around in _listed(listed):
                tensor = settled(item, self._opening.world)
                if not isinstance(tensor, (Tensor, Absent)):
                    return None
                if isinstance(tensor, Tensor):
                    guards = (around, _guard(tensor), self._opening.sources.loose(tensor.member))
                    guard = restricted(every(guards), self._opening.world)
                    found += [(tensor, guard)] if guard != NEVER else []
        items = tuple(tensor for tensor, _ in found)
        if all(guard == ALWAYS for _, guard in found):
            return items or NO_TENSORS
        return Guarded(items, tuple(guard for _, guard in found), None, instance, span)

    # ------------------------------------------------------------ joins

    def zeroed(self, tensors: Sequence[Tensor], address: str, span: Span) -> list[Tensor]:
        """Let tensors be 0 where they are lacking."""
        marked = [i for i, tensor in enumerate(tensors) if not _is_clean(tensor)]
        results = list(tensors)
        if marked:
            chosen = [tensors[i] for i in marked]
            guards = tuple(map(_guard, chosen))
            for i, own in zip(marked, self._opening.builder.select(guards, tuple(chosen), address, span), strict=True):
                lacking = tensors[i].lacking
                assert lacking is not None
                results[i] = replace(
                    own, index=tensors[i].index, member=tensors[i].member, lacking=replace(lacking, is_zero=True)
                )
        return results

    def add(self, layer: Defined, operands: Sequence[Tensor], frame: Frame, span: Span) -> TensorLike:
        """Add tensors: what is lacking adds 0, so that the sum is lacking where all its operands are."""
        present = [own for operand in operands if isinstance(own := settled(operand, self._opening.world), Tensor)]
        if len(present) < 2:
            return present[0] if present else ABSENT
        zeroed = self.zeroed(present, frame.child(layer.part).instance, span)
        result = self._interpreter.apply(layer, [replace(own, lacking=None) for own in zeroed], frame, span)
        assert isinstance(result, Tensor)
        return replace(result, lacking=_of_sum(present))

    @staticmethod
    def of_choice(tensor: Tensor, place: int, given: Sequence[tuple[Guard, tuple[Tensor, ...]]]) -> Tensor:
        """Tell when the result of a choice is lacking: where the chosen alternative has none."""
        parts = []
        for guard, tensors in given:
            lacking = tensors[place].lacking if tensors else None
            parts.append(every((guard, lacking.guard)) if lacking is not None else guard)
        return replace(tensor, lacking=lacking_under(either(parts), is_zero=True))

    # ------------------------------------------------------------ application

    def apply(self, layer: Defined, inputs: Sequence[TensorLike], frame: Frame, span: Span) -> Any_:
        """Apply a definition to tensors some of which may be lacking.

        It is lacking where one of them is; one that takes any number of tensors is applied to those that are there.
        """
        items = tuple(in_full(own) if isinstance(own, Tensor) else own for own in inputs)
        guards = tuple(_guard(own) if isinstance(own, Tensor) else ALWAYS for own in inputs)
        if not any(parameter.variadic for parameter in layer.definition.tensors or ()):
            guard = every(guards)
            with self._opening.sources.under(guard):
                return _all_under(self._interpreter.apply(layer, items, frame, span), guard)
        from .opening import Alternative, merged

        source = Guarded(items, guards, None, frame.child(layer.part).instance, span)
        alternatives = [
            Alternative(guard, world, span, lambda own=own: self._of_some(layer, own, frame, span))  # type: ignore[misc]
            for guard, world, own in merged(self._opening.cases(source, span))
        ]
        return self._opening.choose(alternatives, source.instance, span)

    def _of_some(self, layer: Defined, chosen: Any_, frame: Frame, span: Span) -> Any_:
        tensors = [item for item in elements(chosen) or () if isinstance(item, (Tensor, Absent))]
        return self._interpreter.apply(layer, tensors, frame, span) if tensors else ABSENT


def _of_sum(operands: Sequence[Tensor]) -> Lacking | None:
    guards = [operand.lacking.guard for operand in operands if operand.lacking is not None]
    return lacking_under(any_of(guards), is_zero=True) if len(guards) == len(operands) else None


def _listed(value: Any_) -> list[tuple[Any_, Guard]]:
    """Give what is in a list, each under its guard; a value that is none is by itself."""
    if isinstance(value, Guarded):
        return list(zip(value.items, value.guards, strict=True))
    items = elements(value)
    listed = (value,) if items is None else items
    return [(own.value, own.guard) if isinstance(own, Maybe) else (own, ALWAYS) for own in listed]


def maybe(value: Any_, guard: Guard, source: Guarded) -> Any_:
    """Say that an element is there under a guard only."""
    guards = (guard, value.guard) if isinstance(value, Maybe) else (guard,)
    whole = every(guards)
    inner = value.value if isinstance(value, Maybe) else value
    return inner if whole == ALWAYS else Maybe(inner, whole, source)


def is_lacking(inputs: Sequence[TensorLike]) -> bool:
    """Tell whether some architecture lacks one of these tensors."""
    return any(isinstance(own, Tensor) and own.lacking is not None for own in inputs)


def lacking_under(guard: Guard, *, is_zero: bool) -> Lacking | None:
    """Give when a tensor is there; None if it is in each architecture, as far as one can see."""
    if guard == ALWAYS:
        return None
    seen = 0
    for seen, (_, truth) in enumerate(islice(worlds([guard]), MOST_LOOKED_AT)):  # noqa: B007
        if not truth[0]:
            return Lacking(guard, is_zero)
    return Lacking(guard, is_zero) if seen + 1 == MOST_LOOKED_AT else None


def under(tensor: Tensor, guard: Guard) -> Tensor:
    """Say that a tensor is there only under one more guard."""
    own = tensor.lacking.guard if tensor.lacking is not None else ALWAYS
    whole = every((guard, own))
    return replace(tensor, lacking=None if whole == ALWAYS else Lacking(whole))


def _is_clean(tensor: Tensor) -> bool:
    """Tell whether a tensor is 0 wherever it is lacking."""
    return tensor.lacking is None or tensor.lacking.is_zero


def _guard(tensor: Tensor) -> Guard:
    return tensor.lacking.guard if tensor.lacking is not None else ALWAYS


def _all_under(value: Any_, guard: Guard) -> Any_:
    match value:
        case Tensor():
            return under(value, guard)
        case Several(values=values):
            return Several(tuple(_all_under(own, guard) for own in values))
        case _:
            return value
