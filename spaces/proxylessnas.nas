"""ProxylessNAS (Cai, Zhu & Han 2018, arXiv:1812.00332): a choice at every layer; 6^6 7^15 networks for ImageNet.

A layer that keeps its input's type may be skipped: the identity shortcut around each block then stands alone.
"""
use std.image: conv_bn, mbconv

block layer[out, stride](x: image[c, h, w]) {
  return x |> choose {
      mb   = mbconv[out, k, e, stride] for k in [3, 5, 7] for e in [3, 6]
    | skip = identity when stride == 1 and out == c
  }
}

block stage[out, n, stride](x: image) {
  return x |> repeat n as i { layer[out, stride if i == 0 else 1] }
}

network proxylessnas[classes = 1000, channels = 3, size = 224](x: image[channels, size, size]) -> vec[classes] {
  return x |> conv_bn[32, 3, 2] |> relu6 |> mbconv[16, 3, 1]
    |> stage[24, 4, 2] |> stage[40, 4, 2] |> stage[80, 4, 2] |> stage[96, 4, 1] |> stage[192, 4, 2] |> stage[320, 1, 1]
    |> conv_bn[1280, 1] |> relu6 |> global_avg_pool |> linear[classes]
}
