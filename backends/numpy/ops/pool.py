"""What the standard pools compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Size, axis_of, windows


@lowers("max_pool", backend="numpy")
def max_pool(x: Array, *, kernel: Size, stride: Size, pad: str | Size) -> Array:
    """Take the greatest of each window."""
    greatest: Array = windows(x, kernel, stride, 1, pad, -np.inf).max(inner(x))
    return greatest


@lowers("avg_pool", backend="numpy")
def avg_pool(x: Array, *, kernel: Size, stride: Size, pad: str | Size) -> Array:
    """Sum each window, and divide by the number of elements that are in it."""
    total = windows(x, kernel, stride, 1, pad, 0).sum(inner(x))
    count = windows(np.ones_like(x), kernel, stride, 1, pad, 0).sum(inner(x))
    mean: Array = total / count
    return mean


def inner(x: Array) -> tuple[int, ...]:
    """Give the axes inside of the windows of a tensor."""
    return tuple(range(x.ndim, 2 * x.ndim - 2))


@lowers("global_avg_pool", backend="numpy")
def global_avg_pool(x: Array, *, kind: str) -> Array:
    """Take the mean of each channel."""
    mean: Array = x.mean(tuple(axis for axis in range(1, x.ndim) if axis != axis_of(kind)))
    return mean
