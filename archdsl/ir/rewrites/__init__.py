"""Rewrites of architectures' graphs by the laws that their ops declare."""

from .passes import (
    EXACT,
    PASSES,
    AbsorbZero,
    CollapseIdentity,
    FlattenSums,
    ForgetWeights,
    MergeEqual,
    Pass,
    RemoveDeadNodes,
    SortOperands,
    ZeroThroughNorm,
    rewrite,
)

__all__ = [
    "EXACT",
    "PASSES",
    "AbsorbZero",
    "CollapseIdentity",
    "FlattenSums",
    "ForgetWeights",
    "MergeEqual",
    "Pass",
    "RemoveDeadNodes",
    "SortOperands",
    "ZeroThroughNorm",
    "rewrite",
]
