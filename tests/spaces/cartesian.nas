"""A space of CGP-CNN's kind: nodes on a line, each with a type and two connections, of which some types use one.

A node that the output does not depend on decides all the same; so do second connections that nothing uses. Three nodes
or more are active.
"""
use std.image: conv_bn_relu

block of_two[kind](x: image[c, h, w], y: image) = x + y if kind == "sum" else conv_bn_relu[c, 3](x) if kind == "conv" else max_pool[3](x)

network cartesian[n = 5, back = 4](x: image[4, 8, 8]) -> vec[10] {
  nodes v[n] after (x) as i {
    let kind = choose one of ["conv", "pool", "sum"]
    let first = choose one of earlier[max([0, i - back + 1]):]
    let second = choose one of earlier[max([0, i - back + 1]):]
    return of_two[kind](first, second)
  }
  let last = choose one of v
  require live(v) >= 2
  return last |> global_avg_pool |> linear[10]
}
