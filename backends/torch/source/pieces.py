"""What makes a sub-module: constructor calls as data, with the values that differ from use to use set apart."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, final

from .layout import Call, Doc, Repeated, flat

WIDTHS = frozenset(
    [
        "in_channels",
        "out_channels",
        "num_features",
        "num_channels",
        "groups",
        "num_groups",
        "in_features",
        "out_features",
        "out",
        "n",
    ]
)
"""Arguments that count channels: one number of channels may be written as a multiple of another."""

LEADING = WIDTHS | {"kernel_size", "normalized_shape", "num_embeddings", "embedding_dim"}
"""Arguments that everyone knows by their place."""

WIDTH = "width"
NO_DEFAULT: Any = object()


@final
@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a constructor; only those of one `kind` are ever related to each other."""

    name: str
    value: Any
    kind: str
    default: Any = NO_DEFAULT
    by_place: bool = False

    @property
    def is_default(self) -> bool:
        """Whether it need not be written."""
        return self.default is not NO_DEFAULT and is_same(self.value, self.default)


@final
@dataclass(frozen=True, slots=True)
class Build:
    """A constructor call.

    `keys` are the paths of the leaves in the compiled network, `paths` those inside of what is built here.
    """

    callee: str
    arguments: tuple[Argument, ...]
    keys: tuple[str, ...]
    paths: tuple[str, ...] = ("",)
    is_leaf: bool = True


@final
@dataclass(frozen=True, slots=True)
class Chain:
    """An `nn.Sequential` of further pieces."""

    parts: tuple[Build, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The paths of the leaves in the compiled network."""
        return tuple(key for part in self.parts for key in part.keys)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the leaves inside the sequence."""
        return tuple(join_path(str(i), path) for i, part in enumerate(self.parts) for path in part.paths)


Piece = Build | Chain


def join_path(prefix: str, path: str) -> str:
    """Set a path behind another."""
    return f"{prefix}.{path}" if path else prefix


def is_same(a: Any, b: Any) -> bool:
    """Tell whether two plain values are one: `1`, `1.0` and `True` are three."""
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(is_same, a, b))
    return type(a) is type(b) and bool(a == b)


def chain(parts: Iterable[Piece]) -> Piece:
    """Put pieces one after the other."""
    flattened = tuple(own for part in parts for own in (part.parts if isinstance(part, Chain) else (part,)))
    return flattened[0] if len(flattened) == 1 else Chain(flattened)


def arguments_of(piece: Piece) -> Iterator[Argument]:
    """Give all arguments, in the order in which `describe` writes them."""
    for part in piece.parts if isinstance(piece, Chain) else (piece,):
        yield from part.arguments


def shape_of(piece: Piece) -> tuple[object, ...]:
    """Give what two pieces have in common that differ in values alone."""
    parts = piece.parts if isinstance(piece, Chain) else (piece,)
    own = tuple((part.callee, tuple(argument.name for argument in part.arguments)) for part in parts)
    return (isinstance(piece, Chain), own)


def describe(piece: Piece, texts: Iterator[str | None]) -> Doc:
    """Write a piece; `texts` has a text for each argument, or None for its own value."""
    if isinstance(piece, Chain):
        return Call("nn.Sequential", tuple(describe_all(piece.parts, texts)))
    items: list[Doc] = []
    by_place = True
    for argument in piece.arguments:
        text = next(texts)
        if text is None and argument.is_default:
            by_place = False
            continue
        by_place = by_place and argument.by_place
        written = repr(argument.value) if text is None else text
        items.append(written if by_place else f"{argument.name}={written}")
    return Call(piece.callee, tuple(items))


def describe_all(pieces: Iterable[Piece], texts: Iterator[str | None]) -> list[Doc]:
    """Write pieces that follow each other; three or more equal ones become a repetition."""
    return repeat([describe(piece, texts) for piece in pieces])


def repeat(docs: list[Doc]) -> list[Doc]:
    """Turn three or more equal expressions in a row into a repetition."""
    found: list[Doc] = []
    for _, group in groupby(docs, key=flat):
        same = list(group)
        found += same if len(same) < 3 else [Repeated(same[0], len(same))]
    return found
