"""A search from its first trial to its last."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, UsageError
from archdsl.evaluators.protocol import FunctionEvaluator, TrialFailure
from archdsl.evaluators.trial import Budget, Candidate, Trial
from archdsl.runs import load_run, search
from archdsl.searchspace import Architecture
from tests.runs.training import ToyTraining, read
from tests.strategies.toy import score, tiny_space, toy_space


def fail(architecture: Architecture) -> float:
    raise ZeroDivisionError("division by zero")


@given(seed=st.integers(0, 2**64), name=st.sampled_from(["random_search", "regularized_evolution"]))
def test_the_same_seed_gives_the_same_trials(seed: int, name: str) -> None:
    def noisy(architecture: Architecture, budget: Budget, seed: int) -> float:
        return score(architecture) + Random(seed).random()

    first = search(toy_space(), noisy, strategy=name, trials=12, seed=seed)
    random.seed(seed)  # what the process did before is no part of it
    second = search(toy_space(), noisy, strategy=name, trials=12, seed=seed)
    told = [(trial.candidate, trial.seeds, trial.measurements) for trial in first.trials]
    assert told == [(trial.candidate, trial.seeds, trial.measurements) for trial in second.trials]


def test_another_seed_gives_other_trials() -> None:
    first, second = (search(toy_space(), score, trials=12, seed=seed) for seed in (0, 1))
    assert [trial.candidate for trial in first.trials] != [trial.candidate for trial in second.trials]


def test_a_run_on_the_disk_reads_back_as_what_search_returned(tmp_path: Path) -> None:
    run = search(toy_space(), score, trials=12, out_dir=tmp_path / "run")
    again = load_run(tmp_path / "run")
    assert again.trials == run.trials
    assert again.best == run.best
    assert again.config == run.config
    assert again.is_finished


def test_a_run_in_memory_does_what_one_on_the_disk_does(tmp_path: Path) -> None:
    memory = search(toy_space(), score, trials=12)
    disk = search(toy_space(), score, trials=12, out_dir=tmp_path / "run")
    assert [trial.candidate for trial in memory.trials] == [trial.candidate for trial in disk.trials]
    assert memory.dir is None


def test_the_best_is_the_first_of_the_highest_objectives() -> None:
    run = search(toy_space(), lambda architecture: 1.0, trials=5)
    assert run.best_trial.number == 0
    run = search(toy_space(), score, trials=12)
    assert run.best_trial.fitness == max(trial.fitness for trial in run.trials)
    assert run.best == run.best_trial.architecture


def test_an_exception_makes_a_failed_trial_with_its_traceback_and_the_search_goes_on(tmp_path: Path) -> None:
    def fragile(architecture: Architecture) -> float:
        return fail(architecture) if score(architecture) < 0.3 else score(architecture)

    run = search(toy_space(), fragile, trials=20, out_dir=tmp_path / "run")
    failed = [trial for trial in load_run(tmp_path / "run").trials if trial.status == "failed"]
    assert len(run.trials) == 20
    assert 0 < len(failed) < 20
    for trial in failed:
        assert trial.error is not None
        assert trial.error.startswith("Traceback (most recent call last):")
        assert "in fragile" in trial.error
        assert "runs/attempt.py" not in trial.error
        assert trial.error.endswith("ZeroDivisionError: division by zero")


@pytest.mark.parametrize(
    ("exception", "status"),
    [
        (MemoryError(), "out_of_memory"),
        (type("OutOfMemoryError", (RuntimeError,), {})("CUDA out of memory"), "out_of_memory"),
        (TrialFailure("too slow", status="timed_out"), "timed_out"),
        (TrialFailure("too many parameters", status="infeasible"), "infeasible"),
        (RuntimeError("shapes"), "failed"),
        (RecursionError("too deep"), "failed"),
        (SystemExit(0), "failed"),
    ],
)
def test_the_kind_of_a_failure_is_told_from_its_exception(exception: BaseException, status: str) -> None:
    outcomes: Iterator[BaseException | float] = iter([exception, 0.5])

    def once(architecture: Architecture) -> float:
        outcome = next(outcomes)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    assert [trial.status for trial in search(toy_space(), once, trials=2).trials] == [status, "complete"]


def test_addresses_in_memory_are_left_out_of_errors() -> None:
    def fragile(architecture: Architecture) -> float:
        if score(architecture) < 0.3:
            raise ValueError(f"cannot use {object()}")
        return 0.5

    errors = {trial.error for trial in search(toy_space(), fragile, trials=12).trials if trial.error}
    assert len(errors) == 1
    assert errors.pop().endswith("cannot use <object object at 0x…>")


def test_what_a_function_prints_into_its_error_is_cut_where_it_is_too_long() -> None:
    def verbose(architecture: Architecture) -> float:
        if score(architecture) < 0.3:
            raise ValueError("x" * 1_000_000)
        return 0.5

    errors = [trial.error for trial in search(toy_space(), verbose, trials=12).trials if trial.error]
    assert all(len(error) < 21_000 for error in errors)


def test_a_run_whose_first_three_trials_fail_stops_and_shows_the_first(tmp_path: Path) -> None:
    with pytest.raises(ArchdslError) as caught:
        search(toy_space(), fail, trials=20, out_dir=tmp_path / "run")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == "all 3 trials failed, the first one with: ZeroDivisionError: division by zero"
    assert "in fail" in diagnostic.notes[0]
    assert len(load_run(tmp_path / "run").trials) == 3


def test_a_run_of_fewer_than_three_trials_that_fail_stops_as_well() -> None:
    with pytest.raises(ArchdslError, match="the only trial failed with: ZeroDivisionError"):
        search(toy_space(), fail, trials=1)


def test_trials_that_a_constraint_ruled_out_do_not_stop_a_run() -> None:
    def refuse(architecture: Architecture) -> float:
        raise TrialFailure("more than 1000 parameters", status="infeasible")

    run = search(toy_space(), refuse, trials=5)
    assert len(run.trials) == 5
    with pytest.raises(ArchdslError, match="none of the 5 trials is complete"):
        _ = run.best


def test_a_time_limit_ends_a_run_when_trials_have_taken_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(1000))
    monkeypatch.setattr("archdsl.runs.attempt.time.perf_counter", lambda: next(ticks))
    run = search(toy_space(), score, time_limit=5)
    assert len(run.trials) == 5  # each takes from one tick to the next
    assert run.is_finished


def test_more_trials_than_the_space_has_architectures_repeat_some() -> None:
    run = search(tiny_space(), score, trials=10)
    assert len(run.trials) == 10
    assert len({trial.architecture for trial in run.trials}) == 4


def test_the_budget_reaches_the_function() -> None:
    run = search(toy_space(), lambda architecture, budget: budget.epochs, trials=1, budget=Budget(epochs=7))
    assert run.best_trial.fitness == 7


class First:
    """A strategy of the user's own."""

    name: ClassVar[str] = "first"

    def __init__(self, architectures: Sequence[Architecture]) -> None:
        self.architectures = architectures
        self.told: list[Trial] = []

    def ask(self, rng: Random) -> Candidate:
        return Candidate(self.architectures[len(self.told)])

    def tell(self, trial: Trial) -> None:
        self.told.append(trial)


def test_any_object_that_asks_and_is_told_is_a_strategy() -> None:
    space = toy_space()
    mine = First([space.sample(seed=seed) for seed in range(3)])
    run = search(space, score, strategy=mine, trials=3)
    assert [trial.architecture for trial in run.trials] == mine.architectures
    assert list(run.trials) == mine.told


def test_what_a_strategy_of_the_users_own_does_wrong_is_said_in_one_line() -> None:
    with pytest.raises(ArchdslError, match=r"the strategy `first`: IndexError: .* when asked for trial 1"):
        search(toy_space(), score, strategy=First([toy_space().sample(seed=0)]), trials=3)
    with pytest.raises(ArchdslError, match="the strategy `first`: expected an architecture of `toy`"):
        search(toy_space(), score, strategy=First([tiny_space().sample(seed=0)]), trials=3)
    no_candidate = type("Wrong", (), {"ask": lambda self, rng: 3, "tell": lambda self, trial: None})()
    with pytest.raises(
        ArchdslError, match="the strategy `Wrong`: expected a `Candidate` when asked for trial 0, got 3"
    ):
        search(toy_space(), score, strategy=no_candidate, trials=3)


def test_arguments_that_mean_nothing_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(UsageError, match="expected a number of trials or a time limit, got neither"):
        search(toy_space(), score, out_dir=out)
    with pytest.raises(UsageError, match="`trials`: it should be greater than or equal to 1, got 0"):
        search(toy_space(), score, trials=0, out_dir=out)
    with pytest.raises(UsageError, match="there is no strategy named `random`"):
        search(toy_space(), score, strategy="random", trials=3, out_dir=out)
    with pytest.raises(UsageError, match="has no option `population`"):
        search(toy_space(), score, options={"population": 3}, trials=3, out_dir=out)
    with pytest.raises(UsageError, match="expected the name of a strategy or an object"):
        search(toy_space(), score, strategy=3, trials=3, out_dir=out)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="takes no options"):
        search(toy_space(), score, strategy=First([]), options={"distinct": True}, trials=3, out_dir=out)
    with pytest.raises(UsageError, match="expected a function"):
        search(toy_space(), 3, trials=3, out_dir=out)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="plain data"):
        search(toy_space(), score, trials=3, out_dir=out, evaluator_config={"model": object()})
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_of_each_trial_in_turn() -> None:
    class Recorder:
        def __init__(self) -> None:
            self.events: list[str] = []

        def replayed(self, trials: Sequence[Trial]) -> None:
            self.events.append(f"replayed {len(trials)}")

        def started(self, number: int, candidate: Candidate) -> None:
            self.events.append(f"started {number}")

        def finished(self, trial: Trial) -> None:
            self.events.append(f"finished {trial.number}")

    recorder = Recorder()
    search(toy_space(), score, trials=2, progress=recorder)
    assert recorder.events == ["replayed 0", "started 0", "finished 0", "started 1", "finished 1"]


def test_the_weights_of_the_best_are_kept_and_no_others(tmp_path: Path) -> None:
    run = search(toy_space(), ToyTraining(), trials=10, budget=Budget(epochs=2), out_dir=tmp_path / "run")
    assert run.weights is not None
    assert [path.name for path in (tmp_path / "run" / "checkpoints").iterdir()] == [run.weights.name]
    assert read(run.weights) == {"weight": run.best_trial.value("accuracy")}


def test_the_result_names_the_best_and_how_trials_ended(tmp_path: Path) -> None:
    run = search(toy_space(), ToyTraining(), trials=10, out_dir=tmp_path / "run")
    result = json.loads((tmp_path / "run" / "result.json").read_text())
    assert result["best"]["trial"] == run.best_trial.number
    assert result["best"]["decisions"] == dict(run.best.decisions)
    assert result["trials"] == {"complete": 10}
    assert result["weights"] == f"checkpoints/trial-{run.best_trial.number}.safetensors"


def test_an_evaluator_is_taken_as_it_is() -> None:
    run = search(toy_space(), FunctionEvaluator(score, minimize="score"), trials=8)
    assert run.best_trial.value("score") == min(trial.value("score") for trial in run.trials)
