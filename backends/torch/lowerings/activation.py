"""How torch builds the standard activations."""

from torch import nn

from archdsl.codegen.lowering import lowers


@lowers("relu")
def relu() -> nn.Module:
    """Build `max(x, 0)`."""
    return nn.ReLU()


@lowers("relu6")
def relu6() -> nn.Module:
    """Build `min(max(x, 0), 6)`."""
    return nn.ReLU6()


@lowers("leaky_relu")
def leaky_relu(slope: float) -> nn.Module:
    """Build the leaky ReLU."""
    return nn.LeakyReLU(slope)


@lowers("sigmoid")
def sigmoid() -> nn.Module:
    """Build the logistic function."""
    return nn.Sigmoid()


@lowers("tanh")
def tanh() -> nn.Module:
    """Build the hyperbolic tangent."""
    return nn.Tanh()


@lowers("hard_sigmoid")
def hard_sigmoid() -> nn.Module:
    """Build the cheap sigmoid."""
    return nn.Hardsigmoid()


@lowers("hard_swish")
def hard_swish() -> nn.Module:
    """Build the cheap swish."""
    return nn.Hardswish()


@lowers("swish")
def swish() -> nn.Module:
    """Build `x * sigmoid(x)`."""
    return nn.SiLU()


@lowers("gelu")
def gelu() -> nn.Module:
    """Build the exact GELU."""
    return nn.GELU()
