"""Hierarchical representations (Liu et al. 2017, arXiv:1711.00436): 7^46 genotypes.

Six motifs of four nodes choose one of six primitives, or none, for each pair of nodes; the cell, of five nodes, chooses
one of the motifs, or none. What a node does not get is absent, and what leads only to it decides nothing.
"""
use std.image: conv_bn_relu

choice primitive(x: image[c, h, w]) {
    none      = absent
  | conv_1x1  = conv_bn_relu[c, 1]
  | depthwise = conv_bn_relu[c, 3, groups = c]
  | separable = conv[c, 3, groups = c] |> conv_bn_relu[c, 1]
  | max_pool  = max_pool[3]
  | avg_pool  = avg_pool[3]
  | identity  = identity
}

block merge[c](*xs: image) = concat(xs) |> conv_bn_relu[c, 1]

cell motif[m in 0..5](x: image[c, h, w]) {
  nodes n[3] after (x) { return merge[c](primitive(e) for e in earlier) }
  return n[-1]
}

cell assembled(x: image[c, h, w]) {
  nodes n[4] after (x) { return merge[c]((choose { none = absent | motif[m] for m in 0..5 })(e) for e in earlier) }
  return n[-1]
}

network hierarchical[width = 16, classes = 10, channels = 3, size = 32](x: image[channels, size, size])
  -> vec[classes] {
  let y = x |> conv_bn_relu[width, 3] |> assembled
  require present(y)
  return y |> conv_bn_relu[2 * width, 3, 2] |> assembled |> conv_bn_relu[4 * width, 3, 2] |> assembled
    |> global_avg_pool |> linear[classes]
}
