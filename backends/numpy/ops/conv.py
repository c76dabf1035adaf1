"""What the standard convolutions compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Size, Weights, windows


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
