"""Morphisms: changes of a graph that say where the weights of the new one come from."""

from .protocol import Fidelity, Morphism

__all__ = ["Fidelity", "Morphism"]
