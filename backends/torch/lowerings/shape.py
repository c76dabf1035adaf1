"""How torch builds the standard ops that move, cut and fit tensors."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import Size, pair


@lowers("split")
def split(n: int) -> nn.Module:
    """Build a split of channels."""
    return layers.Split(n)


@lowers("crop")
def crop(out: int) -> nn.Module:
    """Build a crop of channels."""
    return layers.Crop(out)


@lowers("widen")
def widen(out: int) -> nn.Module:
    """Build the addition of empty channels."""
    return layers.Widen(out)


@lowers("center_crop")
def center_crop(size: Size) -> nn.Module:
    """Build a crop of pixels."""
    return layers.CenterCrop(pair(size))


@lowers("zero_pad")
def zero_pad(border: Size) -> nn.Module:
    """Build a frame of zeros."""
    height, width = pair(border)
    return nn.ZeroPad2d((width, width, height, height))


@lowers("resize")
def resize(size: Size) -> nn.Module:
    """Build a change of size."""
    return layers.Resize(pair(size))


@lowers("shift")
def shift() -> nn.Module:
    """Build a move by one pixel."""
    return layers.Shift()


@lowers("channel_shuffle")
def channel_shuffle(groups: int) -> nn.Module:
    """Build a shuffle of channels."""
    return layers.ChannelShuffle(groups)


@lowers("flatten")
def flatten() -> nn.Module:
    """Build the vector of all elements."""
    return nn.Flatten()
