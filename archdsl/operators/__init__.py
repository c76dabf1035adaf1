"""Operators on architectures and graphs: small values with a name, pure, and closed in their space."""

from .composition import InTurn, OneOf, WithProbability, one_of, with_probability
from .crossover import (
    AlignedCrossover,
    GroupCrossover,
    OnePointCrossover,
    StageSwap,
    SubtreeCrossover,
    UniformCrossover,
)
from .elements import FlipElements
from .morphisms import Morphism
from .mutation import ResampleDecision, ResampleDecisions, ResampleEach, ResampleNumber
from .neighborhood import distance, neighbors
from .neutral import ForcedMutation, NeutralMutation, PointMutation
from .protocols import Crossover, Mutation, NoChange
from .published import (
    AlterLearningRate,
    AmoebaNetMutation,
    BitMutation,
    EdgeAndOpFlips,
    HiddenStateMutation,
    MotifMutation,
    OpMutation,
)
from .registry import morphism_of, morphism_types, mutation_of, operator, operator_names, operator_of, register
from .weight_map import WeightMap, inherit

__all__ = [
    "AlignedCrossover",
    "AlterLearningRate",
    "AmoebaNetMutation",
    "BitMutation",
    "Crossover",
    "EdgeAndOpFlips",
    "FlipElements",
    "ForcedMutation",
    "GroupCrossover",
    "HiddenStateMutation",
    "InTurn",
    "Morphism",
    "MotifMutation",
    "Mutation",
    "NeutralMutation",
    "NoChange",
    "OnePointCrossover",
    "OneOf",
    "OpMutation",
    "PointMutation",
    "ResampleDecision",
    "ResampleDecisions",
    "ResampleEach",
    "ResampleNumber",
    "StageSwap",
    "SubtreeCrossover",
    "UniformCrossover",
    "WeightMap",
    "WithProbability",
    "distance",
    "inherit",
    "morphism_of",
    "morphism_types",
    "mutation_of",
    "neighbors",
    "one_of",
    "operator",
    "operator_names",
    "operator_of",
    "register",
    "with_probability",
]
