"""NAS-Bench-101 (Ying et al. 2019, arXiv:1902.09635): 9,100,558 wirings with ops, 423,624 of them different cells.

Nine modules of one cell: `vertices`, input and output among them, and at most `edges`. The wiring is chosen first:
vertex v + 1 reads `inputs[v]`. Only vertices on a way from input to output are there, and choose an op. Widths follow
the published rule: those that feed the output share its width, others are as wide as the widest that they feed.
"""
use std.image: conv_bn_relu

choice vertex(x: image[c, h, w]) {
    conv3x3    = conv_bn_relu[c, 3]
  | conv1x1    = conv_bn_relu[c, 1]
  | maxpool3x3 = max_pool[3]
}

fun reach[inputs, v] = v == 0 or any([reach[inputs, s] for s in inputs[v - 1]])
fun used[inputs, v] = v == len(inputs) or any([used[inputs, t] for t in v + 1..len(inputs) if v in inputs[t - 1]])
fun alive[inputs, v] = reach[inputs, v] and used[inputs, v]
fun outs[inputs] = [s for s in inputs[-1] if s > 0 and alive[inputs, s]]
fun share[ends, total, v] = total // len(ends) + (1 if len([s for s in ends if s < v]) < total % len(ends) else 0)

fun wide[inputs, total, v] = share[outs[inputs], total, v] if v in outs[inputs]
  else max([wide[inputs, total, t] for t in v + 1..len(inputs) - 1 if v in inputs[t - 1] and alive[inputs, t]])

cell module[total, vertices, edges](x: image) {
  let inputs = [choose any of 0..v for v in 0..vertices - 2]
  require sum([len(s) for s in inputs]) <= edges and reach[inputs, vertices - 1]
  nodes n[vertices - 2] after (x) as i {
    let w = wide[inputs, total, i + 1] if alive[inputs, i + 1] else 0
    return sum(
      (conv_bn_relu[w, 1] if s == 0 else crop[w])(earlier[s])
        for s in inputs[i]
        if alive[inputs, s] and alive[inputs, i + 1]
    ) |> vertex
  }
  let parts = concat([n[s - 1] for s in outs[inputs]])
  return parts + (x |> conv_bn_relu[total, 1]) if 0 in inputs[-1] else parts
}

network nas_bench_101[
  width = 128, per_stack = 3, vertices = 7, edges = 9, classes = 10, channels = 3, size = 32
](x: image[channels, size, size]) -> vec[classes] {
  return x |> conv_bn_relu[width, 3]
    |> repeat per_stack { module[width, vertices, edges] } |> max_pool[2, 2, "valid"]
    |> repeat per_stack { module[2 * width, vertices, edges] } |> max_pool[2, 2, "valid"]
    |> repeat per_stack { module[4 * width, vertices, edges] }
    |> global_avg_pool |> linear[classes]
}
