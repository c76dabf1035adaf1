"""CoDeepNEAT (Miikkulainen et al. 2017, arXiv:1703.00548): blueprints whose nodes are modules of three species.

A module is up to three layers, each of any of what came before it; a layer chooses its filters, kernel, dropout and
whether it pools. A blueprint is up to four modules, each of any of what came before it; nodes of one species are one
module with weights of their own. What is merged is summed: each layer is brought to one width. All that nothing else
takes is merged at the end. There are M = 48 + 3 48^2 + 21 48^3 = 2,329,392 modules of a species, and
2 (1,020 M + 13,626 M^2 + 11,466 M^3) networks; rate and momentum of the learning come on top.
"""
use std.image: conv_bn_relu

block layer(x: image[c, h, w]) {
  let filters = choose one of [32, 64, 128, 256]
  let kernel = choose { 1 | 3 }
  let rate = choose one of [0.0, 0.35, 0.7]
  let pool = choose { false | true }
  return x |> conv_bn_relu[filters, kernel] |> dropout[rate] |> (max_pool[3] if pool else identity) |> conv[c, 1]
}

cell module[m in 0..2](x: image[c, h, w]) {
  nodes v[choose one of 1..3] after (x) { return sum(choose 1.. of earlier) |> layer }
  return sum(loose(v))
}

network codeepneat[width = 64, classes = 10, channels = 3, size = 32](x: image[channels, size, size]) -> vec[classes] {
  setting learning_rate = choose one of 1e-4..0.1
  setting momentum = choose one of 0.68..0.99
  setting nesterov = choose { false | true }
  nodes b[choose one of 1..4] after (x |> conv_bn_relu[width, 3, 2]) {
    let species = choose one of 0..2
    return sum(choose 1.. of earlier) |> module[species]
  }
  return sum(loose(b)) |> global_avg_pool |> linear[classes]
}
