"""Evaluating with a user's function."""

import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from archdsl.diagnostics import UsageError
from archdsl.evaluators.protocol import FunctionEvaluator, Quantity, Score, TrialFailure, measured
from archdsl.evaluators.trial import Budget, Candidate, Measurement
from archdsl.searchspace import Architecture
from tests.strategies.toy import toy_space

CANDIDATE = Candidate(toy_space().sample(seed=0))


def evaluated(score: Score, **options: Any) -> tuple[Measurement, ...]:
    evaluator = FunctionEvaluator(score, **options)
    return measured(evaluator.evaluate(CANDIDATE, Budget(epochs=3), seed=7), evaluator.quantities)


def test_a_number_is_the_measurement_score_to_be_maximized() -> None:
    assert evaluated(lambda architecture, budget: 0.5) == (Measurement("score", 0.5, "maximize"),)


def test_several_numbers_keep_their_names_order_and_directions() -> None:
    def score(architecture: Architecture, budget: Budget) -> Mapping[str, float]:
        return {"accuracy": 0.5, "latency": 3}

    assert evaluated(score, minimize=["latency"]) == (
        Measurement("accuracy", 0.5, "maximize"),
        Measurement("latency", 3.0, "minimize"),
    )


def test_a_single_number_can_be_minimized() -> None:
    assert evaluated(lambda architecture: 0.5, minimize="score")[0].fitness == -0.5


def test_a_function_receives_what_it_has_parameters_for() -> None:
    def seeded(architecture: Architecture, budget: Budget, *, seed: int) -> float:
        return seed

    def unbudgeted(architecture: Architecture, seed: int) -> float:
        return seed

    def with_defaults(architecture: Architecture, verbose: bool = False) -> float:
        return float(verbose is False)

    def in_another_order(architecture: Architecture, seed: int, budget: Budget) -> float:
        return seed + budget.epochs

    def any_arguments(*arguments: object) -> float:
        return len(arguments)

    assert evaluated(lambda x, how_long: how_long.epochs)[0].value == 3
    assert evaluated(lambda architecture: float(architecture is CANDIDATE.architecture))[0].value == 1
    assert evaluated(seeded)[0].value == 7
    assert evaluated(unbudgeted)[0].value == 7
    assert evaluated(with_defaults)[0].value == 1
    assert evaluated(in_another_order)[0].value == 10
    assert evaluated(any_arguments)[0].value == 2


@pytest.mark.parametrize("number", [np.float32(0.5), np.int64(3), np.array(0.25), 3, 0.5])
def test_numbers_of_numpy_count_as_numbers(number: Any) -> None:
    assert evaluated(lambda _: number) == (Measurement("score", float(number)),)
    assert type(evaluated(lambda _: number)[0].value) is float


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "expected a number or a mapping of names to numbers, got None"),
        ("0.5", "got '0.5'"),
        (True, "got True"),
        ([0.5], r"got \[0.5\]"),
        (np.array([0.5, 0.6]), "got array"),
        (1j, "got 1j"),
        ({}, "expected at least one number by name, got {}"),
        ({"accuracy": None}, "expected a number by name, got 'accuracy': None"),
        ({3: 0.5}, "expected a number by name, got 3: 0.5"),
        (float("nan"), "expected a finite number for `score`, got nan"),
        ({"loss": float("inf")}, "expected a finite number for `loss`, got inf"),
        (10**400, "expected a number"),
    ],
)
def test_what_is_no_finite_number_is_a_failed_trial_that_says_so(result: Any, message: str) -> None:
    with pytest.raises(TrialFailure, match=message) as caught:
        evaluated(lambda _: result)
    assert caught.value.status == "failed"


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(UsageError, match="expected a function of an architecture and a budget, or an evaluator, got 3"):
        FunctionEvaluator(3)  # type: ignore[arg-type]


def test_an_unknown_quantity_is_maximized_and_has_no_unit() -> None:
    assert measured({"a": 1, "b": 2}, {"b": Quantity("minimize", "ms")}) == (
        Measurement("a", 1.0),
        Measurement("b", 2.0, "minimize", "ms"),
    )


def test_a_failure_keeps_its_status_on_the_way_from_another_process() -> None:
    failure = pickle.loads(pickle.dumps(TrialFailure("too large", status="out_of_memory")))
    assert (str(failure), failure.status) == ("too large", "out_of_memory")
