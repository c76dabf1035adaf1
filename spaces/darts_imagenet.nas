"""DARTS' cells on ImageNet (Liu, Simonyan & Yang 2018, arXiv:1806.09055): found in `darts`, stacked on a larger stem.

Check figures: DARTS_V2 at c = 48, 14 cells: 4,718,752 parameters, 5,979,528 with the auxiliary head, 529,911,552 MACs.
"""
use std.image: conv_bn, auxiliary_head_imagenet
use darts: normal, reduce

network darts_imagenet[
  c = 48, cells = 14, search = false, auxiliary = false, classes = 1000, channels = 3, size = 224
](x: image[channels, size, size]) -> vec[classes] {
  let wide = x |> conv_bn[c // 2, 3, 2] |> relu |> conv_bn[c, 3, 2]
  let narrow = wide |> relu |> conv_bn[c, 3, 2]
  let first = cells // 3
  let second = 2 * cells // 3
  nodes s[cells] after (wide, narrow) as i {
    let width = c * (4 if i >= second else 2 if i >= first else 1)
    return (reduce if i in [first, second] else normal)[width, search](earlier[-2], earlier[-1])
  }
  let head = auxiliary_head_imagenet[classes](s[second]) if auxiliary else absent
  return s[-1] |> global_avg_pool |> linear[classes], aux = head
}
