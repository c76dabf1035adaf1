"""What the standard norms compute."""

from collections.abc import Sequence

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Weights, axis_of


@lowers("bn", backend="numpy")
def bn(x: Array, *, weights: Weights, eps: float, training: bool) -> Array:
    """Normalize each channel: over the batch in training, by the running statistics otherwise."""
    axes = tuple(axis for axis in range(x.ndim) if axis != 1)
    others = axes[1:]
    mean, var = (x.mean(axes), x.var(axes)) if training else (weights["mean"], weights["var"])
    y: Array = (x - spread(mean, others)) / np.sqrt(spread(var, others) + eps)
    if "scale" in weights:
        y = y * spread(weights["scale"], others) + spread(weights["shift"], others)
    return y


def spread(values: Array, others: Sequence[int]) -> Array:
    """Give a value for each channel the axes that it is the same along."""
    return values.reshape(-1, *(1 for _ in others))


@lowers("layer_norm", backend="numpy")
def layer_norm(x: Array, *, kind: str, weights: Weights, eps: float) -> Array:
    """Normalize the channels at each place by their own statistics."""
    axis = axis_of(kind)
    y: Array = (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + eps)
    others = range(axis + 1, x.ndim)
    return y * spread(weights["scale"], others) + spread(weights["shift"], others) if "scale" in weights else y
