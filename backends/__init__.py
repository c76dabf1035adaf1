"""The backends, which turn a graph into something that runs; reached only through `load_backend`."""
