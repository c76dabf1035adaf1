"""What every search strategy offers."""

from random import Random
from typing import ClassVar, Protocol

from archdsl.evaluators.trial import Candidate, Trial


class Strategy(Protocol):
    """Asks for candidates and is told how they did.

    A strategy never trains, prints or times, and reads no clock. All its chance comes from the `rng` of the ask, and
    its state is a fold over what was asked and told: replaying a journal into a new one brings it to where the old
    one stood. Any number of candidates may be asked for before the first is told.
    """

    name: ClassVar[str]

    def ask(self, rng: Random) -> Candidate: ...

    def tell(self, trial: Trial) -> None: ...
