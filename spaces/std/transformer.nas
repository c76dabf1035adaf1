"""Building blocks of transformers."""

"""Each step attends to all, or to those before it; `width` features, `heads` parts of them."""
block self_attention[heads, width, causal = false, bias = true](x: seq[t, d]) {
  let q, others = x |> linear[3 * width, bias] |> split[width]
  let k, v = split[width](others)
  return attention[heads, causal](q, k, v) |> linear[d]
}

"""Two matrix products at each step, with `hidden` features between them."""
block mlp[hidden, act = gelu](x: seq[t, d]) = linear[hidden] |> act |> linear[d]

"""A layer whose norms stand before what they serve, as in most transformers on images."""
block encoder_layer[heads, width, hidden, act = gelu, causal = false, drop = 0.0](x: seq[t, d]) {
  let y = x + (x |> layer_norm |> self_attention[heads, width, causal] |> drop_path[drop])
  return y + (y |> layer_norm |> mlp[hidden, act] |> drop_path[drop])
}

"""The squares of an image, each `patch` pixels wide, as steps of `d` features (Dosovitskiy et al. 2020)."""
block patch_embed[d, patch](x: image[c, h, w]) {
  require h % patch == 0 and w % patch == 0
  return x |> conv[d, patch, patch, bias = true, pad = "valid"] |> to_seq
}
