"""What programs that are drawn are put together from."""

from dataclasses import dataclass, field
from typing import final

PLAIN = ("relu", "tanh", "identity", "bn", "conv[c, 1]", "conv[c, 3]", "max_pool[3]", "drop_path[0.5]")
LABELS = ("a", "b", "relu", "half", "code", "conv", "x2")
FAULTS = (
    "conv[c + 1, 1]",  # another type: found at the join, or at the network's result
    "conv[c, 2]",  # an even kernel cannot keep the size
    "conv[c, 1.0]",  # a float is no size
    "conv[c // (c - 2), 1]",  # a division by zero where c is 2
    "crop[[1, 2, 3][c + 1]]",  # an index outside of the list
    "(relu if [c] else tanh)",  # a list is no condition
    "conv[c, 2 * 0.5 + 0]",
)


@final
@dataclass
class Written:
    """A piece of text, and how many architectures it has at most."""

    text: str
    count: int = 1


@final
@dataclass(frozen=True)
class Callee:
    """A definition that is written already: an image in, an image of the same type out; or what gives such a layer."""

    name: str
    statics: int
    layers: bool
    family: bool
    count: int
    once: bool
    maker: bool = False


@final
@dataclass(frozen=True)
class Plant:
    """A layer that is to stand somewhere, its definitions, and how many architectures it has at most."""

    definitions: str
    name: str
    statics: int
    count: int


@final
@dataclass
class Sight:
    """The names that may be used: tensors, ints (with their largest value), layers, and lists of nodes."""

    tensors: list[str] = field(default_factory=list)
    ints: list[str] = field(default_factory=list)
    layers: list[Written] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def inner(self, *ints: str) -> "Sight":
        """Give the names in sight of a body inside."""
        return Sight(list(self.tensors), [*self.ints, *ints], list(self.layers), list(self.lists), list(self.taken))
