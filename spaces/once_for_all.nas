"""Once-for-All on MobileNetV3 (Cai et al. 2019, arXiv:1908.09791): 7,371^5 = 21,758,655,492,572,485,851 networks.

Each of five units has two to four layers, each layer a kernel and a ratio of expansion. The resolution is the static
`size`, a multiple of 32 from 128 to 224 in the paper.
"""
use std.image: conv_bn, inverted_residual

block layer[out, stride, se, act](x: image[c, h, w]) {
  let kernel = choose { 3 | 5 | 7 }
  let expand = choose { 3 | 4 | 6 }
  let hidden = round_to(c * expand, 8)
  return x |> inverted_residual[out, kernel, hidden, stride, round_to(hidden * 0.25, 8) if se else 0, act, hard_sigmoid]
}

block unit[out, stride, se, act](x: image) {
  return x |> repeat choose one of 2..4 as i { layer[out, stride if i == 0 else 1, se, act] }
}

network once_for_all[classes = 1000, channels = 3, size = 224](x: image[channels, size, size]) -> vec[classes] {
  return x |> conv_bn[16, 3, 2] |> hard_swish |> inverted_residual[16, 3, 16, act = relu]
    |> unit[24, 2, false, relu] |> unit[40, 2, true, relu] |> unit[80, 2, false, hard_swish]
    |> unit[112, 1, true, hard_swish] |> unit[160, 2, true, hard_swish]
    |> conv_bn[960, 1] |> hard_swish |> global_avg_pool |> linear[1280, bias = false] |> hard_swish
    |> dropout[0.1] |> linear[classes]
}
