"""What a path does when it computes nothing, and what training takes away at random."""

import torch
from torch import Tensor, nn


class Zero(nn.Module):
    """Zeros of the input's type; with a `stride`, of what a pointwise convolution at that stride would give.

    The values of the input do not matter, so that one that is infinite does not become NaN.
    """

    def __init__(self, stride: tuple[int, ...] | None = None) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        if self.stride is not None:
            for axis, step in enumerate(self.stride, start=2):
                x = x.unfold(axis, 1, step).squeeze(-1)
        return torch.zeros_like(x)

    def extra_repr(self) -> str:
        return "" if self.stride is None else f"stride={self.stride}"


class ChannelDropout(nn.Module):
    """In training, each entry along an axis is zero as a whole with probability `rate`, the others grow."""

    def __init__(self, rate: float, dim: int = 1) -> None:
        super().__init__()
        self.rate = rate
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        shape = [x.shape[0], *[1] * (x.dim() - 1)]
        shape[self.dim] = x.shape[self.dim]
        kept = torch.rand(shape, device=x.device) >= self.rate
        return x / (1 - self.rate) * kept

    def extra_repr(self) -> str:
        return f"rate={self.rate}, dim={self.dim}"


class DropPath(nn.Module):
    """In training, each example is zero with probability `rate`, the others grow by `1 / (1 - rate)`.

    `rate` is a buffer, which a schedule may fill without compiling anything again; it is no part of the state.
    """

    rate: Tensor

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.initial = rate
        self.register_buffer("rate", torch.tensor(float(rate)), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        keep = 1 - self.rate
        kept = torch.rand([x.shape[0], *[1] * (x.dim() - 1)], device=x.device) < keep
        return x / keep * kept

    def extra_repr(self) -> str:
        return f"rate={self.initial}"
