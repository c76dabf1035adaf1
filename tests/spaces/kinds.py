"""A small program for each kind of tensors, which uses what the standard library has for it."""

PROGRAMS = {
    "vec": """
        use std.recurrent: blend, first, gru, lstm
        network net(x: vec[6], h: vec[8], c: vec[8]) -> (vec[8], vec[8]) {
          let start = first[8, relu](x, h)
          let y = shared linear[16, bias = false]
          let mixed = blend[tanh](start, y(start)) + blend[sigmoid](h, y(h)) + zero(h)
          let a, b = lstm(mixed |> bn |> dropout[0.0], h, c)
          let head, tail = a |> add_bias |> layer_norm |> split[3]
          return gru(concat(tail, head), b |> crop[5] |> widen[8]), product(a, b)
        }""",
    "seq": """
        network net(x: tokens[7]) -> (vec[4], vec[12], seq[14, 5]) {
          let y = x |> identity |> embed[20, 5]
          let z = y |> layer_norm |> linear[8] |> gelu |> channel_dropout[0.0] |> linear[5, bias = false] |> add_bias
          let sum = y + z + zero(y)
          let scaled = scale(sum, sum |> global_avg_pool |> sigmoid)
          let a, b = scaled |> split[2]
          let back = concat(b, a) |> crop[3] |> widen[5]
          return back |> flatten |> linear[4], concat(first_step(back), last_step(z), vec_of(y)), concat_steps(y, z)
        }
        block vec_of(x: seq[t, d]) = x |> global_avg_pool |> linear[2]""",
    "signal": """
        network net(x: signal[4, 17]) -> (vec[3], signal[8, 9]) {
          let y = x |> conv[8, 5, bias = true] |> bn |> relu
          let z = y |> conv[8, 3, dilation = 2, groups = 8] |> layer_norm |> channel_shuffle[2]
          let sum = (y |> conv[8, 3, 2]) + (z |> max_pool[3, 2]) + (z |> avg_pool[3, 2]) + (y |> zero[2])
          return concat(scale(sum, sum |> global_avg_pool |> sigmoid), sum) |> avg_pool[2, 2, "valid"] |> flatten
            |> linear[3], sum
        }""",
    "volume": """
        network net(x: volume[2, 5, 6, 7]) -> (vec[3], volume[4, 3, 6, 4]) {
          let y = x |> conv[4, [1, 3, 5], bias = true] |> bn |> relu
          let z = y |> conv[4, 3, dilation = [1, 2, 1], groups = 4] |> layer_norm |> channel_shuffle[2]
          let sum = (y |> conv[4, 3, [2, 1, 2]]) + (z |> max_pool[3, [2, 1, 2]]) + (z |> avg_pool[3, [2, 1, 2]])
            + (y |> zero[[2, 1, 2]])
          return concat(scale(sum, sum |> global_avg_pool |> sigmoid), sum) |> avg_pool[2, 2, "valid"] |> flatten
            |> linear[3], sum
        }""",
}
