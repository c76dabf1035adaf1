"""How torch builds the standard norms."""

from torch import nn

from archdsl.codegen.lowering import lowers

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
def layer_norm(d: int, affine: bool, eps: float) -> nn.Module:
    """Build a layer norm."""
    return nn.LayerNorm((d,), eps, affine)
