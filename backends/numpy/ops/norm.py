"""What the standard norms compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Weights


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
