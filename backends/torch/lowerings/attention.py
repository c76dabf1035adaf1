"""How torch builds standard attention, and what stands around it."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers


@lowers("attention")
def attention(heads: int, causal: bool) -> nn.Module:
    """Build attention."""
    return layers.Attention(heads, causal)


@lowers("softmax")
def softmax() -> nn.Module:
    """Build what gives shares of 1."""
    return nn.Softmax(dim=-1)


@lowers("prepend_token")
def prepend_token(d: int) -> nn.Module:
    """Build the addition of a first step."""
    return layers.PrependToken(d)


@lowers("add_position")
def add_position(t: int, d: int) -> nn.Module:
    """Build the addition of a vector for each step."""
    return layers.Position(t, d)
