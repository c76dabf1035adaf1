"""SqueezeNAS (Shaw et al. 2019, arXiv:1908.01748): 13^20 small segmentation networks, 13^22 large and extra large ones.

Each of the layers is one of twelve inverted residuals, or a skip that has weights only where the type changes. The scores
are those of the pixels of Cityscapes. The network found for low latency has, if small, 465,774 weights and 4,465,098,752
multiply-accumulates.
"""
use std.image: conv_bn, conv_bn_relu, factorized_reduce, relu_conv_bn
use std.segmentation: aspp, lr_aspp

block inverse[out, kernel, dilation, expand, groups, stride](x: image[c, h, w]) {
  let wide = x |> conv_bn_relu[c * expand, 1, groups = groups]
  return wide |> conv_bn_relu[c * expand, kernel, stride, dilation, c * expand] |> conv_bn[out, 1, groups = groups]
}

choice branch[out, stride](x: image[c, h, w]) {
    inverse = inverse[out, k, d, e, g, stride]
      for k in [3, 5]
      for d in [1, 2]
      for e in [1, 3, 6]
      for g in [1, 2]
      if (k == 3 or d == 1) and (e == 1 or g == 1)
  | skip    = factorized_reduce[out] if stride == 2 else zero if c == out else relu_conv_bn[out, 1]
}

block layer[out, stride](x: image[c, h, w]) {
  let y = branch[out, stride](x)
  return x + y if stride == 1 and c == out else y
}

block stage[out, n, stride](x: image) = repeat n as i { layer[out, stride if i == 0 else 1] }

network squeezenas[
  classes = 19, window = 49, window_stride = [16, 20], channels = 3, height = 1024, width = 2048
](x: image[channels, height, width]) -> image[classes, height, width] {
  let low = x |> conv_bn_relu[16, 3, 2] |> stage[16, 4, 2] |> stage[24, 4, 2]
  let high = low |> stage[40, 4, 2] |> stage[48, 4, 1] |> stage[96, 4, 1] |> conv_bn_relu[256, 1]
  return lr_aspp[classes, 128, window, window_stride](high, low) |> resize_bilinear[[height, width], true]
}

network squeezenas_large[
  classes = 19, window = 49, window_stride = [16, 20], channels = 3, height = 1024, width = 2048
](x: image[channels, height, width]) -> image[classes, height, width] {
  let low = x |> conv_bn_relu[16, 3, 2] |> layer[16, 1] |> stage[24, 4, 2] |> stage[32, 4, 2]
  let high = low |> stage[64, 4, 2] |> stage[96, 4, 1] |> stage[160, 4, 1] |> layer[160, 1]
  return lr_aspp[classes, 128, window, window_stride](high, low) |> resize_bilinear[[height, width], true]
}

network squeezenas_xlarge[classes = 19, channels = 3, height = 1024, width = 2048](x: image[channels, height, width])
  -> image[classes, height, width] {
  let low = x |> conv_bn_relu[48, 3, 2] |> layer[24, 1] |> stage[32, 4, 2]
  let high = low |> stage[48, 4, 2] |> stage[96, 4, 2] |> stage[144, 4, 1] |> stage[240, 4, 1] |> layer[320, 1]
  let context = high |> aspp[160, groups = 160] |> resize_bilinear[[height // 4, width // 4], true]
  let both = concat(context, low |> conv[32, 1, bias = true]) |> conv_bn_relu[192, 3, groups = 192]
  return both |> conv[classes, 1, bias = true] |> resize_bilinear[[height, width], true]
}
