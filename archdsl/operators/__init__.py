"""Operators on architectures and graphs: small values with a name, pure, and closed in their space."""

from .mutation import ResampleDecision
from .protocols import Crossover, Mutation, NoChange

__all__ = ["Crossover", "Mutation", "NoChange", "ResampleDecision"]
