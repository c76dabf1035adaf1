"""Steps of recurrent networks: from the input of a step and the states before it to the states after it.

The first state is also the output of a step, as `scan` takes it.
"""

"""`s`, moved towards `act` of the second half of `y` as far as the first half opens (DARTS' and ENAS' nodes)."""
block blend[act](s: vec[d], y: vec[2 * d]) -> vec[d] {
  let gate, candidate = split[d](y)
  return lerp(s, act(candidate), sigmoid(gate))
}

"""The state of `d` elements, blended with the input: the first node of the cells of DARTS and ENAS."""
block first[d, act = tanh, bias = false](x: vec, h: vec[d]) -> vec[d] {
  return blend[act](h, concat(x, h) |> linear[2 * d, bias])
}

"""Long short-term memory (Hochreiter & Schmidhuber 1997), with forget gates and a bias in both products."""
block lstm[bias = true](x: vec, h: vec[d], memory: vec[d]) -> (vec[d], vec[d]) {
  let from_input = x |> linear[4 * d, bias]
  let from_state = h |> linear[4 * d, bias]
  let write, others = split[d](from_input + from_state)
  let keep, rest = split[d](others)
  let new, show = split[d](rest)
  let after = product(sigmoid(keep), memory) + product(sigmoid(write), tanh(new))
  return product(sigmoid(show), tanh(after)), after
}

"""The gated recurrent unit (Cho et al. 2014); the reset gate stands behind the product with the state."""
block gru[bias = true](x: vec, h: vec[d]) -> vec[d] {
  let input_gates, input_new = x |> linear[3 * d, bias] |> split[2 * d]
  let state_gates, state_new = h |> linear[3 * d, bias] |> split[2 * d]
  let reset, keep = split[d](sigmoid(input_gates + state_gates))
  return lerp(tanh(input_new + product(reset, state_new)), h, keep)
}
