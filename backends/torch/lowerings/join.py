"""How torch builds the standard joins."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers

from .sizes import AXES, axis_of


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


@lowers("lerp")
def lerp() -> nn.Module:
    """Build a way from one tensor to another."""
    return layers.Lerp()


@lowers("learned_lerp")
def learned_lerp() -> nn.Module:
    """Build a way from one tensor to another whose length is learned."""
    return layers.LearnedLerp()


@lowers("concat")
def concat(kind: str) -> nn.Module:
    """Build a concatenation of channels."""
    return layers.Concat(axis_of(kind))


@lowers("concat_steps")
def concat_steps() -> nn.Module:
    """Build a concatenation of steps."""
    return layers.Concat(1)


@lowers("scale")
def scale(kind: str) -> nn.Module:
    """Build a product of channels and factors."""
    axis = axis_of(kind)
    return layers.Scale(axis - 1, AXES[kind] - axis)
