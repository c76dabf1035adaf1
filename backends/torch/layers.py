"""The leaf modules that `torch.nn` lacks.

Each class stands on its own, so that its text can be copied into an exported model, and its `repr` is the expression
that makes it again. None names a device, reads a value back to the host, or changes its input; none is indexed with
`[…]`, which fake tensors of a device that is not there do not bear.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Add(nn.Module):
    """The sum of its inputs."""

    def forward(self, *xs: Tensor) -> Tensor:
        total = xs[0]
        for x in xs[1:]:
            total = total + x
        return total


class Mean(nn.Module):
    """The arithmetic mean of its inputs."""

    def forward(self, *xs: Tensor) -> Tensor:
        total = xs[0]
        for x in xs[1:]:
            total = total + x
        return total / len(xs)


class Product(nn.Module):
    """The product of its inputs, element by element."""

    def forward(self, *xs: Tensor) -> Tensor:
        total = xs[0]
        for x in xs[1:]:
            total = total * x
        return total


class Maximum(nn.Module):
    """The greatest of its inputs, element by element."""

    def forward(self, *xs: Tensor) -> Tensor:
        greatest = xs[0]
        for x in xs[1:]:
            greatest = torch.maximum(greatest, x)
        return greatest


class Concat(nn.Module):
    """Its inputs one after the other, along the axis after the batch."""

    def forward(self, *xs: Tensor) -> Tensor:
        return torch.cat(xs, dim=1)


class Split(nn.Module):
    """The first `n` entries along the axis after the batch, and the rest."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.narrow(1, 0, self.n), x.narrow(1, self.n, x.shape[1] - self.n)

    def extra_repr(self) -> str:
        return f"n={self.n}"


class Crop(nn.Module):
    """The first `out` channels."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.out = out

    def forward(self, x: Tensor) -> Tensor:
        return x.narrow(1, 0, self.out)

    def extra_repr(self) -> str:
        return f"out={self.out}"


class Widen(nn.Module):
    """The input's channels, then zeros, `out` channels in all."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.out = out

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(x, (0, 0, 0, 0, 0, self.out - x.shape[1]))

    def extra_repr(self) -> str:
        return f"out={self.out}"


class Scale(nn.Module):
    """An image whose channels are multiplied by the entries of a vector."""

    def forward(self, x: Tensor, factors: Tensor) -> Tensor:
        return x * factors.unsqueeze(2).unsqueeze(3)


class CenterCrop(nn.Module):
    """The middle of an image, `size` = (height, width)."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        height, width = self.size
        top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
        return x.narrow(2, top, height).narrow(3, left, width)

    def extra_repr(self) -> str:
        return f"size={self.size}"


class Resize(nn.Module):
    """An image at another `size` = (height, width), by the nearest pixel before.

    `nn.Upsample` divides in float32 and misses by a pixel at some sizes.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        height, width = self.size
        rows = torch.arange(height, device=x.device) * x.shape[2] // height
        columns = torch.arange(width, device=x.device) * x.shape[3] // width
        return x.index_select(2, rows).index_select(3, columns)

    def extra_repr(self) -> str:
        return f"size={self.size}"


class Shift(nn.Module):
    """An image moved up and left by one pixel; zeros enter below and at the right."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(x, (-1, 1, -1, 1))


class ChannelShuffle(nn.Module):
    """The channels of `groups` equal parts, dealt out in turn."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        parts = x.reshape(batch, self.groups, channels // self.groups, height, width)
        return parts.transpose(1, 2).reshape(x.shape)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


# `nn.AvgPool2d` can do the same, but its repr does not say so.
class AvgPool(nn.Module):
    """The mean of each window; what is padded does not count."""

    def __init__(
        self, kernel_size: int | tuple[int, int], stride: int | tuple[int, int], padding: int | tuple[int, int]
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, self.kernel_size, self.stride, self.padding, count_include_pad=False)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class GlobalAvgPool(nn.Module):
    """The mean of each channel, as a vector."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class Zero(nn.Module):
    """Zeros of the input's type; with a `stride`, of what a pointwise convolution at that stride would give.

    The values of the input do not matter, so that one that is infinite does not become NaN.
    """

    def __init__(self, stride: tuple[int, int] | None = None) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        if self.stride is not None:
            for axis, step in zip((2, 3), self.stride, strict=True):
                x = x.unfold(axis, 1, step).squeeze(-1)
        return torch.zeros_like(x)

    def extra_repr(self) -> str:
        return "" if self.stride is None else f"stride={self.stride}"


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
