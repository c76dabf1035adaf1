"""The sizes of windows, and the axes of tensors."""

from archdsl.ir import CHANNELS, KINDS

Size = int | tuple[int, ...]
"""One number for all axes, or one for each: (height, width) of an image."""

WINDOW_AXES = {"signal": 1, "image": 2, "volume": 3}
"""The number of axes that a window slides along."""

AXES = {kind: len(dims) for kind, dims in KINDS.items()}
"""The number of axes of each kind, without the batch."""


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


def padding(kernel: Size, dilation: Size, pad: str | Size, axes: int) -> tuple[int, ...]:
    """Give the number of elements that a window adds on each side of each axis."""
    if pad == "same":
        spans = zip(sizes(kernel, axes), sizes(dilation, axes), strict=True)
        return tuple(step * (length - 1) // 2 for length, step in spans)
    return (0,) * axes if isinstance(pad, str) else sizes(pad, axes)
