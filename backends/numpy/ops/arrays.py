"""Arrays, and the windows that slide over them."""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from archdsl.ir import CHANNELS

Array = NDArray[np.floating]
Weights = Mapping[str, Array]
Size = int | tuple[int, ...]


def axis_of(kind: str) -> int:
    """Give the axis that holds channels or features; the batch is axis 0."""
    return 1 + CHANNELS[kind]


def sizes(size: Size, axes: int) -> tuple[int, ...]:
    """Give one number for each axis."""
    return (size,) * axes if isinstance(size, int) else size


def pair(size: Size) -> tuple[int, int]:
    """Give the height and the width of an image."""
    height, width = sizes(size, 2)
    return height, width


def every(steps: tuple[int, ...]) -> tuple[slice, ...]:
    """Give what takes every so many elements along each axis."""
    return tuple(slice(None, None, step) for step in steps)


def windows(x: Array, kernel: Size, stride: Size, dilation: Size, pad: str | Size, fill: float) -> Array:
    """Give all windows of a signal, image or volume: `[batch, c, *places, *kernel]`, an axis for each of its axes."""
    axes = x.ndim - 2
    lengths, steps, spreads = sizes(kernel, axes), sizes(stride, axes), sizes(dilation, axes)
    extents = [spread * (length - 1) + 1 for length, spread in zip(lengths, spreads, strict=True)]
    around = [(extent - 1) // 2 for extent in extents] if pad == "same" else [0] * axes
    if not isinstance(pad, str):
        around = [*sizes(pad, axes)]
    framed = np.pad(x, ((0, 0), (0, 0), *((size, size) for size in around)), constant_values=fill)
    seen: Array = sliding_window_view(framed, extents, axis=tuple(range(2, x.ndim)))
    return seen[(slice(None), slice(None), *every(steps), *every(spreads))]
