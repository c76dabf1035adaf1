"""NASNet (Zoph, Vasudevan, Shlens & Le 2017, arXiv:1707.07012): 2,286,906,949,584,691,200 cells of each kind.

A block applies one op each to two states, the cell's inputs and earlier blocks, and adds or concatenates the results.
A cell gives the states that no block took; `flags = true` chooses which, as the released cells do. A cell has `first`
set where there is no cell before the last: then it reads the stem as it is. After a reduction, `skip` gives a cell what
the reduction had for its second input.

Check figures: NASNet-A, `flags = true`: 3,346,538 parameters and 544,333,312 MACs (6 @ 768); 5,289,978 and 563,638,816
(4 @ 1056, the defaults of `nasnet_imagenet`); 88,753,150 and 23,783,414,658 (6 @ 4032: c = 168, n = 6, stem = 96,
skip = true, size = 331).
"""
use std.image: conv_bn, conv_bn_relu, relu_conv_bn

block halve[c](x: image) {
  let even = x |> conv[c // 2, 1, 2]
  let odd = x |> shift |> conv[c - c // 2, 1, 2]
  return concat(even, odd) |> bn
}

block to_width[c](x: image[cx, h, w]) = identity if cx == c else conv_bn[c, 1]

block to_cell[c, height](x: image[cx, h, w]) {
  return x |> (relu |> halve[c] if h != height else relu_conv_bn[c, 1] if cx != c else identity)
}

block to_end[c, before](x: image[cx, h, w]) = halve[c] if h == before else conv_bn[c, 1] if cx != c else identity

block pass_on[c, stride](x: image[cx, h, w]) = identity if stride == 1 and cx == c else relu_conv_bn[c, 1, stride]

block by_axis[c, kernel, stride](x: image) {
  return x |> relu_conv_bn[c, [1, kernel], [1, stride]] |> relu_conv_bn[c, [kernel, 1], [stride, 1]]
}

block half_sep[c, kernel, stride](x: image[cx, h, w]) {
  return x |> relu |> conv[cx, kernel, stride, groups = cx] |> conv_bn[c, 1]
}

block sep[c, kernel, stride](x: image) = half_sep[c, kernel, stride] |> half_sep[c, kernel, 1]

choice edge_op[c, stride](x: image) {
    identity     = pass_on[c, stride]
  | conv_1x3_3x1 = by_axis[c, 3, stride] |> drop_path
  | conv_1x7_7x1 = by_axis[c, 7, stride] |> drop_path
  | dil_conv_3x3 = relu |> conv_bn[c, 3, stride, 2] |> drop_path
  | avg_pool_3x3 = avg_pool[3, stride] |> to_width[c] |> drop_path
  | max_pool_3x3 = max_pool[3, stride] |> to_width[c] |> drop_path
  | max_pool_5x5 = max_pool[5, stride] |> to_width[c] |> drop_path
  | max_pool_7x7 = max_pool[7, stride] |> to_width[c] |> drop_path
  | conv_1x1     = relu_conv_bn[c, 1, stride] |> drop_path
  | conv_3x3     = relu_conv_bn[c, 3, stride] |> drop_path
  | sep_conv_3x3 = sep[c, 3, stride] |> drop_path
  | sep_conv_5x5 = sep[c, 5, stride] |> drop_path
  | sep_conv_7x7 = sep[c, 7, stride] |> drop_path
}

choice merge(x: image, y: image) { add = x + y | concat = concat(x, y) }

cell normal[c, flags, first = false](a: image[ca, ha, wa], b: image) {
  let p = a |> relu_conv_bn[c, 1]
  let q = b if first else b |> to_cell[c, ha]
  nodes h[5] after (p, q) {
    let left = choose one of earlier
    let right = choose one of earlier
    return merge(edge_op[c, 1](left), edge_op[c, 1](right))
  }
  return concat(choose 1.. of [p, q |> to_end[c, 0]] + h) if flags
    else concat(to_end[c, 0](e) for e in loose(p, q), loose(h))
}

cell reduce[c, flags, first = false](a: image[ca, ha, wa], b: image) {
  let p = a |> relu_conv_bn[c, 1]
  let q = b if first else b |> to_cell[c, ha]
  nodes h[5] after (p, q) {
    let left = choose one of earlier
    let right = choose one of earlier
    return merge(edge_op[c, 2 if left.index < 2 else 1](left), edge_op[c, 2 if right.index < 2 else 1](right))
  }
  return concat(choose 1.. of [p |> to_end[c, ha], q |> to_end[c, ha]] + h) if flags
    else concat(to_end[c, ha](e) for e in loose(p, q), loose(h))
}

block stack[c, n, flags, skip = false, first = false](a: image, b: image) {
  nodes s[3 * n + 2] after (b, a) as i {
    let width = c * (4 if i > 2 * n else 2 if i >= n else 1)
    let before = earlier[-3] if skip and i in [n + 1, 2 * n + 2] else earlier[-2]
    return (reduce if i in [n, 2 * n + 1] else normal)[width, flags, first and i == 0](earlier[-1], before)
  }
  return s[-1], s[2 * n]
}

block whole[out](x: image[c, h, w]) = conv_bn_relu[out, [h, w], pad = "valid"]

block auxiliary_head[classes](x: image) {
  return x |> relu |> avg_pool[5, 3, "valid"] |> conv_bn_relu[128, 1] |> whole[768] |> flatten |> linear[classes]
}

network nasnet[
  c = 32, n = 6, flags = false, auxiliary = false, classes = 10, channels = 3, size = 32
](x: image[channels, size, size]) -> vec[classes] {
  let stem = x |> conv_bn[3 * c, 3]
  let last, middle = stack[c, n, flags, first = true](stem, stem)
  let head = auxiliary_head[classes](middle) if auxiliary else absent
  return last |> relu |> global_avg_pool |> linear[classes], aux = head
}

network nasnet_imagenet[
  c = 44, n = 4, stem = 32, skip = false, rate = 0.5, flags = false, auxiliary = false, classes = 1000, channels = 3,
  size = 224
](x: image[channels, size, size]) -> vec[classes] {
  let start = x |> conv_bn[stem, 3, 2, pad = "valid"]
  let outer = reduce[c // 4, flags, true](start, start)
  let inner = reduce[c // 2, flags](outer, start)
  let last, middle = stack[c, n, flags, skip](inner, outer)
  let head = auxiliary_head[classes](middle) if auxiliary else absent
  return last |> relu |> global_avg_pool |> dropout[rate] |> linear[classes], aux = head
}
