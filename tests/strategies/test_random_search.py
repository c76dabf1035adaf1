"""Random search."""

import random

from archdsl.strategies import RandomSearch
from tests.strategies.toy import tiny_space, toy_space


def test_no_architecture_is_proposed_twice_while_the_space_has_others() -> None:
    space = toy_space()
    strategy = RandomSearch(space)
    asked = [strategy.ask(random.Random(number)).architecture for number in range(space.size())]
    assert len(set(asked)) == space.size()


def test_an_exhausted_space_is_sampled_again() -> None:
    space = tiny_space()
    strategy = RandomSearch(space)
    asked = [strategy.ask(random.Random(number)).architecture for number in range(20)]
    assert len(set(asked[:4])) == 4
    assert len(set(asked[4:])) > 1


def test_draws_are_independent_where_they_need_not_be_distinct() -> None:
    space = toy_space()
    strategy = RandomSearch(space, distinct=False)
    asked = [strategy.ask(random.Random(number)).architecture for number in range(200)]
    assert asked == [space.sample(rng=random.Random(number)) for number in range(200)]
    assert len(set(asked)) < 200


def test_candidates_descend_from_nothing() -> None:
    candidate = RandomSearch(toy_space()).ask(random.Random(0))
    assert candidate.parents == ()
    assert candidate.operator is None
