"""The types of tensors: a kind and its dims; the batch is implicit."""

from dataclasses import dataclass
from typing import final

KINDS: dict[str, tuple[str, ...]] = {
    "image": ("c", "h", "w"),
    "volume": ("c", "d", "h", "w"),
    "signal": ("c", "t"),
    "seq": ("t", "d"),
    "vec": ("d",),
    "tokens": ("t",),
}
"""The kinds of tensors and the usual names of their dims."""

NUMERIC = frozenset(KINDS) - {"tokens"}
"""The kinds whose entries are numbers to compute with; those of tokens are the indices of words."""

CHANNELS = {"image": 0, "volume": 0, "signal": 0, "vec": 0, "seq": 1}
"""For each numeric kind the place of the dim that holds its channels or features."""


@final
@dataclass(frozen=True, slots=True)
class Type:
    """The type of a tensor without its batch axis.

    >>> str(Type("image", (3, 32, 32)))
    'image[3, 32, 32]'
    """

    kind: str
    dims: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.kind}[{', '.join(map(str, self.dims))}]"
