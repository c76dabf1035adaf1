"""MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381): one network, no choice.

Check figures at 224 x 224 and 1,000 classes: 3,504,872 parameters, 300,774,272 MACs.
"""
use std.image: conv_bn, mbconv

block stage[expand, out, n, stride](x: image) {
  return x |> repeat n as i { mbconv[out, 3, expand, stride if i == 0 else 1] }
}

network mobilenet_v2[width = 1.0, classes = 1000, channels = 3, size = 224](x: image[channels, size, size])
  -> vec[classes] {
  let scaled = [round_to(c * width, 8) for c in [32, 16, 24, 32, 64, 96, 160, 320]]
  return x |> conv_bn[scaled[0], 3, 2] |> relu6
    |> stage[1, scaled[1], 1, 1] |> stage[6, scaled[2], 2, 2] |> stage[6, scaled[3], 3, 2] |> stage[6, scaled[4], 4, 2]
    |> stage[6, scaled[5], 3, 1] |> stage[6, scaled[6], 3, 2] |> stage[6, scaled[7], 1, 1]
    |> conv_bn[max(1280, round_to(1280 * width, 8)), 1] |> relu6
    |> global_avg_pool |> dropout[0.2] |> linear[classes]
}
