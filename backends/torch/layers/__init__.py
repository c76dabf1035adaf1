"""The leaf modules that `torch.nn` lacks.

Each class stands on its own, so that its text can be copied into an exported model, and its `repr` is the expression
that makes it again. None names a device, reads a value back to the host, or changes its input; none is indexed with
`[…]`, which fake tensors of a device that is not there do not bear.
"""

from .attention import Attention, Position, PrependToken
from .join import Add, Concat, LearnedLerp, Lerp, Maximum, Mean, Product, Scale
from .linear import Bias, Table
from .norm import ChannelNorm
from .path import ChannelDropout, DropPath, Zero
from .pool import AvgPool, GlobalAvgPool, VolumeAvgPool
from .shape import (
    CenterCrop,
    ChannelShuffle,
    Crop,
    Resize,
    ResizeBilinear,
    Shift,
    Split,
    Step,
    ToImage,
    ToSeq,
    ToSignal,
    Widen,
)

__all__ = [
    "Add",
    "Attention",
    "AvgPool",
    "Bias",
    "CenterCrop",
    "ChannelDropout",
    "ChannelNorm",
    "ChannelShuffle",
    "Concat",
    "Crop",
    "DropPath",
    "GlobalAvgPool",
    "LearnedLerp",
    "Lerp",
    "Maximum",
    "Mean",
    "Position",
    "PrependToken",
    "Product",
    "Resize",
    "ResizeBilinear",
    "Scale",
    "Shift",
    "Split",
    "Step",
    "Table",
    "ToImage",
    "ToSeq",
    "ToSignal",
    "VolumeAvgPool",
    "Widen",
    "Zero",
]
