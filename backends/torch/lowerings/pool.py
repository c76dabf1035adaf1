"""How torch builds the standard pools."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import AXES, WINDOW_AXES, Size, axis_of, padding, sizes

MAX_POOLS = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}
"""The max pool along each number of axes."""


@lowers("max_pool")
def max_pool(kind: str, kernel: Size, stride: Size, pad: str | Size) -> nn.Module:
    """Build a max pool."""
    axes = WINDOW_AXES[kind]
    return MAX_POOLS[axes](sizes(kernel, axes), sizes(stride, axes), padding(kernel, 1, pad, axes))


@lowers("avg_pool")
def avg_pool(kind: str, kernel: Size, stride: Size, pad: str | Size) -> nn.Module:
    """Build a mean pool."""
    axes = WINDOW_AXES[kind]
    pool = layers.VolumeAvgPool if kind == "volume" else layers.AvgPool
    return pool(sizes(kernel, axes), sizes(stride, axes), padding(kernel, 1, pad, axes))


@lowers("global_avg_pool")
def global_avg_pool(kind: str) -> nn.Module:
    """Build the mean of each channel."""
    axes = range(1, 1 + AXES[kind])
    return layers.GlobalAvgPool(tuple(axis for axis in axes if axis != axis_of(kind)))
