"""How torch builds the standard ops: one flat module for each use."""

from torch import nn

from archdsl.codegen.lowering import lowers

from . import layers

Size = int | tuple[int, int]
"""One number for both axes, or one for each: (height, width)."""

NORM = {"scale": "weight", "shift": "bias", "mean": "running_mean", "var": "running_var"}


def pair(size: Size) -> tuple[int, int]:
    """Give one number for each axis."""
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def padding(kernel: Size, dilation: Size, pad: str | Size) -> tuple[int, int]:
    """Give the number of elements that a window adds on each side of each axis."""
    if pad == "same":
        (height, width), (down, across) = pair(kernel), pair(dilation)
        return down * (height - 1) // 2, across * (width - 1) // 2
    return (0, 0) if isinstance(pad, str) else pair(pad)


# ---------------------------------------------------------------- ops with weights


@lowers("conv", weights={"kernel": "weight"})
def conv(
    c: int, out: int, kernel: Size, stride: Size, dilation: Size, groups: int, bias: bool, pad: str | Size
) -> nn.Module:
    """Build a convolution."""
    return nn.Conv2d(c, out, pair(kernel), pair(stride), padding(kernel, dilation, pad), pair(dilation), groups, bias)


@lowers("linear", weights={"kernel": "weight"})
def linear(d: int, out: int, bias: bool) -> nn.Module:
    """Build a matrix product."""
    return nn.Linear(d, out, bias)


@lowers("bn", weights=NORM)
def bn(c: int, affine: bool, eps: float, momentum: float) -> nn.Module:
    """Build a batch norm of images."""
    return nn.BatchNorm2d(c, eps, momentum, affine)


@lowers("vec_bn", weights=NORM)
def vec_bn(d: int, affine: bool, eps: float, momentum: float) -> nn.Module:
    """Build a batch norm of vectors."""
    return nn.BatchNorm1d(d, eps, momentum, affine)


@lowers("layer_norm", weights={"scale": "weight", "shift": "bias"})
def layer_norm(d: int, affine: bool, eps: float) -> nn.Module:
    """Build a layer norm."""
    return nn.LayerNorm((d,), eps, affine)


# ---------------------------------------------------------------- pools


@lowers("max_pool")
def max_pool(kernel: Size, stride: Size, pad: str | Size) -> nn.Module:
    """Build a max pool."""
    return nn.MaxPool2d(pair(kernel), pair(stride), padding(kernel, 1, pad))


@lowers("avg_pool")
def avg_pool(kernel: Size, stride: Size, pad: str | Size) -> nn.Module:
    """Build a mean pool."""
    return layers.AvgPool(pair(kernel), pair(stride), padding(kernel, 1, pad))


@lowers("global_avg_pool")
def global_avg_pool() -> nn.Module:
    """Build the mean of each channel."""
    return layers.GlobalAvgPool()


# ---------------------------------------------------------------- activations


@lowers("relu")
def relu() -> nn.Module:
    """Build `max(x, 0)`."""
    return nn.ReLU()


@lowers("relu6")
def relu6() -> nn.Module:
    """Build `min(max(x, 0), 6)`."""
    return nn.ReLU6()


@lowers("leaky_relu")
def leaky_relu(slope: float) -> nn.Module:
    """Build the leaky ReLU."""
    return nn.LeakyReLU(slope)


@lowers("sigmoid")
def sigmoid() -> nn.Module:
    """Build the logistic function."""
    return nn.Sigmoid()


@lowers("tanh")
def tanh() -> nn.Module:
    """Build the hyperbolic tangent."""
    return nn.Tanh()


@lowers("hard_sigmoid")
def hard_sigmoid() -> nn.Module:
    """Build the cheap sigmoid."""
    return nn.Hardsigmoid()


@lowers("hard_swish")
def hard_swish() -> nn.Module:
    """Build the cheap swish."""
    return nn.Hardswish()


@lowers("swish")
def swish() -> nn.Module:
    """Build `x * sigmoid(x)`."""
    return nn.SiLU()


@lowers("gelu")
def gelu() -> nn.Module:
    """Build the exact GELU."""
    return nn.GELU()


# ---------------------------------------------------------------- joins


@lowers("add")
def add() -> nn.Module:
    """Build a sum."""
    return layers.Add()


@lowers("mean")
def mean() -> nn.Module:
    """Build a mean."""
    return layers.Mean()


@lowers("product")
def product() -> nn.Module:
    """Build a product."""
    return layers.Product()


@lowers("maximum")
def maximum() -> nn.Module:
    """Build a maximum."""
    return layers.Maximum()


@lowers("concat")
def concat() -> nn.Module:
    """Build a concatenation of channels."""
    return layers.Concat()


@lowers("vec_concat")
def vec_concat() -> nn.Module:
    """Build a concatenation of vectors."""
    return layers.Concat()


@lowers("scale")
def scale() -> nn.Module:
    """Build a product of channels and factors."""
    return layers.Scale()


# ---------------------------------------------------------------- shapes


@lowers("split")
def split(n: int) -> nn.Module:
    """Build a split of channels."""
    return layers.Split(n)


@lowers("vec_split")
def vec_split(n: int) -> nn.Module:
    """Build a split of vectors."""
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


# ---------------------------------------------------------------- paths


@lowers("identity")
def identity() -> nn.Module:
    """Build what does nothing."""
    return nn.Identity()


@lowers("zero")
def zero(stride: Size) -> nn.Module:
    """Build an image of zeros."""
    return layers.Zero(pair(stride))


@lowers("vec_zero")
def vec_zero() -> nn.Module:
    """Build a vector of zeros."""
    return layers.Zero()


@lowers("dropout")
def dropout(rate: float) -> nn.Module:
    """Build dropout."""
    return nn.Dropout(rate)


@lowers("drop_path")
def drop_path(rate: float) -> nn.Module:
    """Build drop path."""
    return layers.DropPath(rate)
