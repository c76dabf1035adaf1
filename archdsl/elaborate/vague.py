"""What stands for many walks at once: a tensor of one of several types, a list that may lack some of its members.

A program in which nothing depends on which of them it is is walked once for all of them. What does depend on it raises
`TooVague`: whatever meets something vague and was not made for it ends the walk, and says nothing.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import Protocol, final

from archdsl.ir import Facts, Type

from .addresses import Frame
from .faults import TooVague
from .values import Any_, Several, Subset, Tensor, Uncertain, identity_of

MOST_TYPES = 64
"""So many types a tensor may have one of."""
MOST_CASES = 4_096
"""In so many cases something may be looked at."""


@final
class Vague(Type):
    """One of several types of one kind; there is one object for each set of them, and it can be compared with none.

    Where it is a part of a larger key, Python finds equal keys by the identity of the object alone.
    """

    __slots__ = ("_hash", "types")
    types: tuple[Type, ...]
    _hash: int

    def __init__(self, types: tuple[Type, ...]) -> None:
        object.__setattr__(self, "kind", types[0].kind)
        object.__setattr__(self, "types", types)
        object.__setattr__(self, "_hash", hash(frozenset(types)))

    @property
    def dims(self) -> tuple[int, ...]:
        """There are no dims that one could rely on."""
        raise TooVague

    @property
    def sizes(self) -> tuple[int | None, ...]:
        """Give the dims that all of the types have; None for one that differs."""
        return tuple(own[0] if len(set(own)) == 1 else None for own in zip(*(t.dims for t in self.types), strict=True))

    def __eq__(self, other: object) -> bool:
        raise TooVague

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        raise TooVague

    def __repr__(self) -> str:
        return f"Vague({self.types!r})"


class Apply(Protocol):
    """Applies a layer to tensors, at an address."""

    def __call__(self, inputs: Sequence[Tensor], frame: Frame) -> Any_: ...


Split = Callable[[Hashable, Sequence[Tensor], Frame, Apply], Any_]
"""Applies a layer, told by what makes two of them one, to vague tensors; each case by itself where it must be."""

Alone = Callable[[Callable[[Frame], Any_], Frame], Any_]
"""Walks a part at an address."""


@final
class Vagueness:
    """What a walk that stands for many knows of vague types.

    `split` applies definitions to what is vague; `without_decisions` walks what must not decide anything; `weighs`
    tells whether the shapes of weights are compared.
    """

    def __init__(self, split: Split, without_decisions: Alone, weighs: Callable[[], bool]) -> None:
        self.split = split
        self.without_decisions = without_decisions
        self._weighs = weighs
        self._known: dict[frozenset[Type], Vague] = {}

    def of(self, types: Iterable[Type]) -> Type:
        """Give what stands for some types."""
        own = tuple(dict.fromkeys(types))
        if len(own) == 1:
            return own[0]
        if len(own) > MOST_TYPES or len({(type_.kind, len(type_.dims)) for type_ in own}) > 1:
            raise TooVague
        return self._known.setdefault(frozenset(own), Vague(own))

    def cases(self, types: Sequence[Type]) -> Iterator[tuple[Type, ...]]:
        """Give all that several types may be together."""
        each = [types_of(type_) for type_ in types]
        if prod(map(len, each)) > MOST_CASES:
            raise TooVague
        return product(*each)

    def facts(self, cases: Sequence[Facts]) -> Facts:
        """Join what is known of an op in several cases; no more of that is asked for than its types and weights."""
        first = cases[0]
        if self._weighs() and any(own.weights != first.weights for own in cases):
            raise TooVague
        if any(len(own.types) != len(first.types) for own in cases):
            raise TooVague
        return replace(first, types=tuple(map(self.of, zip(*(own.types for own in cases), strict=True))))

    def join(self, first: Any_, second: Any_) -> Any_:
        """Give what stands for two values of one shape."""
        match first, second:
            case Tensor(), Tensor():
                if first.type is second.type:
                    return first
                return replace(first, type=self.of((*types_of(first.type), *types_of(second.type))))
            case Several(values=own), Several(values=other):
                return Several(self._each(own, other))
            case Subset(items=own), Subset(items=other):
                return replace(first, items=self._each(own, other))
            case tuple(own), tuple(other):
                return self._each(own, other)
            case _:
                return first

    def _each(self, own: tuple[Any_, ...], other: tuple[Any_, ...]) -> tuple[Any_, ...]:
        return tuple(map(self.join, own, other))

    def join_all(self, values: Sequence[Any_]) -> Any_:
        """Give what stands for values, which must be of one shape."""
        joined = values[0]
        for value in values[1:]:
            if shape_of(value) != shape_of(joined):
                raise TooVague
            joined = self.join(joined, value)
        return joined


def types_of(type_: Type) -> tuple[Type, ...]:
    """Give the types that one may be."""
    return type_.types if isinstance(type_, Vague) else (type_,)


def sizes_of(type_: Type) -> tuple[int | None, ...]:
    """Give the dims of a type; None for one that is not one number."""
    return type_.sizes if isinstance(type_, Vague) else type_.dims


def is_vague(tensors: Iterable[Tensor]) -> bool:
    """Tell whether some tensor may have several types."""
    return any(isinstance(tensor.type, Vague) for tensor in tensors)


def refuse_vague(value: Any_) -> None:
    """End a walk that would compare what is vague."""
    match value:
        case Tensor(type=Vague()) | Uncertain():
            raise TooVague
        case Several(values=items) | Subset(items=items) | tuple(items):
            for item in items:
                refuse_vague(item)


def shape_of(value: Any_) -> Hashable:
    """Give a form of a value in which all but the types of tensors, and all of these but the kind, can be compared."""
    match value:
        case Tensor():
            return Tensor, replace(value, type=Type(value.type.kind, ()))
        case Several(values=values):
            return Several, tuple(map(shape_of, values))
        case Subset(items=items, positions=positions):
            return Subset, tuple(map(shape_of, items)), positions, value.of_tensors
        case tuple():
            return tuple(map(shape_of, value))
        case _:
            return identity_of(value)
