"""How torch builds the standard ops on vectors."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers


@lowers("linear", weights={"kernel": "weight"})
def linear(d: int, out: int, bias: bool) -> nn.Module:
    """Build a matrix product."""
    return nn.Linear(d, out, bias)


@lowers("vec_concat")
def vec_concat() -> nn.Module:
    """Build a concatenation of vectors."""
    return layers.Concat()


@lowers("vec_split")
def vec_split(n: int) -> nn.Module:
    """Build a split of vectors."""
    return layers.Split(n)


@lowers("vec_zero")
def vec_zero() -> nn.Module:
    """Build a vector of zeros."""
    return layers.Zero()
