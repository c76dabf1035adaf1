"""How torch builds the standard ops that move, cut and fit tensors."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import Size, axis_of, pair


@lowers("split")
def split(kind: str, n: int) -> nn.Module:
    """Build a split of channels."""
    return layers.Split(n, axis_of(kind))


@lowers("crop")
def crop(kind: str, out: int) -> nn.Module:
    """Build a crop of channels."""
    return layers.Crop(out, axis_of(kind))


@lowers("widen")
def widen(kind: str, out: int) -> nn.Module:
    """Build the addition of empty channels."""
    return layers.Widen(out, axis_of(kind))


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


@lowers("first_step")
def first_step() -> nn.Module:
    """Build the vector at the first step."""
    return layers.Step(0)


@lowers("last_step")
def last_step() -> nn.Module:
    """Build the vector at the last step."""
    return layers.Step(-1)


@lowers("flatten")
def flatten() -> nn.Module:
    """Build the vector of all elements."""
    return nn.Flatten()


@lowers("to_seq")
def to_seq() -> nn.Module:
    """Build the sequence of all places."""
    return layers.ToSeq()


@lowers("to_image")
def to_image(size: Size) -> nn.Module:
    """Build the image of all steps."""
    return layers.ToImage(pair(size))


@lowers("to_signal")
def to_signal() -> nn.Module:
    """Build the signal of all steps."""
    return layers.ToSignal()


@lowers("resize_bilinear")
def resize_bilinear(size: Size, align_corners: bool) -> nn.Module:
    """Build a smooth change of size."""
    return layers.ResizeBilinear(pair(size), align_corners)
