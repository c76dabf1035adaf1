"""What simple models reach."""

from dataclasses import replace

from archdsl.evaluators.baselines import logistic_regression
from archdsl.evaluators.data import load_dataset
from tests.evaluators.raises import raises


def test_logistic_regression_reads_nineteen_of_twenty_digits() -> None:
    baseline = logistic_regression(load_dataset("digits"))
    assert baseline.samples == 1437
    assert baseline.converged
    assert 0.95 < baseline.accuracy < 0.98


def test_too_few_iterations_are_told() -> None:
    assert not logistic_regression(load_dataset("digits"), iterations=2).converged


def test_a_baseline_needs_a_test_split() -> None:
    with raises("missing-split", "the dataset `digits` has no test split to test the baseline on"):
        logistic_regression(replace(load_dataset("digits"), test=None))
