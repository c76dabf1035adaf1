"""ENAS, whole networks (Pham et al. 2018, arXiv:1802.03268): 6^12 2^66 networks of 12 layers.

Each layer chooses an op and any of the layers before its own input's. `search = true` gives the layers of the network
that shares weights: what is skipped to is summed. Otherwise all is concatenated and brought to the width again.
After a third and two thirds of the layers, every layer so far is halved in size.
"""
use std.image: conv_bn, conv_bn_relu, relu_conv_bn, factorized_reduce

block around[c, search, pools, inner](x: image) {
  return x |> conv_bn_relu[c, 1] |> inner |> (identity if pools else bn |> relu) if search
    else x |> relu_conv_bn[c, 1] |> (inner if pools else relu |> inner |> bn)
}

block separable[c, kernel](x: image) = conv[c, kernel, groups = c] |> conv[c, 1]

choice branch[c, search](x: image) {
    conv_3x3 = around[c, search, false, conv[c, 3]]
  | sep_3x3  = around[c, search, false, separable[c, 3]]
  | conv_5x5 = around[c, search, false, conv[c, 5]]
  | sep_5x5  = around[c, search, false, separable[c, 5]]
  | avg_pool = around[c, search, true, avg_pool[3]]
  | max_pool = around[c, search, true, max_pool[3]]
}

block layer[c, search](x: image, *before: image) {
  let made = branch[c, search](x)
  let skipped = choose any of before
  return made if len(before) == 0
    else sum([made, sum(skipped)]) |> bn if search
    else concat([made] + [e for e in skipped]) |> relu_conv_bn[c, 1]
}

network enas_macro[
  width = 36, layers = 12, search = false, classes = 10, channels = 3, size = 32
](x: image[channels, size, size]) -> vec[classes] {
  let third = layers // 3
  let wide = [width if search else width * factor for factor in [1, 2, 4]]
  nodes a[third] after (x |> conv_bn[width, 3]) { return layer[wide[0], search](earlier[-1], earlier[1:]) }
  let halved = [factorized_reduce[wide[1]](e) for e in a]
  nodes b[third] after (halved) { return layer[wide[1], search](earlier[-1], earlier) }
  let quartered = [factorized_reduce[wide[2]](e) for e in halved + b]
  nodes d[layers - 2 * third] after (quartered) { return layer[wide[2], search](earlier[-1], earlier) }
  return d[-1] |> global_avg_pool |> dropout[0.1] |> linear[classes, bias = false]
}
