"""Layers that move, cut and fit tensors."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Split(nn.Module):
    """The first `n` entries along an axis, and the rest."""

    def __init__(self, n: int, dim: int = 1) -> None:
        super().__init__()
        self.n = n
        self.dim = dim

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return x.narrow(self.dim, 0, self.n), x.narrow(self.dim, self.n, x.shape[self.dim] - self.n)

    def extra_repr(self) -> str:
        return f"n={self.n}, dim={self.dim}"


class Crop(nn.Module):
    """The first `out` entries along an axis."""

    def __init__(self, out: int, dim: int = 1) -> None:
        super().__init__()
        self.out = out
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        return x.narrow(self.dim, 0, self.out)

    def extra_repr(self) -> str:
        return f"out={self.out}, dim={self.dim}"


class Widen(nn.Module):
    """The input, then zeros, `out` entries in all along an axis."""

    def __init__(self, out: int, dim: int = 1) -> None:
        super().__init__()
        self.out = out
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        after = [0, 0] * (x.dim() - 1 - self.dim)
        return functional.pad(x, [*after, 0, self.out - x.shape[self.dim]])

    def extra_repr(self) -> str:
        return f"out={self.out}, dim={self.dim}"


class Step(nn.Module):
    """The vector at one step of a sequence; -1 is the last."""

    def __init__(self, index: int) -> None:
        super().__init__()
        self.index = index

    def forward(self, x: Tensor) -> Tensor:
        return x.select(1, self.index)

    def extra_repr(self) -> str:
        return f"index={self.index}"


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
        parts = x.reshape(x.shape[0], self.groups, x.shape[1] // self.groups, *x.shape[2:])
        return parts.transpose(1, 2).reshape(x.shape)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"


class ToSeq(nn.Module):
    """All places of a tensor in a row, its channels last."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(2).transpose(1, 2)


class ToImage(nn.Module):
    """The steps of a sequence laid out in rows, `size` = (height, width)."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2).reshape(x.shape[0], x.shape[2], *self.size)

    def extra_repr(self) -> str:
        return f"size={self.size}"


class ToSignal(nn.Module):
    """The steps of a sequence last."""

    def forward(self, x: Tensor) -> Tensor:
        return x.transpose(1, 2)


class ResizeBilinear(nn.Module):
    """An image at another `size` = (height, width), with pixels between the given ones."""

    def __init__(self, size: tuple[int, int], align_corners: bool = False) -> None:
        super().__init__()
        self.size = size
        self.align_corners = align_corners

    def forward(self, x: Tensor) -> Tensor:
        return functional.interpolate(x, self.size, mode="bilinear", align_corners=self.align_corners)

    def extra_repr(self) -> str:
        return f"size={self.size}, align_corners={self.align_corners}"
