"""Which tensor is which: the numbers that tensors bear on a walk that accounts for costs."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol

from archdsl.ir import Facts

from .values import (
    Any_,
    Composed,
    Defined,
    Layer,
    Named,
    Repeated,
    Scanned,
    Several,
    Subset,
    Tensor,
    Tied,
    identity_of,
)


class Accountant(Protocol):
    """Is told of each op on a walk on types alone, and numbers the tensors."""

    def op(
        self, results: tuple[Tensor, ...], operands: Sequence[Tensor], facts: Facts, lent: str | None
    ) -> tuple[Tensor, ...]:
        """Note an op; `lent` is the key of the weights that it reads, where they are another's."""
        ...

    def step(self, taken: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Number what the cell of a scan takes at a step."""
        ...

    def scan(
        self, results: tuple[Tensor, ...], operands: Sequence[Tensor], given: Sequence[Tensor], cell: Layer, steps: int
    ) -> tuple[Tensor, ...]:
        """Note a scan, whose cell, the part that was walked last, gave this at a step."""
        ...


def serials_in(identity: Hashable) -> Iterator[int]:
    """Give the numbers of the tensors in what `identity_of` gave, in its order."""
    if type(identity) is Tensor:
        yield identity.serial
    elif type(identity) is tuple:
        for own in identity:
            yield from serials_in(own)


def renewed(value: Any_, number: Callable[[], int]) -> Any_:
    """Give a value whose tensors have new numbers, given in the order in which `identity_of` has the tensors."""

    def again(own: Any_) -> Any:
        return renewed(own, number)

    match value:
        case Tensor():
            return replace(value, serial=number())
        case tuple():
            return tuple(map(again, value))
        case Several(values=values):
            return Several(tuple(map(again, values)))
        case Subset(items=items):
            return replace(value, items=again(items))
        case Composed(first=first, second=second):
            return replace(value, first=again(first), second=again(second))
        case Named(layer=layer) | Tied(layer=layer):
            return replace(value, layer=again(layer))
        case Defined(given=given):
            return replace(value, given=tuple((name, again(own)) for name, own in given))
        case Scanned(cell=cell, starts=starts):
            return replace(value, cell=again(cell), starts=tuple(map(again, starts)))
        case Repeated():
            return _renewed_repeat(value, number)
        case _:
            return value


def _renewed_repeat(layer: Repeated, number: Callable[[], int]) -> Repeated:
    """Renew what the body of a repetition takes from around it."""
    tree, free = layer.identity
    assert isinstance(free, tuple)
    names = {name: renewed(layer.env.names[name], number) for name, _ in free}
    env = replace(layer.env, names={**layer.env.names, **names})
    return replace(layer, env=env, identity=(tree, tuple((name, identity_of(own)) for name, own in names.items())))
