"""How torch builds the standard norms."""

from torch import nn

from archdsl.codegen.lowering import lowers

NORM = {"scale": "weight", "shift": "bias", "mean": "running_mean", "var": "running_var"}


@lowers("bn", weights=NORM)
def bn(c: int, affine: bool, eps: float, momentum: float) -> nn.Module:
    """Build a batch norm of images."""
    return nn.BatchNorm2d(c, eps, momentum, affine)


@lowers("vec_bn", weights=NORM)
def vec_bn(d: int, affine: bool, eps: float, momentum: float) -> nn.Module:
    """Build a batch norm of vectors."""
    return nn.BatchNorm1d(d, eps, momentum, affine)


@lowers("layer_norm", weights={"scale": "weight", "shift": "bias"})
def layer_norm(d: int, affine: bool, eps: float) -> nn.Module:
    """Build a layer norm."""
    return nn.LayerNorm((d,), eps, affine)
