"""The coefficients of guards: what an alternative of a supergraph is multiplied by."""

from collections.abc import Mapping, Sequence
from typing import final

import numpy as np

from archdsl.ir import Guard, Label, OpenDecision
from archdsl.ir.guards import All, Either, Is, Not, Takes, place_of

from .ops import Array


@final
class Mixing:
    """What is given for each open decision: coefficients by label, or gates by element; `[n]` or `[n, batch]`."""

    def __init__(self, decisions: Mapping[str, OpenDecision], given: Mapping[str, Array]) -> None:
        self._decisions = decisions
        self._given = given

    def coefficient(self, guard: Guard) -> Array:
        """Give the coefficient of a guard."""
        match guard:
            case Is():
                return self._is(guard)
            case Takes():
                return self._takes(guard)
            case Not(guard=inner):
                return np.asarray(1 - self.coefficient(inner))
            case All(guards=guards):
                product: Array = np.ones(())
                for own in guards:
                    product = product * self.coefficient(own)
                return product
            case Either(guards=guards):
                return np.asarray(sum(map(self.coefficient, guards), np.zeros(())))

    def _is(self, atom: Is) -> Array:
        """Give the part of its labels in those that are admissible at this use; nothing of nothing is 0."""
        known = self._decisions[atom.address].labels
        share = self._sum(atom.address, atom.labels)
        if len(atom.among) == len(known):
            return share
        whole = self._sum(atom.address, atom.among)
        return np.asarray(share / np.where(whole == 0, 1, whole))

    def _takes(self, atom: Takes) -> Array:
        """Give an element's gate: where whole sets have coefficients, the sum over the sets that hold it."""
        known = self._decisions[atom.address].labels
        if not known:
            return np.asarray(self._given[atom.address][atom.index])
        return self._sum(atom.address, [own for own in known if atom.is_in(own)])

    def _sum(self, address: str, labels: Sequence[Label]) -> Array:
        known = self._decisions[address].labels
        places = [place_of(label, known) for label in labels]
        return np.asarray(sum((self._given[address][place] for place in places), np.zeros(())))
