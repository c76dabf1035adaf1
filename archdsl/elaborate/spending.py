"""What tensors cost: the ops that they depend on, summed as soon as nothing tells them apart."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from .flow import NOTHING, Cost
from .values import (
    Any_,
    Composed,
    Defined,
    Named,
    Repeated,
    Scanned,
    Several,
    Subset,
    Tensor,
    Tied,
    is_layer,
)

HERE: Final = ""
"""The site of what a definition spends, as long as it is not known where the definition is used."""
_SHARED: Final = "shared"


def is_shared(cost: Cost) -> bool:
    """Tell whether a cost is that of shared weights."""
    return isinstance(cost.group, tuple) and cost.group[:1] == (_SHARED,)


def placed(cost: Cost, site: str, shared: str | None) -> Iterator[Cost]:
    """Say where a definition is used; of a shared layer, where its weights are."""
    if cost.site != HERE:
        yield cost
    elif shared is None:
        yield replace(cost, site=site)
    else:
        yield Cost(site, cost.group, 0, cost.macs)
        yield Cost(shared, (_SHARED, cost.group), cost.params, 0)


def holds_shared(identity: Hashable) -> bool:
    """Tell whether some part of what `identity_of` gave is a layer that shares its weights."""
    if not isinstance(identity, tuple):
        return False
    return (identity[:1] == (Tied,) and identity[3] is True) or any(map(holds_shared, identity))


def total(costs: Iterable[Cost], name: str) -> int | None:
    """Add up one kind of costs; None where an op does not declare them."""
    found = [getattr(own, name) for own in costs]
    return None if any(own is None for own in found) else sum(found)


def tensors_in(value: Any_) -> Iterator[Tensor]:
    """Give the tensors of a value, those of its lists, and those that its layers hold."""
    match value:
        case Tensor():
            yield value
        case tuple(items) | Subset(items=items) | Several(values=items):
            for own in items:
                yield from tensors_in(own)
        case _:
            yield from _in_layer(value)


def _in_layer(layer: Any) -> Iterator[Tensor]:
    match layer:
        case Scanned(cell=cell, starts=starts):
            yield from (own for own in starts if isinstance(own, Tensor))
            yield from _in_layer(cell)
        case Composed(first=first, second=second):
            yield from _in_layer(first)
            yield from _in_layer(second)
        case Named(layer=inner) | Tied(layer=inner):
            yield from _in_layer(inner)
        case Defined(given=given):
            for _, own in given:
                yield from tensors_in(own)
        case Repeated(env=env):
            for own in env.names.values():
                yield from tensors_in(own)


def costs_of(tensor: Tensor) -> frozenset[Cost]:
    """Give what a tensor costs."""
    return (tensor.flow or NOTHING).costs


def costs_in(values: Iterable[Any_]) -> frozenset[Cost]:
    """Give what all the tensors in some values cost."""
    return frozenset().union(*(costs_of(tensor) for value in values for tensor in tensors_in(value)))


def held_in_layers(values: Iterable[Any_]) -> frozenset[Cost]:
    """Give what the tensors cost that layers among some values hold."""
    return costs_in(value for value in values if is_layer(value))


def holds_tensors(value: Any_) -> bool:
    """Tell whether a value is a tensor, or a list that has some."""
    return next(_plain(value), None) is not None


def folded(values: Iterable[Any_], site: str, is_kept: Callable[[Cost], bool]) -> tuple[Any_, ...]:
    """Sum the costs that the same tensors have, but for those that are kept as they are.

    What tensors share is still told apart from what each has for itself, so that joined they cost what they should.
    """
    given = tuple(values)
    held: list[Tensor] = [own for value in given for own in _plain(value)]
    holders: dict[Cost, list[int]] = {}
    for place, tensor in enumerate(held):
        for cost in costs_of(tensor):
            if not is_kept(cost):
                holders.setdefault(cost, []).append(place)
    groups: dict[tuple[int, ...], list[Cost]] = {}
    for cost, places in holders.items():
        groups.setdefault(tuple(places), []).append(cost)
    summed: list[set[Cost]] = [{cost for cost in costs_of(tensor) if is_kept(cost)} for tensor in held]
    for group, costs in groups.items():
        whole = Cost(site, group, total(costs, "params"), total(costs, "macs"))
        for place in group:
            summed[place].add(whole)
    rest = iter(summed)
    return tuple(_with_costs(value, rest) for value in given)


def _plain(value: Any_) -> Iterator[Tensor]:
    match value:
        case Tensor():
            yield value
        case tuple(items) | Subset(items=items) | Several(values=items):
            for own in items:
                yield from _plain(own)


def _with_costs(value: Any_, costs: Iterator[set[Cost]]) -> Any_:
    match value:
        case Tensor(flow=flow):
            return replace(value, flow=replace(flow or NOTHING, costs=frozenset(next(costs))))
        case tuple():
            return tuple(_with_costs(own, costs) for own in value)
        case Subset(items=items):
            return replace(value, items=tuple(_with_costs(own, costs) for own in items))
        case Several(values=values):
            return Several(tuple(_with_costs(own, costs) for own in values))
        case _:
            return value
