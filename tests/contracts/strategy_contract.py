"""The laws of every search strategy, a plug-in's too.

A test class derives from `StrategyContract` and says how its strategy is made:

    class TestRandomSearch(StrategyContract):
        make = RandomSearch
"""

import random
import time
from collections.abc import Callable
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archdsl.evaluators.trial import Candidate, Trial
from archdsl.searchspace import Space
from archdsl.strategies import Strategy
from tests.strategies.toy import failure_of, lone_space, nested_space, tiny_space, toy_space, trial_of

Outcomes = list[bool]
"""Of each trial, whether it ends well."""

outcomes = st.lists(st.booleans(), max_size=40)

# Every strategy inherits the tests, which Hypothesis would take for one test that keeps changing its object.
inherited = settings(suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow])


class StrategyContract:
    make: Callable[[Space], Strategy]

    def play(self, space: Space, ends: Outcomes, seed: int = 0) -> tuple[Strategy, list[Trial]]:
        """Run a search of one trial at a time, without any evaluation."""
        strategy = type(self).make(space)
        trials: list[Trial] = []
        for number, ends_well in enumerate(ends):
            candidate = strategy.ask(random.Random(f"{seed} {number}"))
            trials.append(trial_of(number, candidate) if ends_well else failure_of(number, candidate))
            strategy.tell(trials[-1])
        return strategy, trials

    @inherited
    @given(ends=outcomes, seed=st.integers(0, 9))
    def test_the_same_seeds_and_results_give_the_same_candidates(self, ends: Outcomes, seed: int) -> None:
        assert self.play(toy_space(), ends, seed)[1] == self.play(toy_space(), ends, seed)[1]

    @inherited
    @given(ends=outcomes)
    def test_a_new_strategy_that_replays_the_past_asks_as_the_old_one_would(self, ends: Outcomes) -> None:
        old, past = self.play(toy_space(), ends)
        new = type(self).make(toy_space())
        for trial in past:
            assert new.ask(random.Random(f"0 {trial.number}")) == trial.candidate
            new.tell(trial)
        for seed in range(5):
            assert new.ask(random.Random(seed)) == old.ask(random.Random(seed))

    @inherited
    @given(ends=outcomes)
    def test_two_strategies_side_by_side_do_not_disturb_each_other(self, ends: Outcomes) -> None:
        alone = self.play(toy_space(), ends)[1]
        first, second = type(self).make(toy_space()), type(self).make(toy_space())
        for trial in alone:
            other = second.ask(random.Random(1000 + trial.number))
            assert first.ask(random.Random(f"0 {trial.number}")) == trial.candidate
            second.tell(trial_of(trial.number, other))
            first.tell(trial)

    @inherited
    @given(ends=outcomes, seed=st.integers(0, 9))
    def test_every_candidate_is_a_member_of_the_space(self, ends: Outcomes, seed: int) -> None:
        for space in (toy_space(), nested_space()):
            for trial in self.play(space, ends, seed)[1]:
                assert trial.architecture in space

    @inherited
    @given(ends=outcomes)
    def test_parents_are_earlier_trials_that_ended_well(self, ends: Outcomes) -> None:
        trials = self.play(toy_space(), ends)[1]
        for trial in trials:
            assert all(parent < trial.number for parent in trial.candidate.parents)
            assert all(trials[parent].is_complete for parent in trial.candidate.parents)

    @inherited
    @given(waiting=st.integers(1, 10))
    def test_several_candidates_may_be_asked_for_before_any_is_told(self, waiting: int) -> None:
        space = toy_space()
        strategy = type(self).make(space)
        asked = [strategy.ask(random.Random(number)) for number in range(waiting)]
        for number, candidate in reversed(list(enumerate(asked))):
            strategy.tell(trial_of(number, candidate))
        assert strategy.ask(random.Random(99)).architecture in space

    def test_a_space_that_is_exhausted_is_searched_on(self) -> None:
        for space in (tiny_space(), lone_space()):
            assert len(self.play(space, [True] * 12)[1]) == 12

    def test_asking_and_telling_touches_no_clock_and_no_global_generator(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: Any, **__: Any) -> Any:
            raise AssertionError("a strategy has no clock and no chance of its own")

        space = toy_space()
        before = random.getstate(), numpy.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
        with monkeypatch.context() as patch:
            for clock in ("time", "monotonic", "perf_counter", "process_time", "time_ns", "monotonic_ns"):
                patch.setattr(time, clock, refuse)
            for function in ("random", "randrange", "randint", "choice", "choices", "shuffle", "sample", "seed"):
                patch.setattr(random, function, refuse)
            self.play(space, [True, False, True] * 5)
        assert before == (random.getstate(), numpy.random.get_state()[1].tolist())  # type: ignore[index]  # noqa: NPY002

    def test_nothing_is_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.play(toy_space(), [True, False, True] * 5)
        captured = capsys.readouterr()
        assert (captured.out, captured.err) == ("", "")

    def test_it_has_a_name_and_gives_candidates(self) -> None:
        strategy = type(self).make(toy_space())
        assert isinstance(strategy.name, str)
        assert isinstance(strategy.ask(random.Random(0)), Candidate)
