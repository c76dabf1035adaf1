"""Operators on architectures and graphs: small values with a name, pure, and closed in their space."""

from .mutation import Mutation, NoChange, ResampleDecision

__all__ = ["Mutation", "NoChange", "ResampleDecision"]
