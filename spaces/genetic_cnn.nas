"""Genetic CNN (Xie & Yuille 2017, arXiv:1703.01513): 524,288 networks of three stages of 3, 4 and 5 nodes.

A stage chooses for each pair of its ordered nodes whether the earlier feeds the later. A node without a predecessor
reads the stage's first convolution, one without a successor feeds its last; a node with neither is dropped, and a stage
of such nodes alone is its first convolution.
"""
use std.image: conv_bn_relu

fun feeds[inputs, v] = any([v in own for own in inputs])

cell stage[s in 0..2, nodes_of_stage, out, kernel](x: image) {
  let first = x |> conv_bn_relu[out, kernel]
  let inputs = [choose any of 0..v - 1 for v in 0..nodes_of_stage - 1]
  nodes h[nodes_of_stage] after (first) as v {
    return (sum(earlier[u + 1] for u in inputs[v]) if len(inputs[v]) > 0 else first if feeds[inputs, v] else absent)
      |> conv_bn_relu[out, kernel]
  }
  let last = [h[v] for v in 0..nodes_of_stage - 1 if len(inputs[v]) > 0 and not feeds[inputs, v]]
  return sum(last) |> conv_bn_relu[out, kernel] if len(last) > 0 else first
}

network genetic_cnn[width = 8, kernel = 5, classes = 10, channels = 3, size = 32](x: image[channels, size, size])
  -> vec[classes] {
  return x |> stage[0, 3, width, kernel] |> max_pool[3, 2]
    |> stage[1, 4, 2 * width, kernel] |> max_pool[3, 2]
    |> stage[2, 5, 4 * width, kernel] |> max_pool[3, 2]
    |> global_avg_pool |> linear[128] |> relu |> dropout[0.5] |> linear[classes]
}
