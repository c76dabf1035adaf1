"""A grammar in the spirit of einspace (Ericsson et al. 2024, arXiv:2405.20838): about 1.4e59 networks of two modules.

A module of an image computes, follows one module by another, lets two modules see the same image and joins them, parts
the channels among two, or turns to the sequence of all pixels and back. A module of a sequence computes, follows one by
another, joins two, or attends: queries, keys and values are modules. So convolutional networks, transformers and what is
between are sentences of one grammar. Modules of one kind are nested at most three deep: there are S(1) = 5 modules of
sequences and G(1) = 6 + S(3) of images that hold no other of their kind, S(n + 1) = 5 + 3 S(n)^2 + S(n)^3, and
G(n + 1) = 6 + S(3) + 4 G(n)^2; the networks are G(3)^2.
"""
use std.image: conv_bn

choice compute_image(x: image[c, h, w]) {
    identity
  | pointwise = conv_bn[c, 1]
  | spatial   = conv_bn[c, 3]
  | depthwise = conv_bn[c, 3, groups = c]
  | pool      = avg_pool[3]
  | relu
}

choice compute_steps(x: seq[t, d]) {
    identity
  | linear   = linear[d]
  | norm     = layer_norm
  | position = add_position
  | gelu
}

block steps(x: seq[t, d]) depth 3 = x |> choose {
    compute = compute_steps
  | chain   = steps |> steps
  | both    = alike_steps
  | attend  = attending
}

block alike_steps(x: seq[t, d]) {
  let a = x |> steps
  let b = x |> steps
  return choose { sum = a + b | product = product(a, b) }
}

block attending(x: seq[t, d]) {
  let q = x |> steps
  let k = x |> steps
  let v = x |> steps
  return attention(q, k, v)
}

block grid(x: image[c, h, w]) depth 3 = x |> choose {
    compute = compute_image
  | chain   = grid |> grid
  | both    = alike_grids
  | parts   = parted when c % 2 == 0
  | steps   = to_seq |> steps |> to_image[[h, w]]
}

block alike_grids(x: image[c, h, w]) {
  let a = x |> grid
  let b = x |> grid
  return choose { sum = a + b | product = product(a, b) }
}

block parted(x: image[c, h, w]) {
  let a, b = split[c // 2](x)
  return concat(a |> grid, b |> grid)
}

network einspace[width = 32, classes = 10, channels = 3, size = 32](x: image[channels, size, size]) -> vec[classes] {
  let stem = x |> conv_bn[width, 3] |> max_pool[2, 2, "valid"]
  return stem |> grid |> max_pool[2, 2, "valid"] |> grid |> global_avg_pool |> linear[classes]
}
