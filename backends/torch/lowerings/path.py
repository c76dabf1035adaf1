"""How torch builds the standard paths."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import WINDOW_AXES, Size, axis_of, sizes


@lowers("identity")
def identity() -> nn.Module:
    """Build what does nothing."""
    return nn.Identity()


@lowers("zero")
def zero(kind: str, stride: Size) -> nn.Module:
    """Build zeros."""
    axes = WINDOW_AXES.get(kind)
    return layers.Zero(sizes(stride, axes) if axes else None)


@lowers("dropout")
def dropout(rate: float) -> nn.Module:
    """Build dropout."""
    return nn.Dropout(rate)


@lowers("channel_dropout")
def channel_dropout(kind: str, rate: float) -> nn.Module:
    """Build dropout of whole channels."""
    return layers.ChannelDropout(rate, axis_of(kind))


@lowers("drop_path")
def drop_path(rate: float) -> nn.Module:
    """Build drop path."""
    return layers.DropPath(rate)
