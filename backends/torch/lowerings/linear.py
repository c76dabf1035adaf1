"""How torch builds the standard matrix products, and what stands around them."""

from torch import nn

from archdsl.backends.torch import layers
from archdsl.codegen.lowering import lowers
from archdsl.ir import SharedLayer


@lowers("linear", weights={"kernel": "weight"})
def linear(d: int, out: int, bias: bool) -> nn.Module:
    """Build a matrix product."""
    return nn.Linear(d, out, bias)


@lowers("add_bias")
def add_bias(d: int) -> nn.Module:
    """Build the addition of a learned vector."""
    return layers.Bias(d)


@lowers("embed", weights={"kernel": "weight"})
def embed(vocab: int, d: int) -> nn.Module:
    """Build the vectors of words."""
    return nn.Embedding(vocab, d)


@lowers("unembed", weights={"kernel": "weight"})
def unembed(table: SharedLayer, d: int) -> nn.Module:
    """Build the table, which is read in both directions."""
    vocab = table.static("vocab")
    assert isinstance(vocab, int)
    return layers.Table(vocab, d)
