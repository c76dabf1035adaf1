"""What the standard ops that move, cut and fit tensors compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Size, axis_of, pair


@lowers("split", backend="numpy")
def split(x: Array, *, kind: str, n: int) -> tuple[Array, Array]:
    """Cut after the first `n`, along the axis of channels."""
    first, rest = np.split(x, [n], axis=axis_of(kind))
    return first, rest


@lowers("crop", backend="numpy")
def crop(x: Array, *, kind: str, out: int) -> Array:
    """Take the first channels."""
    return np.split(x, [out], axis=axis_of(kind))[0]


@lowers("widen", backend="numpy")
def widen(x: Array, *, kind: str, out: int) -> Array:
    """Add empty channels."""
    axis = axis_of(kind)
    around = [(0, 0)] * x.ndim
    around[axis] = (0, out - x.shape[axis])
    return np.pad(x, around)


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


@lowers("first_step", backend="numpy")
def first_step(x: Array) -> Array:
    """Take the first step."""
    return x[:, 0]


@lowers("last_step", backend="numpy")
def last_step(x: Array) -> Array:
    """Take the last step."""
    return x[:, -1]


@lowers("flatten", backend="numpy")
def flatten(x: Array) -> Array:
    """Put all elements in a row."""
    return x.reshape(x.shape[0], -1)


@lowers("to_seq", backend="numpy")
def to_seq(x: Array) -> Array:
    """Put all places in a row, the channels last."""
    return np.swapaxes(x.reshape(*x.shape[:2], -1), 1, 2)


@lowers("to_image", backend="numpy")
def to_image(x: Array, *, size: Size) -> Array:
    """Lay the steps out in rows."""
    return np.swapaxes(x, 1, 2).reshape(x.shape[0], x.shape[2], *pair(size))


@lowers("to_signal", backend="numpy")
def to_signal(x: Array) -> Array:
    """Put the steps last."""
    return np.swapaxes(x, 1, 2)


@lowers("resize_bilinear", backend="numpy")
def resize_bilinear(x: Array, *, size: Size, align_corners: bool) -> Array:
    """Mix rows, then columns."""
    rows, columns = (
        _between(old, new, align_corners=align_corners) for old, new in zip(x.shape[2:], pair(size), strict=True)
    )
    y: Array = np.einsum("bchw,ih,jw->bcij", x, rows, columns)
    return y


def _between(old: int, new: int, *, align_corners: bool) -> Array:
    """Give how much of each old place is in each new one."""
    if align_corners:
        centres = np.linspace(0, old - 1, new)
    else:
        centres = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    shares: Array = np.maximum(0, 1 - np.abs(centres[:, None] - np.arange(old)))
    return shares
