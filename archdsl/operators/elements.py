"""Mutations of sets that decisions choose: each element goes in or out by itself."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Label
from archdsl.searchspace import Architecture, Kind, Space
from archdsl.searchspace.labels import as_set

from .composition import Composable, check_probability
from .protocols import NoChange
from .registry import register
from .selection import selected


@register
@final
@dataclass(frozen=True, slots=True)
class FlipElements(Composable):
    """Put each element of each chosen set in or out by itself, with a probability; it may be that none is drawn.

    Where sets of edges are chosen, an element is a bit of the adjacency matrix. A set that no architecture has there
    stays as it was, and so does one that does not go with those before it.
    """

    name: ClassVar[str] = "flip_elements"

    probability: float
    where: str | None = None
    kind: Kind | None = None

    def __post_init__(self) -> None:
        check_probability(self.probability)

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        addresses = sets_of(architecture, space, self.where, self.kind)
        if not addresses:
            raise NoChange.because(f"this architecture of `{space.network}` chooses no set that may change")
        flipped = flipped_sets(architecture, space, addresses, self.probability, rng)
        return space.nearest(flipped, architecture.decisions, rng=rng) if flipped else architecture


def sets_of(architecture: Architecture, space: Space, where: str | None, kind: Kind | None) -> list[str]:
    """Give the addresses of the sets that an architecture chooses and another may choose otherwise."""
    addresses = selected(architecture, space, where, kind)
    return [own for own in addresses if isinstance(architecture.decisions[own], tuple)]


def flipped_sets(
    architecture: Architecture, space: Space, addresses: list[str], probability: float, rng: Random
) -> dict[str, Label]:
    """Flip each element of each set with a probability; give the sets that changed, whether or not they can be."""
    found: dict[str, Label] = {}
    for address in addresses:
        own = {*elements_of(architecture.decisions[address])}
        flips = {element for element in elements_at(space, address) if rng.random() < probability}
        if flips:
            found[address] = as_set(own ^ flips)
    return found


def elements_at(space: Space, address: str) -> tuple[int | str, ...]:
    """Give all elements that some architecture chooses at an address."""
    return tuple(sorted({own for label in space.choices[address] for own in elements_of(label)}, key=_place))


def elements_of(label: Label) -> tuple[int | str, ...]:
    """Give the elements of a set that is decided; what is no set has none."""
    return label if isinstance(label, tuple) else ()


def _place(element: int | str) -> tuple[int, str]:
    return (element, "") if isinstance(element, int) else (0, element)
