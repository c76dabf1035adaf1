"""Activations: functions of each element, for tensors of any kind."""

"""`max(x, 0)`."""
op relu(x: t) -> t { }

"""`min(max(x, 0), 6)`."""
op relu6(x: t) -> t { }

"""`x` where it is positive, `slope * x` elsewhere."""
op leaky_relu[slope: float = 0.01](x: t) -> t { }

"""`1 / (1 + exp(-x))`."""
op sigmoid(x: t) -> t { }

"""The hyperbolic tangent."""
op tanh(x: t) -> t { }

"""`relu6(x + 3) / 6`, a cheap sigmoid."""
op hard_sigmoid(x: t) -> t { }

"""`x * relu6(x + 3) / 6`, a cheap swish."""
op hard_swish(x: t) -> t { }

"""`x * sigmoid(x)`, also called SiLU."""
op swish(x: t) -> t { }

"""`x` times the probability that a standard normal value is below it (not the tanh approximation)."""
op gelu(x: t) -> t { }
