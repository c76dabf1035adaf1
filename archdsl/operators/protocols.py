"""What operators on the architectures of a space offer, and what they say where nothing can be changed."""

from random import Random
from typing import ClassVar, Protocol, final

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.searchspace import Architecture, Space


@final
class NoChange(ArchdslError):
    """An operator was asked for another architecture or graph where it has none to give."""

    @classmethod
    def because(cls, message: str, *notes: str) -> "NoChange":
        """Say why there is none."""
        return cls(Diagnostic("no-change", message, notes=notes))


class Mutation(Protocol):
    """Changes an architecture within its space; deterministic in `rng`, and never in place.

    A mutation is a frozen value whose fields are its options.
    """

    name: ClassVar[str]

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        """Give another architecture of the space.

        Where it is left to chance whether something changes, it may be the same.

        Raises:
            NoChange: there is none that the mutation could give.
        """
        ...


class Crossover(Protocol):
    """Makes two architectures of two within their space; deterministic in `rng`, and never in place.

    The children complement each other: what one has of the first parent, the other has of the second, as far as that
    is in the space. A crossover is a frozen value whose fields are its options.
    """

    name: ClassVar[str]

    def apply(
        self, first: Architecture, second: Architecture, space: Space, rng: Random
    ) -> tuple[Architecture, Architecture]:
        """Give two children, architectures of the space; they may equal their parents.

        Raises:
            NoChange: the parents have no decision that the crossover could exchange.
        """
        ...
