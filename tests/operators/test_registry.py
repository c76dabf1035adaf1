"""Operators are made by name, as configurations have them."""

from collections.abc import Callable
from dataclasses import fields
from random import Random
from typing import Any

import pytest
import yaml

from archdsl.diagnostics import UsageError
from archdsl.operators import (
    OneOf,
    ResampleDecision,
    UniformCrossover,
    mutation_of,
    operator,
    operator_names,
    operator_of,
)
from archdsl.searchspace import load
from archdsl.strategies.registry import strategy
from tests.strategies.toy import trial_of


def test_yaml_makes_an_operator() -> None:
    text = """
    operator: one_of
    weights: [1, 3]
    of:
      - op_mutation
      - {operator: resample_decision, where: "*.op"}
    """
    made = operator_of(yaml.safe_load(text))
    assert made == OneOf((operator("op_mutation"), ResampleDecision("*.op")), (1, 3))
    assert hash(made) == hash(operator_of(yaml.safe_load(text)))


@pytest.mark.parametrize("name", operator_names())
def test_every_operator_has_its_name_and_is_a_value(name: str) -> None:
    needed: dict[str, Any] = {
        "resample_decisions": {"count": 2},
        "resample_each": {"probability": 0.5},
        "flip_elements": {"probability": 0.5},
        "in_turn": {"of": ["op_mutation"]},
        "one_of": {"of": ["op_mutation"]},
        "with_probability": {"of": "op_mutation", "probability": 0.5},
    }
    made = operator(name, **needed.get(name, {}))
    assert made.name == name
    assert made == operator(name, **{own.name: getattr(made, own.name) for own in fields(made)})
    assert isinstance(hash(made), int)


def test_names_and_options_that_are_not_there_are_told() -> None:
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: operator("resample_decisoin"), "no operator named `resample_decisoin`"),
        (lambda: operator("resample_decision", wher="*"), "no option `wher`"),
        (lambda: operator("resample_decisions"), "needs the option `count`"),
        (lambda: operator_of({"where": "*"}), "expected an operator's name"),
        (lambda: mutation_of("uniform_crossover"), "expected a mutation of decisions, got `uniform_crossover`"),
        (
            lambda: operator("one_of", of=["uniform_crossover"]),
            "expected a mutation of decisions, got `uniform_crossover`",
        ),
        (lambda: operator("uniform_crossover", probability="often"), "cannot be meant"),
    ]
    for make, text in wrong:
        with pytest.raises(UsageError, match=text):
            make()
    assert operator("uniform_crossover") == UniformCrossover()


def test_a_strategy_takes_a_mutation_by_name() -> None:
    space, rng = load("nas_bench_201"), Random(0)
    config = {"operator": "resample_decisions", "count": 3}
    made: Any = strategy("regularized_evolution", space, population_size=1, tournament_size=1, mutation=config)
    first = made.ask(rng)
    made.tell(trial_of(0, first, value=1.0))
    assert made.ask(rng).operator == "resample_decisions"
