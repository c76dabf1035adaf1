"""What stands around matrix products."""

import torch
from torch import Tensor, nn


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
