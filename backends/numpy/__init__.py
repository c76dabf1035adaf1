"""The numpy backend: a small, forward-only reference interpreter of every standard op."""

from .interpreter import run

__all__ = ["run"]
