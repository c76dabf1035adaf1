"""Morphisms: changes of a graph that say where the weights of the new one come from."""

from .branch import Branch
from .deepen import Deepen
from .edit import ChangeAttribute, InsertOp, RemoveOp, Rewire
from .evolve import (
    LARGE_SCALE_EVOLUTION,
    AddSkip,
    AlterFilterSize,
    AlterNumberOfChannels,
    AlterStride,
    InsertConvolution,
    InsertOneToOne,
    KeepTraining,
    RemoveConvolution,
    ResetWeights,
)
from .grow_kernel import GrowKernel
from .insert import InsertActivation, InsertAttention, InsertConv, InsertMBConv, InsertNorm
from .protocol import Fidelity, Morphism
from .replace import ReplaceByStack, ReplaceBySubnet
from .shrink import Prune, RemoveLayer, RemoveSkip, ToSeparable
from .skip import SkipByAddition, SkipByConcatenation
from .widen import Widen, WidenWithNew, WidenWithNoise

EXACT: tuple[Morphism, ...] = (
    Deepen(),
    Deepen(norm=True),
    InsertConv(),
    InsertNorm(),
    InsertActivation(),
    InsertMBConv(),
    InsertAttention(),
    Widen(),
    WidenWithNew(),
    GrowKernel(),
    SkipByAddition(),
    SkipByConcatenation(),
    Branch(),
    ReplaceByStack(),
    ReplaceBySubnet(),
)
"""The morphisms that keep the function and change the graph, with their usual options."""

__all__ = [
    "EXACT",
    "AddSkip",
    "AlterFilterSize",
    "AlterNumberOfChannels",
    "AlterStride",
    "Branch",
    "ChangeAttribute",
    "Deepen",
    "Fidelity",
    "GrowKernel",
    "InsertActivation",
    "InsertAttention",
    "InsertConv",
    "InsertConvolution",
    "InsertMBConv",
    "InsertNorm",
    "InsertOneToOne",
    "InsertOp",
    "KeepTraining",
    "LARGE_SCALE_EVOLUTION",
    "Morphism",
    "Prune",
    "RemoveConvolution",
    "RemoveLayer",
    "RemoveOp",
    "RemoveSkip",
    "ReplaceByStack",
    "ReplaceBySubnet",
    "ResetWeights",
    "Rewire",
    "SkipByAddition",
    "SkipByConcatenation",
    "ToSeparable",
    "Widen",
    "WidenWithNew",
    "WidenWithNoise",
]
