"""How torch builds the standard joins."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers


@lowers("add")
def add() -> nn.Module:
    """Build a sum."""
    return layers.Add()


@lowers("mean")
def mean() -> nn.Module:
    """Build a mean."""
    return layers.Mean()


@lowers("product")
def product() -> nn.Module:
    """Build a product."""
    return layers.Product()


@lowers("maximum")
def maximum() -> nn.Module:
    """Build a maximum."""
    return layers.Maximum()


@lowers("concat")
def concat() -> nn.Module:
    """Build a concatenation of channels."""
    return layers.Concat()


@lowers("scale")
def scale() -> nn.Module:
    """Build a product of channels and factors."""
    return layers.Scale()
