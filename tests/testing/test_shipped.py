"""Every shipped operator passes its battery; `make flake` tries them with other seeds."""

from dataclasses import replace
from random import Random

import pytest

from archdsl.ir.rewrites import Pass
from archdsl.operators import operator_names
from archdsl.operators.morphisms import KeepTraining, ResetWeights
from archdsl.searchspace import Architecture, Space
from archdsl.testing import check_lowering, check_rewrite, check_sampler
from archdsl.testing.declared import DECLARED
from archdsl.testing.effort import effort_of
from tests.ir.test_rewrites import every_pass

from .shipped import (
    CROSSOVER_BATTERIES,
    EVERY_CROSSOVER,
    EVERY_MORPHISM,
    GENERAL,
    MORPHISM_BATTERIES,
    MUTATION_BATTERIES,
    PROMISES,
    PUBLISHED,
    PUBLISHED_BATTERIES,
    Battery,
)

pytestmark = pytest.mark.properties


def by_priors(space: Space, rng: Random) -> Architecture:
    return space.sample(rng=rng)


def uniformly(space: Space, rng: Random) -> Architecture:
    return space.sample_uniform(rng=rng)


def test_samples_are_drawn_by_the_priors() -> None:
    check_sampler(by_priors, shares="priors")


def test_uniform_samples_are_each_as_frequent() -> None:
    check_sampler(uniformly, shares="uniform")


@pytest.mark.parametrize("battery", [*MUTATION_BATTERIES, *PUBLISHED_BATTERIES], ids=lambda own: str(own.__name__))
def test_a_mutation_keeps_its_laws(battery: Battery) -> None:
    battery(None)


@pytest.mark.parametrize("battery", CROSSOVER_BATTERIES, ids=lambda own: str(own.__name__))
def test_a_crossover_keeps_its_laws(battery: Battery) -> None:
    battery(None)


@pytest.mark.parametrize("battery", MORPHISM_BATTERIES, ids=lambda own: str(own.__name__))
def test_a_morphism_keeps_its_laws(battery: Battery) -> None:
    battery(None)


def test_every_registered_operator_has_a_battery() -> None:
    held = {own.name for own in GENERAL} | {own.name for own, *_ in PUBLISHED} | {own.name for own in EVERY_CROSSOVER}
    held |= {own.name for own in EVERY_MORPHISM} | {KeepTraining.name, ResetWeights.name}
    assert held == set(operator_names())


@every_pass
def test_a_rewrite_keeps_its_laws(own: Pass) -> None:
    check_rewrite(own, ensures=PROMISES.get(own.name))


@pytest.mark.parametrize("op", sorted(DECLARED))
def test_the_reference_lowers_an_op_by_its_laws(op: str) -> None:
    """A few uses of each: the contract of ops holds torch's lowerings to the reference at many."""
    effort = effort_of(None, None, None)
    check_lowering("numpy", op, effort=replace(effort, examples=max(1, effort.examples // 8)))
