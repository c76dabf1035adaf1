"""Pools."""

from torch import Tensor, nn
from torch.nn import functional


# `nn.AvgPool2d` and its like can do the same, but their repr does not say so.
class AvgPool(nn.Module):
    """The mean of each window of a signal or an image; what is padded does not count."""

    def __init__(self, kernel_size: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        pool = functional.avg_pool1d if len(self.kernel_size) == 1 else functional.avg_pool2d
        return pool(x, self.kernel_size, self.stride, self.padding, count_include_pad=False)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class VolumeAvgPool(nn.Module):
    """The mean of each window of a volume; what is padded does not count.

    First of rows and columns, then of depth: `nn.AvgPool3d` refuses a volume that is smaller than the window, padded or
    not, and half precision.
    """

    def __init__(self, kernel_size: tuple[int, ...], stride: tuple[int, ...], padding: tuple[int, ...]) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride = stride
        self.padding = padding

    def forward(self, x: Tensor) -> Tensor:
        (deep, *flat), (down, *across), (ends, *sides) = self.kernel_size, self.stride, self.padding
        y = functional.avg_pool2d(x.flatten(1, 2), flat, across, sides, count_include_pad=False)
        rows = y.reshape(*x.shape[:3], -1)
        z = functional.avg_pool2d(rows, (deep, 1), (down, 1), (ends, 0), count_include_pad=False)
        return z.reshape(*z.shape[:3], *y.shape[2:])

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class GlobalAvgPool(nn.Module):
    """The mean over some axes: of each channel of an image, or of all steps."""

    def __init__(self, dim: tuple[int, ...] = (2, 3)) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
