"""What the standard convolutions compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Size, Weights, windows


@lowers("conv", backend="numpy")
def conv(
    x: Array, *, weights: Weights, kernel: Size, stride: Size, dilation: Size, groups: int, pad: str | Size
) -> Array:
    """Multiply each window of each group of channels with that group's kernels."""
    axes = x.ndim - 2
    seen = np.split(windows(x, kernel, stride, dilation, pad, 0), groups, axis=1)
    kernels = np.split(weights["kernel"], groups, axis=0)
    inner = [1, *range(2 + axes, 2 + 2 * axes)], [1, *range(2, 2 + axes)]
    parts = [np.moveaxis(np.tensordot(own, kernel, inner), -1, 1) for own, kernel in zip(seen, kernels, strict=True)]
    y: Array = np.concatenate(parts, axis=1)
    return y + np.expand_dims(weights["bias"], tuple(range(1, 1 + axes))) if "bias" in weights else y
