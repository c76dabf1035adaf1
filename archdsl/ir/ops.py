"""What is known of an op: its declaration, and the facts that follow from it at one use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Literal, final

from archdsl.diagnostics import Span

from .types import Type


@final
@dataclass(frozen=True, slots=True)
class SharedLayer:
    """An op with its statics, given to another op, which reads its weights: they have one key."""

    op: str
    attributes: tuple[tuple[str, "Attribute"], ...]

    def static(self, name: str) -> "Attribute":
        """Give the value of a static.

        Raises:
            KeyError: the op has no such static.
        """
        return dict(self.attributes)[name]


Attribute = int | float | bool | str | tuple["Attribute", ...] | SharedLayer
"""The value of an op's static: what a `.nas` file can write in brackets."""


@final
@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor that an op owns: trained (`weight`) or kept (`buffer`)."""

    name: str
    shape: tuple[int, ...]
    kind: Literal["weight", "buffer"] = "weight"

    @property
    def size(self) -> int:
        """The number of its elements."""
        return prod(self.shape)


@final
@dataclass(frozen=True, slots=True)
class Facts:
    """What a declaration says of one use of its op.

    `weights` or `macs` is None where the declaration does not say: then they are measured on the built module.
    `dims` are the dims that the signature's names are bound to; of a variadic `*c` the tuple of all. `laws` are those
    of `LAWS` that this use keeps. `kind` is that of the first input, by which an op with several declarations has one.
    """

    types: tuple[Type, ...]
    weights: tuple[Weight, ...] | None
    macs: int | None
    dims: tuple[tuple[str, int | tuple[int, ...]], ...] = ()
    laws: frozenset[str] = frozenset()
    kind: str = ""


@final
@dataclass(frozen=True, slots=True)
class OpDeclaration:
    """An op as declared in the language.

    `infer` takes the attributes by name and the types of the inputs, and gives the facts; it raises `ArchdslError`
    where the op is illegal.
    """

    name: str
    statics: tuple[str, ...]
    infer: Callable[[Mapping[str, Attribute], tuple[Type, ...]], Facts] = field(compare=False, repr=False)
    origin: Span | None = field(default=None, compare=False, repr=False)
    doc: str = ""
