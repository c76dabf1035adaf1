"""Morphisms: changes of a graph that say where the weights of the new one come from."""

from .branch import Branch
from .deepen import Deepen
from .grow_kernel import GrowKernel
from .insert import InsertActivation, InsertAttention, InsertConv, InsertMBConv, InsertNorm
from .protocol import Fidelity, Morphism
from .skip import SkipByAddition, SkipByConcatenation
from .widen import Widen, WidenWithNew, WidenWithNoise

__all__ = [
    "Branch",
    "Deepen",
    "Fidelity",
    "GrowKernel",
    "InsertActivation",
    "InsertAttention",
    "InsertConv",
    "InsertMBConv",
    "InsertNorm",
    "Morphism",
    "SkipByAddition",
    "SkipByConcatenation",
    "Widen",
    "WidenWithNew",
    "WidenWithNoise",
]
