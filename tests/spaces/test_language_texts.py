# ruff: noqa: E501
"""The texts that the language was designed for run, with no more than imports and a network around them."""

import pytest

import archdsl
from archdsl.diagnostics import ArchdslError, Source
from archdsl.elaborate import load_program
from archdsl.searchspace.check import check_program

RECURRENT = """
use std.recurrent: blend, first

choice act[search](s: vec[d], y: vec[dd]) {
    none = zero(s) when search
  | tanh = blend[tanh](s, y) | relu = blend[relu](s, y) | sigmoid = blend[sigmoid](s, y) | identity = blend[identity](s, y)
}
cell rnn[n = 8, search = false](x: vec[d], h: vec[d]) -> vec[d] {
  nodes s[n] after (first[d](x, h)) {
    let w = shared linear[2 * d, bias = false]
    return sum(act[search](e, w(e)) for e in choose 1 of earlier)
  }
  return mean(s)
}
network ptb[d = 850, vocab = 10000, search = false](x: tokens[t], h: vec[d]) -> (seq[t, vocab], vec[d]) {
  let table   = shared embed[vocab, d]
  let y, last = scan[rnn[search = search], h](x |> table)
  return y |> unembed[table], last
}
"""

LAYERS = """
use std.image: mbconv
block layer[out, stride = 1](x: image[c, h, w]) {
  return x |> choose {
      mb   = mbconv[out, k, e, stride] for k in [3, 5, 7] for e in [3, 6]
    | skip = identity when stride == 1 and out == c
  }
}
block stage[out, n, stride](x: image) {
  return x |> repeat n as i { layer[out, stride if i == 0 else 1] }
}
network net(x: image[8, 16, 16]) -> image[16, 8, 8] = x |> stage[8, 2, 1] |> stage[16, 2, 2]
"""

STAGES = """
use std.image: conv_bn, mbconv, sep_conv
block stage[out, stride](x: image) {
  let kernel = choose { 3 | 5 }
  let se     = choose { 0 | 0.25 }
  let width  = round_to(out * choose { 0.75 | 1.0 | 1.25 }, 8)
  let body   = choose { conv = conv_bn[width, kernel, _] | sep = sep_conv[width, kernel, _] | mb = mbconv[width, kernel, choose { 3 | 6 }, _, se] }
  return x |> repeat choose one of 1..4 as i { body[stride if i == 0 else 1] }
}
network net(x: image[8, 16, 16]) -> vec[10] = x |> stage[16, 2] |> global_avg_pool |> linear[10]
"""

MOTIFS = """
use std.image: conv_bn_relu
choice primitive(x: image[c, h, w]) { skip = identity | conv = conv_bn_relu[c, 3] }
block merge[c](*xs: image) = concat(xs) |> conv_bn_relu[c, 1]
cell motif2[m in 0..5](x: image[c, h, w]) { nodes n[3] after (x) { return merge[c](primitive(e) for e in earlier) } return n[-1] }
cell motif3(x: image[c, h, w]) {
  nodes n[4] after (x) { return merge[c]((choose { none = absent | motif2[m] for m in 0..5 })(e) for e in earlier) }
  return n[-1]
}
network net(x: image[4, 8, 8]) -> image[4, 8, 8] {
  let y = motif3(x)
  require present(y)
  return y
}
"""

SIZES = {
    "recurrent": (RECURRENT, {"t": 35}, 2_642_411_520),
    "layers": (LAYERS, {}, 7 * 7 * 6 * 7),
    "stages": (STAGES, {}, 2 * 2 * 3 * (1 + 1 + 2) * 4),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_text_is_proved_and_counted(name: str) -> None:
    text, statics, size = SIZES[name]
    checked = check_program(load_program(Source("net.nas", text)), None, statics)
    assert (checked.kind, tuple(checked.sizes.values())) == ("proved", (size,))


def test_motifs_of_motifs_are_members() -> None:
    space = archdsl.loads(MOTIFS)
    assert space.sample(seed=0).decisions in space


@pytest.mark.parametrize("steps", [3, 5])
def test_an_open_dim_is_what_it_is_set_to(steps: int) -> None:
    graph = archdsl.loads(RECURRENT, d=4, vocab=7, t=steps).sample(seed=0).graph
    assert [str(graph.type_of(output.value)) for output in graph.outputs] == [f"seq[{steps}, 7]", "vec[4]"]


def test_an_open_dim_that_is_not_set_is_named() -> None:
    with pytest.raises(ArchdslError, match="the dim `t` of an input"):
        archdsl.loads(RECURRENT)
