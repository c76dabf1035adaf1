"""Huge spaces whose only mistake needs three particular decisions, made far from each other."""

choice act(x: image[c, h, w]) { relu | relu6 | tanh | sigmoid }

"""Of static values: one of 75 combinations is wrong."""
network statics[c = 8, wrong = true](x: image[c, 8, 8]) -> image[c, 8, 8] {
  let first = choose one of 1..5
  let y = x |> repeat 12 { act }
  let second = choose one of 1..5
  let z = y |> repeat 12 { act }
  let third = choose { 1 | 3 | 5 }
  let met = first == 4 and second == 2 and third == 5
  return z |> repeat 12 { act } |> conv[c, 2 if met and wrong else 3]
}

block width(x: image[c, h, w]) = c
block grow(x: image[c, h, w]) = x |> choose { by = conv[c + k, 1] for k in 1..4 }

"""Of the widths of tensors: one of 64 combinations is wrong."""
network widths[c = 8, wrong = true](x: image[c, 8, 8]) -> image[c, 8, 8] {
  let first = x |> repeat 12 { act } |> grow
  let second = x |> repeat 12 { act } |> grow
  let third = x |> repeat 12 { act } |> grow
  let met = width(first) == 9 and width(second) == 11 and width(third) == 12
  return concat(first, second, third) |> conv[c, 2 if met and wrong else 3]
}

cell kernel = choose one of [1, 3, 5, 7]

cell body(x: image[c, h, w]) {
  nodes h[6] after (x) { return sum(act(e) for e in choose 1..2 of earlier) }
  return h[-1]
}

"""Of a cell, a tied layer and a subset: one of 128 combinations is wrong."""
network parts[c = 8, wrong = true](x: image[c, 8, 8]) -> image[c, 8, 8] {
  let f = tied choose { same = conv[c, 3] | more = conv[c + 1, 3] }
  let taken = choose any of 0..3
  let y = x |> repeat 4 { body } |> repeat 14 { act } |> f
  let met = taken == [3] and kernel() == 7
  return y |> conv[9 * c, kernel()] |> f |> conv[c, 1, groups = 4 if met and wrong else 1]
}
