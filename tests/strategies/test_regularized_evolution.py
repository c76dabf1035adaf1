"""Aging evolution: the laws of algorithm 1 of Real et al. (2019)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import UsageError
from archdsl.evaluators.trial import Trial
from archdsl.strategies import RandomSearch, RegularizedEvolution, Strategy
from tests.strategies.toy import bits_space, failure_of, lone_space, ones, toy_space, trial_of


def published(population_size: int, tournament_size: int, identity_probability: float = 0.0) -> RegularizedEvolution:
    return RegularizedEvolution(
        toy_space(),
        population_size=population_size,
        tournament_size=tournament_size,
        identity_probability=identity_probability,
        distinct=False,
    )


def evolve(strategy: Strategy, trials: int) -> list[Trial]:
    history = []
    for number in range(trials):
        history.append(trial_of(number, strategy.ask(random.Random(number))))
        strategy.tell(history[-1])
    return history


def numbers(strategy: RegularizedEvolution) -> list[int]:
    return [trial.number for trial in strategy.population]


def differences(child: Trial, parent: Trial) -> int:
    ours, theirs = child.architecture.decisions, parent.architecture.decisions
    return sum(ours[address] != theirs[address] for address in ours)


@given(population=st.integers(1, 8), trials=st.integers(0, 30))
def test_the_population_is_the_last_trials_that_ended_well(population: int, trials: int) -> None:
    strategy = published(population, 1)
    evolve(strategy, trials)
    assert numbers(strategy) == list(range(trials))[-population:]


def test_the_oldest_leaves_even_when_it_is_the_best() -> None:
    strategy = published(3, 3)
    for number, value in enumerate([1.0, 0.1, 0.2, 0.3]):
        strategy.tell(trial_of(number, strategy.ask(random.Random(number)), value=value))
    assert numbers(strategy) == [1, 2, 3]


def test_a_failed_trial_neither_joins_nor_ages_the_population() -> None:
    strategy = published(3, 2)
    evolve(strategy, 3)
    strategy.tell(failure_of(3, strategy.ask(random.Random(3))))
    assert numbers(strategy) == [0, 1, 2]


def test_sampling_goes_on_until_the_population_is_full_of_trials_that_ended_well() -> None:
    strategy = published(3, 2)
    for number in range(3):
        strategy.tell(failure_of(number, strategy.ask(random.Random(number))))
    assert strategy.ask(random.Random(3)).parents == ()


def test_a_child_differs_from_its_parent_in_one_decision() -> None:
    history = evolve(published(5, 2), 60)
    for child in history[5:]:
        (parent,) = child.candidate.parents
        assert child.candidate.operator == "resample_decision"
        assert differences(child, history[parent]) == 1


def test_the_parent_is_the_fittest_of_a_tournament_among_the_living() -> None:
    strategy = published(4, 4)
    trials = [trial_of(number, strategy.ask(random.Random(number)), value=number) for number in range(4)]
    for trial in trials:
        strategy.tell(trial)
    parents = [strategy.ask(random.Random(seed)).parents[0] for seed in range(2000)]
    # Drawn with replacement: the best of 4 is absent from a tournament of 4 with probability (3/4)^4 = 0.316.
    assert parents.count(3) / 2000 == pytest.approx(1 - 0.75**4, abs=0.05)
    assert parents.count(0) / 2000 == pytest.approx(0.25**4, abs=0.01)


def test_a_child_is_its_parent_as_often_as_asked_for() -> None:
    strategy = published(5, 2, identity_probability=0.05)
    evolve(strategy, 5)
    operators = [strategy.ask(random.Random(seed)).operator for seed in range(4000)]
    assert operators.count("identity") / 4000 == pytest.approx(0.05, abs=0.015)


def test_distinct_candidates_never_repeat_while_the_space_has_others() -> None:
    space = toy_space()
    history = evolve(RegularizedEvolution(space, population_size=5, tournament_size=2), space.size())
    assert len({trial.architecture for trial in history}) == space.size()


def test_the_only_architecture_of_a_space_is_proposed_again() -> None:
    history = evolve(RegularizedEvolution(lone_space(), population_size=2, tournament_size=1), 5)
    assert len({trial.architecture for trial in history}) == 1


def test_objectives_to_be_minimized_are_minimized() -> None:
    strategy = published(2, 2)
    for number, loss in enumerate([0.5, 0.1]):
        strategy.tell(trial_of(number, strategy.ask(random.Random(number)), value=loss, direction="minimize"))
    parents = [strategy.ask(random.Random(seed)).parents[0] for seed in range(100)]
    assert parents.count(1) > 50


def test_evolution_finds_more_ones_in_100_bits_than_random_search() -> None:
    def search(strategy: Strategy, trials: int = 1000) -> float:
        best = 0.0
        for number in range(trials):
            candidate = strategy.ask(random.Random(number))
            value = ones(candidate.architecture)
            strategy.tell(trial_of(number, candidate, value=value))
            best = max(best, value)
        return best

    space = bits_space()
    evolved = search(RegularizedEvolution(space, population_size=100, tournament_size=10))
    assert evolved > search(RandomSearch(space)) + 5


def test_sizes_are_those_of_the_paper_for_long_searches_and_smaller_for_short_ones() -> None:
    assert RegularizedEvolution.sizes_for(20_000, {}) == {"population_size": 100, "tournament_size": 25}
    assert RegularizedEvolution.sizes_for(20, {}) == {"population_size": 5, "tournament_size": 2}


@given(trials=st.integers(1, 1000), population=st.none() | st.integers(1, 200))
def test_sizes_for_any_number_of_trials_are_accepted(trials: int, population: int | None) -> None:
    given = {} if population is None else {"population_size": population}
    sizes = RegularizedEvolution.sizes_for(trials, given)
    assert RegularizedEvolution(toy_space(), **sizes).population == ()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "law"),
    [
        ({"population_size": 3, "tournament_size": 4}, "1 <= tournament_size <= population_size"),
        ({"population_size": 3, "tournament_size": 0}, "1 <= tournament_size <= population_size"),
        ({"identity_probability": 1.5, "distinct": False}, "0 <= identity_probability <= 1"),
        ({"identity_probability": 0.05}, "identity_probability = 0 where candidates are distinct"),
    ],
)
def test_options_that_break_a_law_are_refused_with_the_law(options: dict[str, object], law: str) -> None:
    with pytest.raises(UsageError, match=law):
        RegularizedEvolution(toy_space(), **options)  # type: ignore[arg-type]
