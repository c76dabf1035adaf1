"""Building blocks for networks on images, as the papers define them."""

"""A convolution and its norm."""
block conv_bn[out, kernel = 3, stride = 1, dilation = 1, groups = 1, affine = true, pad = "same"](x: image) {
  return x |> conv[out, kernel, stride, dilation, groups, false, pad] |> bn[affine]
}

"""A convolution, its norm, and `relu`."""
block conv_bn_relu[out, kernel = 3, stride = 1, dilation = 1, groups = 1, affine = true, pad = "same"](x: image) {
  return x |> conv_bn[out, kernel, stride, dilation, groups, affine, pad] |> relu
}

"""`relu`, a convolution and its norm."""
block relu_conv_bn[out, kernel, stride = 1, affine = true](x: image) {
  return x |> relu |> conv_bn[out, kernel, stride, affine = affine]
}

"""DARTS' separable convolution: `relu`, depthwise, pointwise, norm, twice; the first at the stride."""
block sep_conv[out, kernel, stride = 1, affine = true](x: image[c, h, w]) {
  let first = x |> relu |> conv[c, kernel, stride, groups = c] |> conv_bn[c, 1, affine = affine]
  return first |> relu |> conv[c, kernel, groups = c] |> conv_bn[out, 1, affine = affine]
}

"""DARTS' dilated convolution: `relu`, depthwise and dilated, pointwise, norm."""
block dil_conv[out, kernel, stride = 1, affine = true, dilation = 2](x: image[c, h, w]) {
  return x |> relu |> conv[c, kernel, stride, dilation, c] |> conv_bn[out, 1, affine = affine]
}

"""Half the size without losing every other pixel: one half of the channels sees the even ones, the other the odd."""
block factorized_reduce[out, affine = true](x: image[c, h, w]) {
  require out % 2 == 0
  let positive = relu(x)
  let even = positive |> conv[out // 2, 1, 2]
  let odd = positive |> shift |> conv[out // 2, 1, 2]
  return concat(even, odd) |> bn[affine]
}

"""Brings a cell's input to `out` channels and, where it is `ratio` = 2 times as large, to the cell's size."""
block preprocess[out, ratio = 1, affine = true](x: image) {
  require ratio == 1 or ratio == 2
  return x |> (factorized_reduce[out, affine] if ratio == 2 else relu_conv_bn[out, 1, 1, affine])
}

"""NAS-Bench-201's residual block at stride 2; its shortcut is a pool and a pointwise convolution."""
block resnet_reduce[out](x: image[c, h, w]) {
  require h % 2 == 0 and w % 2 == 0
  let shortcut = x |> avg_pool[2, 2, "valid"] |> conv[out, 1]
  let main = x |> relu_conv_bn[out, 3, 2] |> relu_conv_bn[out, 3]
  return shortcut + main
}

"""Channels weighed by what the whole image says (Hu et al. 2017); `hidden` units stand between the two matrices."""
block gate_channels[hidden, act = relu, gate = sigmoid](x: image[c, h, w]) {
  let factors = x |> global_avg_pool |> linear[hidden] |> act |> linear[c] |> gate
  return scale(x, factors)
}

"""Squeeze and excite (Hu et al. 2017) with `ratio` times as many hidden units as channels, a multiple of `divisor`."""
block squeeze_excite[ratio = 0.25, divisor = 1, act = relu, gate = sigmoid](x: image[c, h, w]) {
  return x |> gate_channels[round_to(c * ratio, divisor), act, gate]
}

"""A residual with a wide, depthwise middle of `hidden` channels: pointwise, depthwise, pointwise.

The first is left out where `hidden` is the width of the input, the shortcut where the type changes.
`squeeze` is the number of hidden units of squeeze and excite after the middle, 0 for none.
"""
block inverted_residual[
  out, kernel, hidden, stride = 1, squeeze = 0, act = relu6, gate = sigmoid, residual = true
](x: image[c, h, w]) {
  let wide = x if hidden == c else x |> conv_bn[hidden, 1] |> act
  let middle = wide |> conv_bn[hidden, kernel, stride, groups = hidden] |> act
  let gated = middle if squeeze == 0 else middle |> gate_channels[squeeze, gate = gate]
  let narrow = gated |> conv_bn[out, 1]
  return x + narrow if residual and stride == 1 and c == out else narrow
}

"""MobileNetV2's block (Sandler et al. 2018): the middle is `expand` times as wide as the input.

`se` is the ratio of squeeze and excite's hidden units to the channels of the input, as in MnasNet, 0 for none.
"""
block mbconv[out, kernel, expand, stride = 1, se = 0, act = relu6, residual = true](x: image[c, h, w]) {
  let hidden = round_to(c * expand, 1)
  let squeeze = round_to(c * se, 1) if se > 0 else 0
  return x |> inverted_residual[out, kernel, hidden, stride, squeeze, act, residual = residual]
}

"""DARTS' auxiliary classifier for CIFAR; it stands on 8 x 8 maps."""
block auxiliary_head[classes](x: image[c, h, w]) -> vec[classes] {
  require h == 8 and w == 8
  let features = x |> relu |> avg_pool[5, 3, "valid"] |> conv_bn_relu[128, 1] |> conv_bn_relu[768, 2, pad = "valid"]
  return features |> flatten |> linear[classes]
}

"""DARTS' auxiliary classifier for ImageNet; it stands on 7 x 7 maps, and its last convolution has no norm."""
block auxiliary_head_imagenet[classes](x: image[c, h, w]) -> vec[classes] {
  require h == 7 and w == 7
  let features = x |> relu |> avg_pool[5, 2, "valid"] |> conv_bn_relu[128, 1] |> conv[768, 2, pad = "valid"] |> relu
  return features |> flatten |> linear[classes]
}
