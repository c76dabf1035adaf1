"""AutoFormer (Chen et al. 2021, arXiv:2107.00651), its tiny space: 3 (4^12 + 4^13 + 4^14) = 1,056,964,608 transformers.

One width for all layers and a number of layers; each layer chooses its heads, of 64 features, and how many times as wide
the middle of its MLP is. Positions are learned vectors, one for each patch. With width 192, twelve layers of three heads
and a ratio of 4 it is DeiT-tiny, with 5,717,416 weights. The other spaces of the paper are the statics
`widths = [320, 384, 448], heads = [5, 6, 7], ratios = [3.0, 3.5, 4.0]`, and
`widths = [528, 576, 624], heads = [8, 9, 10], ratios = [3.0, 3.5, 4.0], least = 14, most = 16`.
"""
use std.transformer: encoder_layer, patch_embed

block layer[heads, ratios](x: seq[t, d]) {
  let parts = choose one of heads
  let ratio = choose one of ratios
  return x |> encoder_layer[parts, 64 * parts, round_to(d * ratio, 1)]
}

block encoder[least, most, heads, ratios](x: seq[t, d]) = repeat choose one of least..most { layer[heads, ratios] }

network vision_transformer[
  widths = [192, 216, 240], heads = [3, 4], ratios = [3.5, 4.0], least = 12, most = 14, patch = 16, classes = 1000,
  channels = 3, size = 224
](x: image[channels, size, size]) -> vec[classes] {
  let width = choose one of widths
  return x |> patch_embed[width, patch] |> prepend_token |> add_position
    |> encoder[least, most, heads, ratios]
    |> layer_norm |> first_step |> linear[classes]
}
