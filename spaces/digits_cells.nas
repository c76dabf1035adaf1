"""A small cell space for the built-in digits (8 x 8 gray images): one cell, stacked twice at each of two widths.

Three nodes take one or two earlier tensors each. Half of the ops have no weights, so that networks differ much.
"""
use std.image: conv_bn, relu_conv_bn, sep_conv

choice edge_op(x: image[c, h, w]) {
    conv_1x1 = relu_conv_bn[c, 1]
  | conv_3x3 = relu_conv_bn[c, 3]
  | sep_3x3  = sep_conv[c, 3]
  | max_3x3  = max_pool[3]
  | blur     = avg_pool[3]
  | skip     = identity
}

cell node_cell(x: image[c, h, w]) {
  nodes n[3] after (x) { return sum(edge_op(e) for e in choose 1..2 of earlier) }
  return concat(n) |> relu_conv_bn[c, 1]
}

network digits_cells[width = 16, classes = 10, channels = 1, size = 8](x: image[channels, size, size]) -> vec[classes] {
  let squeeze = choose {
      strided = relu_conv_bn[2 * width, 3, 2]
    | pooled  = max_pool[2, 2, "valid"] |> relu_conv_bn[2 * width, 1]
  }
  return x |> conv_bn[width, 3]
    |> repeat 2 { node_cell } |> squeeze
    |> repeat 2 { node_cell }
    |> bn |> relu |> global_avg_pool |> linear[classes]
}
