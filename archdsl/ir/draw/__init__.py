"""Graphs for people to look at: pictures, and trees of text."""

from .svg import to_svg
from .tree import to_tree

__all__ = ["to_svg", "to_tree"]
