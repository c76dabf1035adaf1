"""A language and compiler for neural architecture search."""
