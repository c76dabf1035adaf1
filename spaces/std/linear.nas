"""Matrix products of vectors and of the steps of sequences; the vectors of words."""

"""A matrix product, and a bias."""
op linear[out: int, bias: bool = true](x: vec[d]) -> vec[out] {
  require out >= 1
  weight kernel[out, d]
  weight bias[out] when bias
  macs = out * d
  law pure, makes_channels, sums_channels, linear_in_weights
  law keeps_zero when not bias
}

"""The same matrix product at each step."""
op linear[out: int, bias: bool = true](x: seq[t, d]) -> seq[t, out] {
  require out >= 1
  weight kernel[out, d]
  weight bias[out] when bias
  macs = t * out * d
  law pure, makes_channels, sums_channels, linear_in_weights
  law keeps_zero when not bias
}

"""A learned number added to each element."""
op add_bias(x: vec[d]) -> vec[d] {
  weight bias[d]
  law pure, channelwise
}

"""The same learned vector added to each step."""
op add_bias(x: seq[t, d]) -> seq[t, d] {
  weight bias[d]
  law pure, channelwise
}

"""A learned vector of `d` elements for each of `vocab` words."""
op embed[vocab: int, d: int](x: tokens[t]) -> seq[t, d] {
  require vocab >= 1 and d >= 1
  weight kernel[vocab, d]
  law pure, makes_channels, linear_in_weights
}

"""A score for each word of a table: the product with its vector. The table is a `shared embed`, read backwards."""
op unembed[table: layer](x: vec[d]) -> vec[table.vocab] {
  weight kernel[table.vocab, d]
  macs = table.vocab * d
  law pure, keeps_zero
}

"""A score for each word of a table at each step."""
op unembed[table: layer](x: seq[t, d]) -> seq[t, table.vocab] {
  weight kernel[table.vocab, d]
  macs = t * table.vocab * d
  law pure, keeps_zero
}
