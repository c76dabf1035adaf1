"""Where the channels of an op lie in its statics and weights: found by asking its declaration about other numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import final

from archdsl.diagnostics import ArchdslError
from archdsl.ir import CHANNELS, Attribute, Facts, OpDeclaration, Type

Attributes = tuple[tuple[str, Attribute], ...]


@final
@dataclass(frozen=True, slots=True)
class Use:
    """An op with its statics on inputs of these types."""

    declaration: OpDeclaration
    attributes: Attributes
    types: tuple[Type, ...]

    @property
    def facts(self) -> Facts:
        """What the declaration says of it.

        Raises:
            ArchdslError: it is illegal.
        """
        return self.declaration.infer(dict(self.attributes), self.types)

    def with_types(self, types: tuple[Type, ...]) -> "Use":
        """Give the op with the same statics on other inputs."""
        return Use(self.declaration, self.attributes, types)

    def with_values(self, values: Mapping[str, Attribute]) -> "Use":
        """Give the op with some statics replaced."""
        return Use(self.declaration, replaced(self.attributes, values), self.types)

    def legal_facts(self) -> Facts | None:
        """Give the facts, None where the use is illegal."""
        try:
            return self.facts
        except ArchdslError:
            return None


def replaced(attributes: Attributes, values: Mapping[str, Attribute]) -> Attributes:
    """Give statics with some values replaced."""
    return tuple((name, values.get(name, value)) for name, value in attributes)


def width_of(type_: Type) -> int | None:
    """Give the number of channels or features; None where the kind has none."""
    place = CHANNELS.get(type_.kind)
    return None if place is None else type_.dims[place]


def with_width(type_: Type, width: int) -> Type:
    """Give the type with another number of channels."""
    place = CHANNELS[type_.kind]
    return Type(type_.kind, (*type_.dims[:place], width, *type_.dims[place + 1 :]))


def carried(use: Use, width: int) -> Use | None:
    """Give a channelwise op for inputs of another width: statics that are multiples of the old one follow it.

    As few of them follow as may. None where the declaration allows no such use, or has no such law.
    """
    facts, before = use.facts, {width_of(type_) for type_ in use.types}
    if "channelwise" not in facts.laws or len(before) != 1 or facts.weights is None:
        return None
    (old,) = before
    if not old:
        return None
    types = tuple(with_width(type_, width) for type_ in use.types)
    counts = [(name, value) for name, value in use.attributes if _is_multiple(value, old)]
    for number in range(len(counts) + 1):
        for chosen in combinations(counts, number):
            values = {name: value // old * width for name, value in chosen if isinstance(value, int)}
            other = use.with_types(types).with_values(values)
            if _follows(facts, other.legal_facts(), old, width):
                return other
    return None


def _is_multiple(value: Attribute, old: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0 and value % old == 0


def _follows(facts: Facts, found: Facts | None, old: int, width: int) -> bool:
    """Tell whether the results and weights are those before, but for numbers of channels in proportion."""
    if found is None or "channelwise" not in found.laws or len(found.types) != len(facts.types):
        return False
    for before, after in zip(facts.types, found.types, strict=True):
        channels = width_of(before)
        if channels is None or channels % old or after != with_width(before, channels // old * width):
            return False
    axes = axes_between(facts, found)
    return axes is not None and all(
        axis is None or own.shape[axis] * width == new.shape[axis] * old
        for own, new in zip(facts.weights or (), found.weights or (), strict=True)
        for axis in (axes[own.name],)
    )


def axes_between(facts: Facts, other: Facts) -> dict[str, int | None] | None:
    """Give for each weight the one axis along which two uses differ, None where they do not.

    It gives None for what cannot be told: other weights, or weights that differ along two axes.
    """
    if facts.weights is None or other.weights is None:
        return None
    if [own.name for own in facts.weights] != [own.name for own in other.weights]:
        return None
    axes: dict[str, int | None] = {}
    for own, new in zip(facts.weights, other.weights, strict=True):
        if len(own.shape) != len(new.shape):
            return None
        differing = [i for i, (size, now) in enumerate(zip(own.shape, new.shape, strict=True)) if size != now]
        if len(differing) > 1:
            return None
        axes[own.name] = differing[0] if differing else None
    return axes


def made(use: Use, width: int) -> Use | None:
    """Give an op that makes its channels with another number of them; None where its declaration allows none."""
    facts = use.facts
    if "makes_channels" not in facts.laws or len(facts.types) != 1:
        return None
    old = width_of(facts.types[0])
    for name, value in use.attributes:
        if value == old and isinstance(value, int) and not isinstance(value, bool):
            other = use.with_values({name: width})
            found = other.legal_facts()
            if found is not None and found.types == (with_width(facts.types[0], width),):
                return other if axes_between(facts, found) is not None else None
    return None


def groups_of(use: Use) -> int | None:
    """Give in how many groups an op adds up the channels of its one input; None where it does not do that."""
    facts = use.facts
    if "sums_channels" not in facts.laws or len(use.types) != 1:
        return None
    width = width_of(use.types[0])
    if not width:
        return None
    more = summed(use, 2 * width)
    axes = axes_between(facts, more.facts) if more is not None else None
    sizes = {
        own.shape[axis] for own in facts.weights or () for axis in ((axes or {}).get(own.name),) if axis is not None
    }
    if len(sizes) != 1:
        return None
    (size,) = sizes
    return width // size if width % size == 0 else None


def summed(use: Use, width: int) -> Use | None:
    """Give an op that adds up channels for an input of another width; None where its declaration allows none."""
    (type_,) = use.types
    other = use.with_types((with_width(type_, width),))
    found = other.legal_facts()
    if found is None or "sums_channels" not in found.laws or found.types != use.facts.types:
        return None
    return other
