"""Operators on architectures and graphs: small values with a name, pure, and closed in their space."""

from .morphisms import Morphism
from .mutation import ResampleDecision
from .protocols import Crossover, Mutation, NoChange
from .weight_map import WeightMap, inherit

__all__ = ["Crossover", "Morphism", "Mutation", "NoChange", "ResampleDecision", "WeightMap", "inherit"]
