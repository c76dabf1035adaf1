"""How torch builds the standard ops: one flat module for each use; a file for each of `spaces/std`."""

from . import activation, conv, join, linear, norm, path, pool, shape

__all__ = ["activation", "conv", "join", "linear", "norm", "path", "pool", "shape"]
