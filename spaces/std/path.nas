"""What a path does when it computes nothing, and what training takes away at random."""

"""The tensor itself."""
op identity(x: t) -> t { law pure, channelwise, identity, keeps_zero }

"""The words themselves."""
op identity(x: tokens[t]) -> tokens[t] { law pure, identity, keeps_zero }

"""An image of zeros, as `identity` would give it at this stride."""
op zero[stride = 1](x: image[c, h, w])
  -> image[c, outdim[h, 1, stride, 1, "valid"], outdim[w, 1, stride, 1, "valid", 1]] {
  require min(pair(stride)) >= 1
  law pure, zero, channelwise
}

"""A vector of zeros; it has no stride but 1."""
op zero[stride = 1](x: vec[d]) -> vec[d] {
  require stride == 1
  law pure, zero, channelwise
}

"""A sequence of zeros; it has no stride but 1."""
op zero[stride = 1](x: seq[t, d]) -> seq[t, d] {
  require stride == 1
  law pure, zero, channelwise
}

"""A signal of zeros, as `identity` would give it at this stride."""
op zero[stride = 1](x: signal[c, t]) -> signal[c, outdim[t, 1, stride, 1, "valid", 0, 1]] {
  require min(single(stride)) >= 1
  law pure, zero, channelwise
}

"""A volume of zeros, as `identity` would give it at this stride."""
op zero[stride = 1](x: volume[c, d, h, w])
  -> volume[
    c, outdim[d, 1, stride, 1, "valid", 0, 3], outdim[h, 1, stride, 1, "valid", 1, 3],
    outdim[w, 1, stride, 1, "valid", 2, 3]
  ] {
  require min(triple(stride)) >= 1
  law pure, zero, channelwise
}

"""In training, each element is zero with probability `rate`, the others grow by `1 / (1 - rate)`."""
op dropout[rate: float](x: t) -> t {
  require 0 <= rate and rate < 1
  law keeps_zero, channelwise
  law pure, identity when rate == 0
}

"""In training, each channel of an example is zero with probability `rate`, the others grow by `1 / (1 - rate)`."""
op channel_dropout[rate: float](x: image[c, h, w]) -> image[c, h, w] {
  require 0 <= rate and rate < 1
  law keeps_zero, channelwise
  law pure, identity when rate == 0
}

"""In training, each feature of an example is zero at all steps with probability `rate`."""
op channel_dropout[rate: float](x: seq[t, d]) -> seq[t, d] {
  require 0 <= rate and rate < 1
  law keeps_zero, channelwise
  law pure, identity when rate == 0
}

"""In training, each channel of a signal is zero with probability `rate`, the others grow by `1 / (1 - rate)`."""
op channel_dropout[rate: float](x: signal[c, t]) -> signal[c, t] {
  require 0 <= rate and rate < 1
  law keeps_zero, channelwise
  law pure, identity when rate == 0
}

"""In training, each channel of a volume is zero with probability `rate`, the others grow by `1 / (1 - rate)`."""
op channel_dropout[rate: float](x: volume[c, d, h, w]) -> volume[c, d, h, w] {
  require 0 <= rate and rate < 1
  law keeps_zero, channelwise
  law pure, identity when rate == 0
}

"""In training, each example is zero with probability `rate`, the others grow by `1 / (1 - rate)`.

A schedule may set another rate while training: `rate` is what it starts from.
"""
op drop_path[rate: float = 0.0](x: t) -> t {
  require 0 <= rate and rate < 1
  law keeps_zero, channelwise
}
