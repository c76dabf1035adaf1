"""How torch builds the standard convolutions."""

from torch import nn

from archdsl.codegen.lowering import lowers

from .sizes import Size, padding, pair


@lowers("conv", weights={"kernel": "weight"})
def conv(
    c: int, out: int, kernel: Size, stride: Size, dilation: Size, groups: int, bias: bool, pad: str | Size
) -> nn.Module:
    """Build a convolution."""
    return nn.Conv2d(c, out, pair(kernel), pair(stride), padding(kernel, dilation, pad), pair(dilation), groups, bias)
