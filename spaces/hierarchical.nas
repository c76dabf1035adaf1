"""Hierarchical representations (Liu et al. 2017, arXiv:1711.00436): 7^46 genotypes.

Six motifs of four nodes choose one of six primitives, or none, for each pair of nodes; the cell, of five nodes, chooses
one of the motifs, or none. Motifs that no edge uses, and edges from nodes that nothing leads to, decide nothing: so
there are 40,130,806,147,426,002,351,107,269,913,527,916,748 networks. The paper joins by concatenation, and keeps the
width; a pointwise convolution after it does that here.
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

block halve[out](x: image[c, h, w]) = conv[c, 3, 2, groups = c] |> conv_bn_relu[out, 1]

block merge[c](*xs: image) = concat(xs) |> conv_bn_relu[c, 1]

cell motif[m in 0..5, size](x: image[c, h, w]) {
  nodes n[size - 1] after (x) { return merge[c](primitive(e) for e in earlier) }
  return n[-1]
}

cell assembled[size, motif_size](x: image[c, h, w]) {
  nodes n[size - 1] after (x) {
    return merge[c](choose { none = absent | motif[m, motif_size] for m in 0..5 }(e) for e in earlier)
  }
  return n[-1]
}

network hierarchical[
  width = 16, nodes_of_cell = 5, nodes_of_motif = 4, classes = 10, channels = 3, size = 32
](x: image[channels, size, size]) -> vec[classes] {
  let layer = assembled[nodes_of_cell, nodes_of_motif]
  let y = x |> conv_bn_relu[width, 3] |> layer
  require present(y)
  return y |> halve[2 * width] |> layer |> halve[4 * width] |> layer |> global_avg_pool |> linear[classes]
}
