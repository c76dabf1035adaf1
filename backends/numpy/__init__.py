"""The numpy backend: a small, forward-only reference interpreter of every standard op."""

from .interpreter import run
from .reference import NumpyBackend, Reference

__all__ = ["NumpyBackend", "Reference", "backend", "run"]

backend = NumpyBackend()
"""What `load_backend("numpy")` gives."""
