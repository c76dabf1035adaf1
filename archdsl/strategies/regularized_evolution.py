"""Regularized, or aging, evolution."""

from collections import deque
from collections.abc import Mapping
from random import Random
from typing import Any, ClassVar, final

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.evaluators.trial import Candidate, Trial
from archdsl.operators import Mutation, NoChange, ResampleDecision, mutation_of
from archdsl.searchspace import Space

from .proposals import Proposals

_MUTATIONS = 100


@final
class RegularizedEvolution:
    """Aging evolution (Real et al., 2019, arXiv:1802.01548, algorithm 1).

    The first `population_size` candidates are sampled. After that, a tournament of `tournament_size` members, drawn
    with replacement, picks the fittest as the parent, and its child differs in one decision, drawn uniformly. A child
    that was evaluated joins the population, and the *oldest* member leaves it, be it the best. Failed trials do not
    join, and nobody leaves for them.

    Population and tournament have the paper's sizes, made for 20,000 trials (`sizes_for` gives smaller ones). Two
    defaults depart from the paper, where every evaluation is worth its cost even if it repeats one: no architecture
    is proposed twice while others are found (`distinct`), and a child is never its parent. The paper's algorithm is
    `distinct=False, identity_probability=0.05`. `mutation` names another mutation than that of one decision, as
    `archdsl.operators.mutation_of` reads it.
    """

    name: ClassVar[str] = "regularized_evolution"

    def __init__(
        self,
        space: Space,
        *,
        population_size: int = 100,
        tournament_size: int = 25,
        identity_probability: float = 0.0,
        distinct: bool = True,
        mutation: str | Mapping[str, Any] = ResampleDecision.name,
    ) -> None:
        if not 1 <= tournament_size <= population_size:
            raise _bad_option(
                f"expected 1 <= tournament_size <= population_size, got {tournament_size=}, {population_size=}"
            )
        if not 0 <= identity_probability <= 1:
            raise _bad_option(f"expected 0 <= identity_probability <= 1, got {identity_probability=}")
        if distinct and identity_probability > 0:
            raise _bad_option(
                f"expected identity_probability = 0 where candidates are distinct, got {identity_probability=}",
                help="give distinct=False",
            )
        self._space = space
        self._population: deque[Trial] = deque(maxlen=population_size)
        self._population_size = population_size
        self._tournament_size = tournament_size
        self._identity_probability = identity_probability
        self._distinct = distinct
        self._mutation: Mutation = mutation_of(mutation)
        self._proposals = Proposals(space)

    @classmethod
    def sizes_for(cls, trials: int, options: Mapping[str, object]) -> Mapping[str, object]:
        """Give options that suit a number of trials.

        A quarter of them are sampled, up to the paper's 100; a tournament is a quarter of the population, as there.
        """
        population = options.get("population_size", min(100, max(2, trials // 4)))
        if type(population) is not int or population < 1:
            return {}
        return {"population_size": population, "tournament_size": min(population, max(2, population // 4))}

    @property
    def population(self) -> tuple[Trial, ...]:
        """The living members, the oldest first."""
        return tuple(self._population)

    def ask(self, rng: Random) -> Candidate:
        """Sample while the population is not full; then mutate the winner of a tournament."""
        if len(self._population) < self._population_size:
            candidate = self._sample(rng)
        elif self._distinct:
            candidate = self._distinct_child(rng)
        else:
            candidate = self._child(rng)
        if self._distinct:
            self._proposals.add(candidate.architecture)
        return candidate

    def tell(self, trial: Trial) -> None:
        """Take an evaluated candidate in; the oldest member makes room."""
        if trial.is_complete:
            self._population.append(trial)

    def _sample(self, rng: Random) -> Candidate:
        return Candidate(self._proposals.draw(rng) if self._distinct else self._space.sample(rng=rng))

    def _distinct_child(self, rng: Random) -> Candidate:
        """Breed until a child is new; where the population's surroundings are exhausted, sample."""
        for _ in range(_MUTATIONS):
            candidate = self._child(rng)
            if candidate.architecture not in self._proposals:
                return candidate
        return self._sample(rng)

    def _child(self, rng: Random) -> Candidate:
        members = [self._population[rng.randrange(len(self._population))] for _ in range(self._tournament_size)]
        parent = max(members, key=lambda trial: trial.fitness)
        if rng.random() < self._identity_probability:
            return Candidate(parent.architecture, (parent.number,), "identity")
        try:
            child = self._mutation.apply(parent.architecture, self._space, rng)
        except NoChange:  # the only architecture of its space
            return Candidate(parent.architecture, (parent.number,), "identity")
        operator = "identity" if child == parent.architecture else self._mutation.name
        return Candidate(child, (parent.number,), operator)


def _bad_option(message: str, help: str | None = None) -> UsageError:
    return UsageError(Diagnostic("bad-option", message, help=help))
