"""No search at all: one architecture, measured as often as wanted."""

from collections.abc import Mapping
from random import Random
from typing import Any, ClassVar, final

from archdsl.evaluators.trial import Candidate, Trial
from archdsl.searchspace import Architecture, Space


@final
class Given:
    """Asks for one given architecture again and again: each trial trains it from another seed.

    `decisions` are the architecture's, as in its file; a space without choices needs none.
    """

    name: ClassVar[str] = "given"

    def __init__(self, space: Space, *, decisions: Mapping[str, Any] | None = None) -> None:
        self._architecture: Architecture = space.architecture(decisions or {})

    def ask(self, rng: Random) -> Candidate:
        """Give the architecture."""
        return Candidate(self._architecture)

    def tell(self, trial: Trial) -> None:
        """Learn nothing."""
