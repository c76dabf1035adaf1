"""How torch builds the standard paths."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import Size, pair


@lowers("identity")
def identity() -> nn.Module:
    """Build what does nothing."""
    return nn.Identity()


@lowers("zero")
def zero(stride: Size) -> nn.Module:
    """Build an image of zeros."""
    return layers.Zero(pair(stride))


@lowers("dropout")
def dropout(rate: float) -> nn.Module:
    """Build dropout."""
    return nn.Dropout(rate)


@lowers("drop_path")
def drop_path(rate: float) -> nn.Module:
    """Build drop path."""
    return layers.DropPath(rate)
