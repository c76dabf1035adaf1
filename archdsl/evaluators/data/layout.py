"""Which axis of an array of images holds the channels."""

import numpy as np

from archdsl.evaluators.dataset import Array

from .mistakes import bad_data

LAYOUTS = ("NCHW", "NHWC")


def find_layout(x: Array) -> str:
    """Say how a batch of images is laid out.

    The channels are axis 1, unless the last axis has 1, 3 or 4 elements (gray, color, color with transparency) and
    axis 1 has not: then they are the last.

    >>> find_layout(np.zeros((10, 32, 32, 3))), find_layout(np.zeros((10, 16, 8, 8)))
    ('NHWC', 'NCHW')
    """
    colors = (1, 3, 4)
    return "NHWC" if x.shape[3] in colors and x.shape[1] not in colors else "NCHW"


def to_channels_first(inputs: dict[str, Array], layout: str | None, place: str) -> tuple[dict[str, Array], str | None]:
    """Bring all splits into the layout `[n, c, h, w]`; vectors stay as they are.

    Args:
        inputs: The inputs of each split, `train` first, all with samples of one shape.
        layout: The layout if the user stated it.
        place: What messages call the first split.

    Returns:
        The inputs, and a note that says how images were read if that was not stated.

    Raises:
        ArchdslError: The stated layout is unknown, or does not fit the shape (`bad-data`).
    """
    x = next(iter(inputs.values()))
    if layout is not None and layout not in LAYOUTS:
        raise bad_data(f"the layout of {place} is {layout!r}, expected NCHW or NHWC")
    if layout is not None and x.ndim != 4:
        raise bad_data(f"the layout of {place} is {layout}, but it has {x.ndim} axes, expected 4")
    if x.ndim == 2:
        return inputs, None
    read_as = layout or (find_layout(x) if x.ndim == 4 else "NHW")
    if read_as == "NHW":
        inputs = {name: value[:, None] for name, value in inputs.items()}
    if read_as == "NHWC":
        inputs = {name: np.ascontiguousarray(value.transpose(0, 3, 1, 2)) for name, value in inputs.items()}
    c, h, w = next(iter(inputs.values())).shape[1:]
    shape = "[" + ", ".join(map(str, x.shape)) + "]"
    note = f"{place} {shape} was read as {read_as}: {c} {'channel' if c == 1 else 'channels'} of {h} x {w}"
    return inputs, note if layout is None else None
