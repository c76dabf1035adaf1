"""The sizes of windows, and the axes of tensors."""

from archdsl.ir import CHANNELS, KINDS

Size = int | tuple[int, int]
"""One number for both axes, or one for each: (height, width)."""

AXES = {kind: len(dims) for kind, dims in KINDS.items()}
"""The number of axes of each kind, without the batch."""


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
