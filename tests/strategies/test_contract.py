"""Every strategy obeys the contract; a new one is a class of one line."""

from functools import partial

from archdsl.searchspace import Space
from archdsl.strategies import Given, RandomSearch, RegularizedEvolution
from tests.contracts.strategy_contract import StrategyContract


class TestRandomSearch(StrategyContract):
    make = RandomSearch


class TestIndependentRandomSearch(StrategyContract):
    make = partial(RandomSearch, distinct=False)


class TestRegularizedEvolution(StrategyContract):
    make = partial(RegularizedEvolution, population_size=5, tournament_size=2)


class TestPublishedRegularizedEvolution(StrategyContract):
    make = partial(
        RegularizedEvolution, population_size=5, tournament_size=2, identity_probability=0.05, distinct=False
    )


def one_of(space: Space) -> Given:
    return Given(space, decisions=space.sample(seed=0).to_dict())


class TestGiven(StrategyContract):
    make = staticmethod(one_of)
