"""NAS-Bench-201 (Dong & Yang 2020, arXiv:2001.00326): 15,625 cells.

Check figures at 10 classes: 73,306 + 28,000 n1 + 243,040 n3 parameters for a cell with n1 1x1 and n3 3x3 convolutions.
"""
use std.image: conv_bn, relu_conv_bn, resnet_reduce

choice edge_op(x: image[c, h, w]) {
    none         = zero
  | skip_connect = identity
  | nor_conv_1x1 = relu_conv_bn[c, 1]
  | nor_conv_3x3 = relu_conv_bn[c, 3]
  | avg_pool_3x3 = avg_pool[3]
}

cell node_cell(x: image) {
  nodes n[3] after (x) { return sum(edge_op(e) for e in earlier) }
  return n[2]
}

network nas_bench_201[width = 16, per_stage = 5, classes = 10, channels = 3, size = 32](x: image[channels, size, size])
  -> vec[classes] {
  return x |> conv_bn[width, 3]
    |> repeat per_stage { node_cell } |> resnet_reduce[2 * width]
    |> repeat per_stage { node_cell } |> resnet_reduce[4 * width]
    |> repeat per_stage { node_cell }
    |> bn |> relu |> global_avg_pool |> linear[classes]
}
