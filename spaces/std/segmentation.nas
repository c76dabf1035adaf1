"""Heads that say a class for each pixel."""
use std.image: conv_bn_relu

"""The lite head of MobileNetV3 (Howard et al. 2019): `high` features gated by their means, and scores of finer ones.

The means are of windows of `window` pixels at a stride, and spread over the map again.
"""
block lr_aspp[classes, mid = 128, window = 49, stride = [16, 20]](high: image[c, h, w], low: image[cl, hl, wl]) {
  let gate = high |> avg_pool[window, stride, "valid"] |> conv[mid, 1, bias = true] |> sigmoid
  let gated = product(high |> conv_bn_relu[mid, 1], gate |> resize_bilinear[[h, w]])
  let scores = gated |> resize_bilinear[[hl, wl]] |> conv[classes, 1, bias = true]
  return scores + (low |> conv[classes, 1, bias = true])
}

"""A spatial pyramid (Chen et al. 2017): the map through windows of several rates, `groups` of channels, and its mean."""
block aspp[mid, rates = [6, 12, 18], groups = 1](x: image[c, h, w]) {
  let near = x |> conv_bn_relu[mid, 1]
  let far = [conv_bn_relu[mid, 3, 1, rate, groups](x) for rate in rates]
  let whole = x |> avg_pool[[h, w], 1, "valid"] |> resize[[h, w]]
  return concat([near] + far + [whole]) |> conv_bn_relu[mid, 1]
}
