"""What the standard joins compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Weights, axis_of


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


@lowers("lerp", backend="numpy")
def lerp(start: Array, end: Array, amount: Array) -> Array:
    """Go from one to the other."""
    return (1 - amount) * start + amount * end


@lowers("learned_lerp", backend="numpy")
def learned_lerp(start: Array, end: Array, *, weights: Weights) -> Array:
    """Go from one to the other, as far as the weight says."""
    (amount,) = weights["amount"]
    y: Array = (1 - amount) * start + amount * end
    return y


@lowers("concat", backend="numpy")
def concat(*xs: Array, kind: str) -> Array:
    """Put one after the other, along the axis of channels."""
    return np.concatenate(xs, axis=axis_of(kind))


@lowers("concat_steps", backend="numpy")
def concat_steps(*xs: Array) -> Array:
    """Put one after the other, along the steps."""
    return np.concatenate(xs, axis=1)


@lowers("scale", backend="numpy")
def scale(x: Array, factors: Array, *, kind: str) -> Array:
    """Multiply each channel with its factor."""
    others = tuple(axis for axis in range(1, x.ndim) if axis != axis_of(kind))
    return x * np.expand_dims(factors, others)
