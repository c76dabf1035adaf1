"""Pools."""

from torch import Tensor, nn
from torch.nn import functional


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
    """The mean over some axes: of each channel of an image, or of all steps."""

    def __init__(self, dim: tuple[int, ...] = (2, 3)) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
