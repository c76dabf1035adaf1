"""What the standard activations compute."""

import math

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array


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
