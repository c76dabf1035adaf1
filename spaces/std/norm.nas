"""Normalisation."""

"""Batch normalisation of each channel; `momentum` is the weight of the newest batch in the running statistics."""
op bn[affine: bool = true, eps: float = 1e-5, momentum: float = 0.1](x: image[c, h, w]) -> image[c, h, w] {
  require eps > 0 and 0 <= momentum and momentum <= 1
  weight scale[c] when affine
  weight shift[c] when affine
  buffer mean[c]
  buffer var[c]
  law norm, channelwise
  law linear_in_weights when affine
}

"""Batch normalisation of each element of a vector."""
op bn[affine: bool = true, eps: float = 1e-5, momentum: float = 0.1](x: vec[c]) -> vec[c] {
  require eps > 0 and 0 <= momentum and momentum <= 1
  weight scale[c] when affine
  weight shift[c] when affine
  buffer mean[c]
  buffer var[c]
  law norm, channelwise
  law linear_in_weights when affine
}

"""Batch normalisation of each channel of a signal."""
op bn[affine: bool = true, eps: float = 1e-5, momentum: float = 0.1](x: signal[c, t]) -> signal[c, t] {
  require eps > 0 and 0 <= momentum and momentum <= 1
  weight scale[c] when affine
  weight shift[c] when affine
  buffer mean[c]
  buffer var[c]
  law norm, channelwise
  law linear_in_weights when affine
}

"""Batch normalisation of each channel of a volume."""
op bn[affine: bool = true, eps: float = 1e-5, momentum: float = 0.1](x: volume[c, d, h, w]) -> volume[c, d, h, w] {
  require eps > 0 and 0 <= momentum and momentum <= 1
  weight scale[c] when affine
  weight shift[c] when affine
  buffer mean[c]
  buffer var[c]
  law norm, channelwise
  law linear_in_weights when affine
}

"""Layer normalisation: each vector gets mean 0 and variance 1, then a learned scale and shift."""
op layer_norm[affine: bool = true, eps: float = 1e-5](x: vec[c]) -> vec[c] {
  require eps > 0
  weight scale[c] when affine
  weight shift[c] when affine
  law pure, norm
  law keeps_zero when not affine
  law linear_in_weights when affine
}

"""Layer normalisation of each step by itself."""
op layer_norm[affine: bool = true, eps: float = 1e-5](x: seq[t, c]) -> seq[t, c] {
  require eps > 0
  weight scale[c] when affine
  weight shift[c] when affine
  law pure, norm
  law keeps_zero when not affine
  law linear_in_weights when affine
}

"""Layer normalisation of the channels at each pixel of an image by themselves."""
op layer_norm[affine: bool = true, eps: float = 1e-5](x: image[c, h, w]) -> image[c, h, w] {
  require eps > 0
  weight scale[c] when affine
  weight shift[c] when affine
  law pure, norm
  law keeps_zero when not affine
  law linear_in_weights when affine
}

"""Layer normalisation of the channels at each time of a signal by themselves."""
op layer_norm[affine: bool = true, eps: float = 1e-5](x: signal[c, t]) -> signal[c, t] {
  require eps > 0
  weight scale[c] when affine
  weight shift[c] when affine
  law pure, norm
  law keeps_zero when not affine
  law linear_in_weights when affine
}

"""Layer normalisation of the channels at each voxel of a volume by themselves."""
op layer_norm[affine: bool = true, eps: float = 1e-5](x: volume[c, d, h, w]) -> volume[c, d, h, w] {
  require eps > 0
  weight scale[c] when affine
  weight shift[c] when affine
  law pure, norm
  law keeps_zero when not affine
  law linear_in_weights when affine
}
