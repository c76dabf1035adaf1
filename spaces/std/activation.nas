"""Activations: functions of each element, for tensors of any kind."""

"""`max(x, 0)`."""
op relu(x: t) -> t { law pure, channelwise, keeps_zero, idempotent }

"""`min(max(x, 0), 6)`."""
op relu6(x: t) -> t { law pure, channelwise, keeps_zero, idempotent }

"""`x` where it is positive, `slope * x` elsewhere."""
op leaky_relu[slope: float = 0.01](x: t) -> t { law pure, channelwise, keeps_zero }

"""`1 / (1 + exp(-x))`."""
op sigmoid(x: t) -> t { law pure, channelwise }

"""The hyperbolic tangent."""
op tanh(x: t) -> t { law pure, channelwise, keeps_zero }

"""`relu6(x + 3) / 6`, a cheap sigmoid."""
op hard_sigmoid(x: t) -> t { law pure, channelwise }

"""`x * relu6(x + 3) / 6`, a cheap swish."""
op hard_swish(x: t) -> t { law pure, channelwise, keeps_zero }

"""`x * sigmoid(x)`, also called SiLU."""
op swish(x: t) -> t { law pure, channelwise, keeps_zero }

"""`x` times the probability that a standard normal value is below it (not the tanh approximation)."""
op gelu(x: t) -> t { law pure, channelwise, keeps_zero }
