"""How torch builds the standard ops: one flat module for each use; a file for each of `spaces/std`."""

from . import activation, attention, conv, join, linear, norm, path, pool, shape

__all__ = ["activation", "attention", "conv", "join", "linear", "norm", "path", "pool", "shape"]
