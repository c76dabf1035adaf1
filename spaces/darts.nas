"""DARTS (Liu, Simonyan & Yang 2018, arXiv:1806.09055): 1,037,664,180 cells of each kind.

Check figures: DARTS_V2 at c = 36, 20 cells: 3,349,342 parameters, 3,825,768 with the auxiliary head,
528,359,040 MACs; the supernet at c = 16, 8 cells, search: 1,930,618 weights.
"""
use std.image: conv_bn, sep_conv, dil_conv, factorized_reduce, preprocess, auxiliary_head

block pool_norm[search](x) = x |> (bn[affine = false] if search else identity)

choice edge_op[stride, search](x: image[c, h, w]) {
    none         = zero[stride] when search
  | max_pool_3x3 = max_pool[3, stride] |> pool_norm[search] |> drop_path
  | avg_pool_3x3 = avg_pool[3, stride] |> pool_norm[search] |> drop_path
  | skip_connect = identity if stride == 1 else factorized_reduce[c, not search] |> drop_path
  | sep_conv_3x3 = sep_conv[c, 3, stride, not search] |> drop_path
  | sep_conv_5x5 = sep_conv[c, 5, stride, not search] |> drop_path
  | dil_conv_3x3 = dil_conv[c, 3, stride, not search] |> drop_path
  | dil_conv_5x5 = dil_conv[c, 5, stride, not search] |> drop_path
}

cell normal[c, search](a: image[ca, ha, wa], b: image[cb, hb, wb]) {
  nodes h[4] after (preprocess[c, ha // hb, not search](a), preprocess[c, 1, not search](b)) {
    return sum(edge_op[1, search](e) for e in choose 2 of earlier)
  }
  return concat(h)
}

cell reduce[c, search](a: image[ca, ha, wa], b: image[cb, hb, wb]) {
  nodes h[4] after (preprocess[c, ha // hb, not search](a), preprocess[c, 1, not search](b)) {
    return sum(edge_op[2 if e.index < 2 else 1, search](e) for e in choose 2 of earlier)
  }
  return concat(h)
}

network darts[
  c = 36, cells = 20, search = false, auxiliary = false, classes = 10, channels = 3, size = 32
](x: image[channels, size, size]) -> vec[classes] {
  let stem = x |> conv_bn[3 * c, 3]
  let first = cells // 3
  let second = 2 * cells // 3
  nodes s[cells] after (stem, stem) as i {
    let width = c * (4 if i >= second else 2 if i >= first else 1)
    return (reduce if i in [first, second] else normal)[width, search](earlier[-2], earlier[-1])
  }
  return s[-1] |> global_avg_pool |> linear[classes], aux = auxiliary_head[classes](s[second]) if auxiliary else absent
}
