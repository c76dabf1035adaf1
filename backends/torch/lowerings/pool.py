"""How torch builds the standard pools."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import AXES, Size, axis_of, padding, pair


@lowers("max_pool")
def max_pool(kernel: Size, stride: Size, pad: str | Size) -> nn.Module:
    """Build a max pool."""
    return nn.MaxPool2d(pair(kernel), pair(stride), padding(kernel, 1, pad))


@lowers("avg_pool")
def avg_pool(kernel: Size, stride: Size, pad: str | Size) -> nn.Module:
    """Build a mean pool."""
    return layers.AvgPool(pair(kernel), pair(stride), padding(kernel, 1, pad))


@lowers("global_avg_pool")
def global_avg_pool(kind: str) -> nn.Module:
    """Build the mean of each channel."""
    axes = range(1, 1 + AXES[kind])
    return layers.GlobalAvgPool(tuple(axis for axis in axes if axis != axis_of(kind)))
