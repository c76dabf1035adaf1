"""Random search."""

from random import Random
from typing import ClassVar, final

from archdsl.evaluators.trial import Candidate, Trial
from archdsl.searchspace import Space

from .proposals import Proposals


@final
class RandomSearch:
    """Random search (the baseline of Li & Talwalkar, 2019, arXiv:1902.07638).

    Architectures are sampled by the priors of the space, all alternatives of a choice being equal where the text gives
    no weights. With `distinct`, none is proposed twice while the space has others; without, the draws are independent.
    """

    name: ClassVar[str] = "random_search"

    def __init__(self, space: Space, *, distinct: bool = True) -> None:
        self._space = space
        self._distinct = distinct
        self._proposals = Proposals(space)

    def ask(self, rng: Random) -> Candidate:
        """Sample an architecture."""
        if not self._distinct:
            return Candidate(self._space.sample(rng=rng))
        architecture = self._proposals.draw(rng)
        self._proposals.add(architecture)
        return Candidate(architecture)

    def tell(self, trial: Trial) -> None:
        """Learn nothing."""
