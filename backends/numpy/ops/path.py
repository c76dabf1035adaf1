"""What the standard paths compute."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Size, every, sizes


@lowers("identity", backend="numpy")
def identity(x: Array) -> Array:
    """Give `x`."""
    return x


@lowers("zero", backend="numpy")
def zero(x: Array, *, kind: str, stride: Size) -> Array:
    """Give zeros."""
    if kind in ("vec", "seq"):
        return np.zeros_like(x)
    return np.zeros_like(x[(slice(None), slice(None), *every(sizes(stride, x.ndim - 2)))])


@lowers("channel_dropout", backend="numpy")
@lowers("drop_path", backend="numpy")
@lowers("dropout", backend="numpy")
def dropout(x: Array, *, rate: float, training: bool) -> Array:
    """Give `x`; the reference has no chance, so it refuses to drop anything."""
    if training and rate > 0:
        raise ValueError(f"the reference cannot draw what to drop, given {rate=} in training")
    return x
