"""What each standard op computes, as directly as it can be said.

Tensors are arrays with the batch first, of any float type. Each function takes the op's tensors in order, and by name
whichever it needs of the op's statics and dims, `weights` (by declared name) and `training`.
"""

from . import activation, attention, conv, join, linear, norm, path, pool, shape
from .arrays import Array, Weights

__all__ = ["Array", "Weights", "activation", "attention", "conv", "join", "linear", "norm", "path", "pool", "shape"]
