"""What a strategy has proposed, and how it finds something else."""

from random import Random
from typing import final

from archdsl.ir.guards import Label
from archdsl.searchspace import Architecture, Space

_FIRST_DRAWS = 100
_MORE_DRAWS = 10_000


@final
class Proposals:
    """The architectures that a strategy has proposed.

    They are remembered by their decisions: an architecture may hold its graph, which would be kept alive with it.
    """

    def __init__(self, space: Space) -> None:
        self._space = space
        self._seen: set[frozenset[tuple[str, Label]]] = set()

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, architecture: Architecture) -> bool:
        return frozenset(architecture.decisions.items()) in self._seen

    def add(self, architecture: Architecture) -> None:
        """Remember an architecture as proposed."""
        self._seen.add(frozenset(architecture.decisions.items()))

    def draw(self, rng: Random) -> Architecture:
        """Sample an architecture that was not proposed before, while there are such.

        Where 10,100 draws find none, those that are left are too improbable to wait for, and the last draw is given,
        although it was proposed before. The size of the space, which may take a while to count, is asked for only
        where a hundred draws were in vain.
        """
        draws = _FIRST_DRAWS
        while True:
            for _ in range(draws):
                architecture = self._space.sample(rng=rng)
                if architecture not in self:
                    return architecture
            if draws == _MORE_DRAWS or len(self) >= self._space.size():
                return architecture
            draws = _MORE_DRAWS
