"""How torch builds the standard convolutions."""

from collections.abc import Callable

from torch import nn

from archdsl.codegen.lowering import lowers

from .sizes import WINDOW_AXES, Size, padding, sizes

CONVS: dict[int, Callable[..., nn.Module]] = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
"""The convolution along each number of axes."""


@lowers("conv", weights={"kernel": "weight"})
def conv(
    kind: str, c: int, out: int, kernel: Size, stride: Size, dilation: Size, groups: int, bias: bool, pad: str | Size
) -> nn.Module:
    """Build a convolution."""
    axes = WINDOW_AXES[kind]
    length, step, spread = (sizes(size, axes) for size in (kernel, stride, dilation))
    return CONVS[axes](c, out, length, step, padding(kernel, dilation, pad, axes), spread, groups, bias)
