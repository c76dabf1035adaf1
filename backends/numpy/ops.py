"""What each standard op computes, as directly as it can be said.

Tensors are arrays with the batch first, of any float type. Each function takes the op's tensors in order, and by name
whichever it needs of the op's statics and dims, `weights` (by declared name) and `training`.
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from archdsl.codegen.lowering import lowers

Array = NDArray[np.floating]
Weights = Mapping[str, Array]
Size = int | tuple[int, int]


def pair(size: Size) -> tuple[int, int]:
    """Give one number for each axis."""
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def padding(kernel: Size, dilation: Size, pad: str | Size) -> tuple[int, int]:
    """Give the number of elements that a window adds on each side of each axis."""
    if pad == "same":
        (height, width), (down, across) = pair(kernel), pair(dilation)
        return down * (height - 1) // 2, across * (width - 1) // 2
    return (0, 0) if isinstance(pad, str) else pair(pad)


def windows(x: Array, kernel: Size, stride: Size, dilation: Size, pad: str | Size, fill: float) -> Array:
    """Give all windows of an image: `[batch, c, places down, places across, kernel height, kernel width]`."""
    (height, width), (down, across), (rows, columns) = pair(kernel), pair(dilation), pair(stride)
    above, left = padding(kernel, dilation, pad)
    framed = np.pad(x, ((0, 0), (0, 0), (above, above), (left, left)), constant_values=fill)
    extent = (down * (height - 1) + 1, across * (width - 1) + 1)
    seen: Array = sliding_window_view(framed, extent, axis=(2, 3))
    return seen[:, :, ::rows, ::columns, ::down, ::across]


# ---------------------------------------------------------------- ops with weights


@lowers("conv", backend="numpy")
def conv(
    x: Array, *, weights: Weights, kernel: Size, stride: Size, dilation: Size, groups: int, pad: str | Size
) -> Array:
    """Multiply each window of each group of channels with that group's kernels."""
    seen = windows(x, kernel, stride, dilation, pad, 0)
    matrix = weights["kernel"]
    seen = seen.reshape(x.shape[0], groups, x.shape[1] // groups, *seen.shape[2:])
    matrix = matrix.reshape(groups, matrix.shape[0] // groups, *matrix.shape[1:])
    y: Array = np.einsum("bgchwij,gocij->bgohw", seen, matrix)
    y = y.reshape(x.shape[0], -1, *y.shape[3:])
    return y + weights["bias"][:, None, None] if "bias" in weights else y


@lowers("linear", backend="numpy")
def linear(x: Array, *, weights: Weights) -> Array:
    """Multiply with the matrix, add the bias."""
    y: Array = x @ weights["kernel"].T
    return y + weights["bias"] if "bias" in weights else y


@lowers("bn", backend="numpy")
def bn(x: Array, *, weights: Weights, eps: float, training: bool) -> Array:
    """Normalize each channel: over the batch in training, by the running statistics otherwise."""
    if training:
        mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3))
    else:
        mean, var = weights["mean"], weights["var"]
    y: Array = (x - mean[:, None, None]) / np.sqrt(var + eps)[:, None, None]
    return y * weights["scale"][:, None, None] + weights["shift"][:, None, None] if "scale" in weights else y


@lowers("vec_bn", backend="numpy")
def vec_bn(x: Array, *, weights: Weights, eps: float, training: bool) -> Array:
    """Normalize each element: over the batch in training, by the running statistics otherwise."""
    mean, var = (x.mean(0), x.var(0)) if training else (weights["mean"], weights["var"])
    y: Array = (x - mean) / np.sqrt(var + eps)
    return y * weights["scale"] + weights["shift"] if "scale" in weights else y


@lowers("layer_norm", backend="numpy")
def layer_norm(x: Array, *, weights: Weights, eps: float) -> Array:
    """Normalize each vector by its own statistics."""
    y: Array = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)
    return y * weights["scale"] + weights["shift"] if "scale" in weights else y


# ---------------------------------------------------------------- pools


@lowers("max_pool", backend="numpy")
def max_pool(x: Array, *, kernel: Size, stride: Size, pad: str | Size) -> Array:
    """Take the greatest of each window."""
    greatest: Array = windows(x, kernel, stride, 1, pad, -np.inf).max((-2, -1))
    return greatest


@lowers("avg_pool", backend="numpy")
def avg_pool(x: Array, *, kernel: Size, stride: Size, pad: str | Size) -> Array:
    """Sum each window, and divide by the number of pixels that are in it."""
    total = windows(x, kernel, stride, 1, pad, 0).sum((-2, -1))
    count = windows(np.ones_like(x), kernel, stride, 1, pad, 0).sum((-2, -1))
    mean: Array = total / count
    return mean


@lowers("global_avg_pool", backend="numpy")
def global_avg_pool(x: Array) -> Array:
    """Take the mean of each channel."""
    mean: Array = x.mean((2, 3))
    return mean


# ---------------------------------------------------------------- activations


@lowers("identity", backend="numpy")
def identity(x: Array) -> Array:
    """Give `x`."""
    return x


@lowers("relu", backend="numpy")
def relu(x: Array) -> Array:
    """Give `max(x, 0)`."""
    return np.maximum(x, 0)


@lowers("relu6", backend="numpy")
def relu6(x: Array) -> Array:
    """Give `min(max(x, 0), 6)`."""
    return np.clip(x, 0, 6)


@lowers("leaky_relu", backend="numpy")
def leaky_relu(x: Array, *, slope: float) -> Array:
    """Give `x` where it is positive, `slope * x` elsewhere."""
    return np.where(x > 0, x, slope * x)


@lowers("sigmoid", backend="numpy")
def sigmoid(x: Array) -> Array:
    """Give `1 / (1 + exp(-x))`, in a form that does not overflow."""
    return (1 + np.tanh(x / 2)) / 2


@lowers("tanh", backend="numpy")
def tanh(x: Array) -> Array:
    """Give the hyperbolic tangent."""
    return np.tanh(x)


@lowers("hard_sigmoid", backend="numpy")
def hard_sigmoid(x: Array) -> Array:
    """Give `relu6(x + 3) / 6`."""
    return relu6(x + 3) / 6


@lowers("hard_swish", backend="numpy")
def hard_swish(x: Array) -> Array:
    """Give `x * relu6(x + 3) / 6`."""
    return x * relu6(x + 3) / 6


@lowers("swish", backend="numpy")
def swish(x: Array) -> Array:
    """Give `x * sigmoid(x)`."""
    return x * sigmoid(x)


@lowers("gelu", backend="numpy")
def gelu(x: Array) -> Array:
    """Give `x` times the standard normal distribution function at `x`."""
    erf = np.array([math.erf(value) for value in (x / math.sqrt(2)).flat], x.dtype).reshape(x.shape)
    return x * (1 + erf) / 2


# ---------------------------------------------------------------- joins


@lowers("add", backend="numpy")
def add(*xs: Array) -> Array:
    """Give the sum."""
    total: Array = np.sum(xs, axis=0)
    return total


@lowers("mean", backend="numpy")
def mean(*xs: Array) -> Array:
    """Give the mean."""
    middle: Array = np.mean(xs, axis=0)
    return middle


@lowers("product", backend="numpy")
def product(*xs: Array) -> Array:
    """Give the product."""
    result: Array = np.prod(xs, axis=0)
    return result


@lowers("maximum", backend="numpy")
def maximum(*xs: Array) -> Array:
    """Give the greatest."""
    greatest: Array = np.max(xs, axis=0)
    return greatest


@lowers("vec_concat", backend="numpy")
@lowers("concat", backend="numpy")
def concat(*xs: Array) -> Array:
    """Put one after the other, along the axis after the batch."""
    return np.concatenate(xs, axis=1)


@lowers("scale", backend="numpy")
def scale(x: Array, factors: Array) -> Array:
    """Multiply each channel with its factor."""
    return x * factors[:, :, None, None]


# ---------------------------------------------------------------- shapes


@lowers("vec_split", backend="numpy")
@lowers("split", backend="numpy")
def split(x: Array, *, n: int) -> tuple[Array, Array]:
    """Cut after the first `n`, along the axis after the batch."""
    return x[:, :n], x[:, n:]


@lowers("crop", backend="numpy")
def crop(x: Array, *, out: int) -> Array:
    """Take the first channels."""
    return x[:, :out]


@lowers("widen", backend="numpy")
def widen(x: Array, *, out: int) -> Array:
    """Add empty channels."""
    empty = np.zeros((x.shape[0], out - x.shape[1], *x.shape[2:]), x.dtype)
    return np.concatenate([x, empty], axis=1)


@lowers("center_crop", backend="numpy")
def center_crop(x: Array, *, size: Size) -> Array:
    """Take the middle."""
    height, width = pair(size)
    top, left = (x.shape[2] - height) // 2, (x.shape[3] - width) // 2
    return x[:, :, top : top + height, left : left + width]


@lowers("zero_pad", backend="numpy")
def zero_pad(x: Array, *, border: Size) -> Array:
    """Frame with zeros."""
    height, width = pair(border)
    return np.pad(x, ((0, 0), (0, 0), (height, height), (width, width)))


@lowers("resize", backend="numpy")
def resize(x: Array, *, size: Size) -> Array:
    """Look for each pixel where it was before."""
    height, width = pair(size)
    rows = [i * x.shape[2] // height for i in range(height)]
    columns = [j * x.shape[3] // width for j in range(width)]
    return x[:, :, rows][:, :, :, columns]


@lowers("shift", backend="numpy")
def shift(x: Array) -> Array:
    """Move up and left by one pixel."""
    y = np.zeros_like(x)
    y[:, :, :-1, :-1] = x[:, :, 1:, 1:]
    return y


@lowers("channel_shuffle", backend="numpy")
def channel_shuffle(x: Array, *, groups: int) -> Array:
    """Take the first channel of each group, then the second of each, and so on."""
    size = x.shape[1] // groups
    return x[:, [group * size + i for i in range(size) for group in range(groups)]]


@lowers("flatten", backend="numpy")
def flatten(x: Array) -> Array:
    """Put all elements in a row."""
    return x.reshape(x.shape[0], -1)


# ---------------------------------------------------------------- paths


@lowers("zero", backend="numpy")
def zero(x: Array, *, stride: Size) -> Array:
    """Give zeros."""
    rows, columns = pair(stride)
    return np.zeros_like(x[:, :, ::rows, ::columns])


@lowers("vec_zero", backend="numpy")
def vec_zero(x: Array) -> Array:
    """Give zeros."""
    return np.zeros_like(x)


@lowers("drop_path", backend="numpy")
@lowers("dropout", backend="numpy")
def dropout(x: Array, *, rate: float, training: bool) -> Array:
    """Give `x`; the reference has no chance, so it refuses to drop anything."""
    if training and rate > 0:
        raise ValueError(f"the reference cannot draw what to drop, given {rate=} in training")
    return x
