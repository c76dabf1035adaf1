"""Cells of AmoebaNet's kind, of two blocks: a block takes two states and an op for each, and adds the results."""
use std.image: conv_bn

choice edge_op[c](x: image) {
    identity = identity
  | avg_pool = avg_pool[3]
  | max_pool = max_pool[3]
  | conv_3x3 = conv_bn[c, 3]
}

cell normal[c](a: image, b: image) {
  nodes h[2] after (a, b) {
    let left = choose one of earlier
    let right = choose one of earlier
    return edge_op[c](left) + edge_op[c](right)
  }
  return concat(loose(h)) |> conv_bn[c, 1]
}

cell reduce[c](a: image, b: image) {
  nodes h[2] after (a, b) {
    let left = choose one of earlier
    let right = choose one of earlier
    return edge_op[c](left) + edge_op[c](right)
  }
  return concat(loose(h)) |> conv_bn[c, 1]
}

network amoeba[c = 4](x: image[3, 8, 8]) -> vec[10] {
  let stem = x |> conv_bn[c, 3]
  let y = normal[c](stem, stem)
  return reduce[c](y, stem) |> global_avg_pool |> linear[10]
}
