"""Vectors."""

"""A matrix product, and a bias."""
op linear[out: int, bias: bool = true](x: vec[d]) -> vec[out] {
  require out >= 1
  weight kernel[out, d]
  weight bias[out] when bias
  macs = out * d
  law pure
  law keeps_zero when not bias
}

"""Vectors end to end."""
op vec_concat(*xs: vec[*d]) -> vec[sum(d)] { law pure, identity, keeps_zero }

"""The first `n` elements, and the rest."""
op vec_split[n: int](x: vec[d]) -> (vec[n], vec[d - n]) {
  require 0 < n and n < d
  law pure, keeps_zero
}

"""A vector of zeros."""
op vec_zero(x: vec[d]) -> vec[d] { law pure, zero }
