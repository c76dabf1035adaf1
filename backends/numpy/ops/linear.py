"""What the standard matrix products compute, and what stands around them."""

import numpy as np
from numpy.typing import NDArray

from archdsl.codegen.lowering import lowers

from .arrays import Array, Weights


@lowers("linear", backend="numpy")
def linear(x: Array, *, weights: Weights) -> Array:
    """Multiply with the matrix, add the bias."""
    y: Array = x @ weights["kernel"].T
    return y + weights["bias"] if "bias" in weights else y


@lowers("add_bias", backend="numpy")
def add_bias(x: Array, *, weights: Weights) -> Array:
    """Add the vector."""
    return x + weights["bias"]


@lowers("embed", backend="numpy")
def embed(x: NDArray[np.integer], *, weights: Weights) -> Array:
    """Look up the vector of each word."""
    y: Array = weights["kernel"][x]
    return y


@lowers("unembed", backend="numpy")
def unembed(x: Array, *, weights: Weights) -> Array:
    """Multiply with the vector of each word."""
    y: Array = x @ weights["kernel"].T
    return y
