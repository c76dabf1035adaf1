"""The leaf modules that `torch.nn` lacks.

Each class stands on its own, so that its text can be copied into an exported model, and its `repr` is the expression
that makes it again. None names a device, reads a value back to the host, or changes its input; none is indexed with
`[…]`, which fake tensors of a device that is not there do not bear.
"""

from .join import Add, Concat, Maximum, Mean, Product, Scale
from .path import DropPath, Zero
from .pool import AvgPool, GlobalAvgPool
from .shape import CenterCrop, ChannelShuffle, Crop, Resize, Shift, Split, Widen

__all__ = [
    "Add",
    "AvgPool",
    "CenterCrop",
    "ChannelShuffle",
    "Concat",
    "Crop",
    "DropPath",
    "GlobalAvgPool",
    "Maximum",
    "Mean",
    "Product",
    "Resize",
    "Scale",
    "Shift",
    "Split",
    "Widen",
    "Zero",
]
