"""Attention, and what turns images into sequences that can be attended to."""

"""At each step of `q` a mean of the steps of `v`, weighed by how well those of `k` match (Vaswani et al. 2017).

The features are parted into `heads`, each with a mean of its own. If `causal`, a step sees no later one.
"""
op attention[heads: int = 1, causal: bool = false](q: seq[t, d], k: seq[s, d], v: seq[s, e]) -> seq[t, e] {
  require heads >= 1 and s >= 1
  require d % heads == 0 and e % heads == 0
  require not causal or s == t
  macs = t * s * (d + e)
  law pure, keeps_zero
}

"""Positive elements whose sum is 1: `exp(x)`, divided by the sum of all."""
op softmax(x: vec[d]) -> vec[d] { law pure }

"""Positive features whose sum is 1 at each step."""
op softmax(x: seq[t, d]) -> seq[t, d] { law pure }

"""A learned vector, and then the steps of the sequence: what is read at the first step may attend to all."""
op prepend_token(x: seq[t, d]) -> seq[t + 1, d] {
  weight token[d]
  law pure, channelwise
}

"""A learned vector of its own added at each step, which tells the steps apart."""
op add_position(x: seq[t, d]) -> seq[t, d] {
  weight position[t, d]
  law pure, channelwise
}
