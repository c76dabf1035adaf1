"""Operators on architectures and graphs: small values with a name, pure, and closed in their space."""

from .composition import InTurn, OneOf, WithProbability, one_of, with_probability
from .morphisms import Morphism
from .mutation import ResampleDecision, ResampleDecisions, ResampleEach, ResampleNumber
from .protocols import Crossover, Mutation, NoChange
from .weight_map import WeightMap, inherit

__all__ = [
    "Crossover",
    "InTurn",
    "Morphism",
    "Mutation",
    "NoChange",
    "OneOf",
    "ResampleDecision",
    "ResampleDecisions",
    "ResampleEach",
    "ResampleNumber",
    "WeightMap",
    "WithProbability",
    "inherit",
    "one_of",
    "with_probability",
]
