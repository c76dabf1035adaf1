"""ENAS, recurrent cells (Pham et al. 2018, arXiv:1802.03268): 4^12 11! = 669,692,775,628,800 cells of 12 nodes.

The first node sees the input and the state, each other one node before it; each has one of four activations. A matrix
serves one node, source and activation, so that a network which shares weights keeps them apart. The cell gives the mean
of the nodes that no other takes.
"""
use std.recurrent: blend, first as start

choice first(x: vec[d], h: vec[d]) {
    tanh     = start[d, tanh](x, h)
  | relu     = start[d, relu](x, h)
  | sigmoid  = start[d, sigmoid](x, h)
  | identity = start[d, identity](x, h)
}

block from[act](s: vec[d]) = blend[act](s, s |> linear[2 * d, bias = false])

choice node(s: vec[d]) {
    tanh     = from[tanh]
  | relu     = from[relu]
  | sigmoid  = from[sigmoid]
  | identity = from[identity]
}

cell rnn[n](x: vec[d], h: vec[d]) -> vec[d] {
  let begin = first(x, h)
  nodes s[n - 1] after (begin) { return sum(node(e) for e in choose 1 of earlier) }
  return mean(loose(begin, s))
}

network enas_rnn[d = 200, vocab = 10000, steps = 35, n = 12](x: tokens[steps], h: vec[d])
  -> (seq[steps, vocab], vec[d]) {
  let table = shared embed[vocab, d]
  let y, last = scan[rnn[n], h](x |> table)
  return y |> unembed[table], last
}
