"""Arrays, and the windows that slide over them."""

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from archdsl.ir import CHANNELS

Array = NDArray[np.floating]
Weights = Mapping[str, Array]
Size = int | tuple[int, int]


def axis_of(kind: str) -> int:
    """Give the axis that holds channels or features; the batch is axis 0."""
    return 1 + CHANNELS[kind]


def pair(size: Size) -> tuple[int, int]:
    """Give one number for each axis."""
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def padding(kernel: Size, dilation: Size, pad: str | Size) -> tuple[int, int]:
    """Give the number of elements that a window adds on each side of each axis."""
    if pad == "same":
        (height, width), (down, across) = pair(kernel), pair(dilation)
        return down * (height - 1) // 2, across * (width - 1) // 2
    return (0, 0) if isinstance(pad, str) else pair(pad)


def windows(x: Array, kernel: Size, stride: Size, dilation: Size, pad: str | Size, fill: float) -> Array:
    """Give all windows of an image: `[batch, c, places down, places across, kernel height, kernel width]`."""
    (height, width), (down, across), (rows, columns) = pair(kernel), pair(dilation), pair(stride)
    above, left = padding(kernel, dilation, pad)
    framed = np.pad(x, ((0, 0), (0, 0), (above, above), (left, left)), constant_values=fill)
    extent = (down * (height - 1) + 1, across * (width - 1) + 1)
    seen: Array = sliding_window_view(framed, extent, axis=(2, 3))
    return seen[:, :, ::rows, ::columns, ::down, ::across]
