"""Layers without weights that read better as expressions; any other layer is a sub-module."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from torch import nn

from archdsl.backends.torch import layers

from .layout import Call, Doc


@final
@dataclass(frozen=True, slots=True)
class Join:
    """An expression of several operands.

    `sign` stands between them, or is empty where they are concatenated along `dim`. The last one gets `index` behind
    it; of a mean, the sum is divided.
    """

    sign: str
    dim: int = 1
    index: str = ""
    is_mean: bool = False

    def terms(self, operands: Sequence[str]) -> list[str]:
        """Give the operands as they stand in the expression."""
        return [*operands[:-1], operands[-1] + self.index]

    def text(self, operands: Sequence[str]) -> str:
        """Write the expression on one line."""
        if not self.sign:
            return f"torch.cat(({', '.join(operands)}), dim={self.dim})"
        text = f" {self.sign} ".join(self.terms(operands))
        return f"({text}) / {len(operands)}" if self.is_mean else text

    def call(self, operands: Sequence[str]) -> Doc | None:
        """Give the expression as a call, if it is one."""
        return None if self.sign else Call("torch.cat", (Call("", tuple(operands)), f"dim={self.dim}"))


def join_of(leaf: nn.Module) -> Join | None:
    """Give the expression that a layer is written as."""
    if getattr(layers, type(leaf).__name__, None) is not type(leaf):
        return None
    match leaf:
        case layers.Add():
            return Join("+")
        case layers.Mean():
            return Join("+", is_mean=True)
        case layers.Product():
            return Join("*")
        case layers.Concat(dim=dim):
            return Join("", dim)
        case layers.Scale(before=before, after=after):
            return Join("*", index=f"[:{', None' * before}{', :' * (not before)}{', None' * after}]")
        case _:
            return None
