"""ENAS, recurrent cells (Pham et al. 2018, arXiv:1802.03268): 4^12 11! = 669,692,775,628,800 cells of 12 nodes.

The first node sees the input and the state, each other one node before it; each has one of four activations. A matrix
serves one node, source and activation, so that a network which shares weights keeps them apart. The cell gives the mean
of the nodes that no other takes.
"""
use std.recurrent: blend, highway

choice first(x: vec[d], h: vec[d]) {
    tanh     = highway[tanh](x, h)
  | relu     = highway[relu](x, h)
  | sigmoid  = highway[sigmoid](x, h)
  | identity = highway[identity](x, h)
}

block from[act](s: vec[d]) = blend[act](s, s |> linear[2 * d, bias = false])

choice node(s: vec[d]) {
    tanh     = from[tanh]
  | relu     = from[relu]
  | sigmoid  = from[sigmoid]
  | identity = from[identity]
}

cell rnn[n](x: vec[d], h: vec[d]) -> vec[d] {
  let start = first(x, h)
  nodes s[n - 1] after (start) { return sum(node(e) for e in choose 1 of earlier) }
  return mean(loose(start, s))
}

network enas_rnn[d = 200, vocab = 10000, steps = 35, n = 12](x: tokens[steps], h: vec[d])
  -> (seq[steps, vocab], vec[d]) {
  let table = shared embed[vocab, d]
  let y, last = scan[rnn[n], h](x |> table)
  return y |> unembed[table], last
}
