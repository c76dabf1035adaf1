"""What stands around matrix products."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Bias(nn.Module):
    """A learned vector added along the last axis."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.d = d
        self.bias = nn.Parameter(torch.zeros(d))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.bias

    def extra_repr(self) -> str:
        return f"d={self.d}"


class Table(nn.Embedding):
    """A table read in both directions: of words it gives the vectors, of vectors a score for each word."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight) if x.is_floating_point() else functional.embedding(x, self.weight)
