"""What the standard joins compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array


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
