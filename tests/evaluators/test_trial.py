"""Budgets, measurements and trials."""

import pytest

from archdsl.diagnostics import UsageError
from archdsl.evaluators.trial import Budget, Candidate, Measurement, Seeds, Trial, best
from tests.strategies.toy import failure_of, toy_space, trial_of

CANDIDATE = Candidate(toy_space().sample(seed=0))


@pytest.mark.parametrize(
    ("options", "law"),
    [
        ({"epochs": 0}, "an integer epochs >= 1, got epochs=0"),
        ({"epochs": True}, "an integer epochs >= 1"),
        ({"epochs": 1.5}, "an integer epochs >= 1"),
        ({"fraction": 0.0}, "0 < fraction <= 1, got fraction=0.0"),
        ({"fraction": 1.01}, "0 < fraction <= 1"),
        ({"fraction": float("nan")}, "0 < fraction <= 1"),
        ({"resolution": 0}, "an integer resolution >= 1"),
    ],
)
def test_a_budget_that_means_nothing_is_refused_with_the_law(options: dict[str, float], law: str) -> None:
    with pytest.raises(UsageError, match=law):
        Budget(**options)  # type: ignore[arg-type]


def test_fitness_is_larger_for_the_better_of_two_measurements_in_either_direction() -> None:
    assert Measurement("accuracy", 0.9).fitness > Measurement("accuracy", 0.8).fitness
    assert Measurement("loss", 0.1, "minimize").fitness > Measurement("loss", 0.2, "minimize").fitness


def test_the_first_measurement_is_the_objective() -> None:
    measurements = (Measurement("accuracy", 0.5), Measurement("params", 1000, "minimize"))
    trial = Trial(0, CANDIDATE, Budget(), Seeds(0, 0), "complete", measurements)
    assert trial.objective == measurements[0]
    assert trial.value("params") == 1000
    with pytest.raises(KeyError, match="accuracy, params"):
        trial.value("latency")


def test_a_failed_trial_has_no_fitness() -> None:
    with pytest.raises(ValueError, match="trial 3 has no objective: its status is failed"):
        _ = failure_of(3, CANDIDATE).fitness


@pytest.mark.parametrize(
    ("status", "measurements", "error"),
    [
        ("complete", (), None),
        ("complete", (Measurement("score", 1.0),), "boom"),
        ("failed", (), None),
    ],
)
def test_a_trial_that_contradicts_itself_is_refused(status: str, measurements: tuple[()], error: str | None) -> None:
    with pytest.raises(ValueError, match="expected measurements and no error where status is complete"):
        Trial(0, CANDIDATE, Budget(), Seeds(0, 0), status, measurements, error=error)  # type: ignore[arg-type]


def test_the_best_is_the_first_of_the_highest_and_no_failure() -> None:
    trials = [failure_of(0, CANDIDATE), *(trial_of(n, CANDIDATE, value=v) for n, v in ((1, 0.1), (2, 0.3), (3, 0.3)))]
    assert best(trials) == trials[2]
    assert best(trials[:1]) is None
    assert best([]) is None
