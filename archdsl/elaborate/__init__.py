"""The meaning of the language: a checked program and a handler of its choices give a graph."""
