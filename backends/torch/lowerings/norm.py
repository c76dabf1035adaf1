"""How torch builds the standard norms."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import WINDOW_AXES

NORM = {"scale": "weight", "shift": "bias", "mean": "running_mean", "var": "running_var"}

BATCH_NORMS = {
    "vec": nn.BatchNorm1d,
    "signal": nn.BatchNorm1d,
    "image": nn.BatchNorm2d,
    "volume": nn.BatchNorm3d,
}


@lowers("bn", weights=NORM)
def bn(kind: str, c: int, affine: bool, eps: float, momentum: float) -> nn.Module:
    """Build a batch norm."""
    return BATCH_NORMS[kind](c, eps, momentum, affine)


@lowers("layer_norm", weights={"scale": "weight", "shift": "bias"})
def layer_norm(kind: str, c: int, affine: bool, eps: float) -> nn.Module:
    """Build a layer norm."""
    return layers.ChannelNorm(c, eps, affine) if kind in WINDOW_AXES else nn.LayerNorm((c,), eps, affine)
