"""DARTS, recurrent cells (Liu, Simonyan & Yang 2018, arXiv:1806.09055): 8! 4^8 = 2,642,411,520 cells.

Each node takes one of those before it through one matrix of its own, whatever the source and the activation. The words
are read and scored by one table. With `d = 850` and the 10,000 words of PTB it has 22,960,000 weights; at
`d = 300, search = true` 4,810,000; with `d = 700, vocab = 33278` (WikiText-2) 33,127,878.
"""
use std.recurrent: blend, first

choice act[search](s: vec[d], y: vec[2 * d]) {
    none     = zero(s) when search
  | tanh     = blend[tanh](s, y)
  | relu     = blend[relu](s, y)
  | sigmoid  = blend[sigmoid](s, y)
  | identity = blend[identity](s, y)
}

cell rnn[n = 8, search = false](x: vec[d], h: vec[d]) -> vec[d] {
  nodes s[n] after (first[d](x, h)) {
    let w = shared linear[2 * d, bias = false]
    return sum(act[search](e, w(e)) for e in choose 1 of earlier)
  }
  return mean(s)
}

network darts_rnn[d = 850, vocab = 10000, steps = 35, n = 8, search = false](x: tokens[steps], h: vec[d])
  -> (seq[steps, vocab], vec[d]) {
  let table = shared embed[vocab, d]
  let y, last = scan[rnn[n, search], h](x |> table)
  return y |> unembed[table] |> add_bias, last
}
