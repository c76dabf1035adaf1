"""Strategies by name."""

import pytest

from archdsl.diagnostics import UsageError
from archdsl.strategies import (
    RandomSearch,
    RegularizedEvolution,
    register,
    resolve_options,
    strategy,
    strategy_names,
)
from tests.strategies.toy import lone_space, toy_space


def test_every_registered_strategy_is_made_by_its_name() -> None:
    for name in strategy_names():
        assert strategy(name, lone_space()).name == name


def test_options_reach_the_strategy() -> None:
    with pytest.raises(UsageError, match="population_size=2"):
        strategy("regularized_evolution", toy_space(), population_size=2)


def test_an_unknown_strategy_is_named_with_one_of_a_similar_name() -> None:
    with pytest.raises(UsageError) as caught:
        strategy("regularised_evolution", toy_space())
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == "there is no strategy named `regularised_evolution`"
    assert diagnostic.help == "a strategy with a similar name exists: `regularized_evolution`"


def test_an_unknown_strategy_far_from_all_others_lists_them() -> None:
    with pytest.raises(UsageError) as caught:
        strategy("hill_climbing", toy_space())
    assert caught.value.diagnostics[0].help is None
    assert "random_search" in caught.value.diagnostics[0].notes[0]


def test_an_unknown_option_is_named_with_one_of_a_similar_name() -> None:
    with pytest.raises(UsageError) as caught:
        strategy("regularized_evolution", toy_space(), population_sise=10)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == "the strategy `regularized_evolution` has no option `population_sise`"
    assert diagnostic.help == "an option with a similar name exists: `population_size`"


def test_resolved_options_are_complete_and_keep_what_was_given() -> None:
    assert resolve_options("regularized_evolution", {}) == {
        "population_size": 100,
        "tournament_size": 25,
        "identity_probability": 0.0,
        "distinct": True,
        "mutation": "resample_decision",
    }
    assert resolve_options("regularized_evolution", {"population_size": 8}, trials=20)["population_size"] == 8
    assert resolve_options("regularized_evolution", {"population_size": 8}, trials=20)["tournament_size"] == 2
    assert resolve_options("random_search", {}, trials=20) == {"distinct": True}


def test_a_second_strategy_of_one_name_is_refused() -> None:
    with pytest.raises(UsageError, match="there is a strategy named `random_search` already"):
        register(RandomSearch)
    assert RegularizedEvolution.name in strategy_names()
