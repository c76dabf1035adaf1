"""The batteries bite: each broken operator is caught, by the law that it breaks, and the right one passes."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from archdsl.diagnostics import UsageError
from archdsl.ir import Graph
from archdsl.ir.rewrites import PASSES, AbsorbZero, CollapseIdentity, Pass
from archdsl.searchspace import Architecture, Space, loads
from archdsl.testing import (
    Effort,
    Falsified,
    check_crossover,
    check_lowering,
    check_morphism,
    check_mutation,
    check_rewrite,
    check_sampler,
)
from archdsl.testing import lowering as lowering_laws
from archdsl.testing import mutation as laws
from archdsl.testing import rewrite as rewrite_laws
from archdsl.testing import sampler as sampler_laws

from .broken import crossovers, lowerings, morphisms, mutations, rewrites, samplers
from .broken.crossovers import CROSSOVERS
from .broken.lowerings import LOWERINGS
from .broken.morphisms import MORPHISMS
from .broken.mutations import MUTATIONS
from .broken.rewrites import REWRITES
from .broken.samplers import SAMPLERS
from .shipped import FREE, one_step_shares

pytestmark = pytest.mark.properties
BRIEF = Effort(examples=8, draws=30, shrinks=0)
WIDE = Effort(examples=25, draws=30, shrinks=0)


def name_of(own: object) -> str:
    return str(getattr(own, "__name__", type(own).__name__))


@pytest.mark.parametrize(("broken", "law"), MUTATIONS, ids=name_of)
def test_a_broken_mutation_is_caught(broken: Any, law: str) -> None:
    with pytest.raises(Falsified) as caught:
        check_mutation(broken, effort=BRIEF)
    assert caught.value.law == law


def test_the_right_mutation_passes() -> None:
    check_mutation(mutations.RIGHT, changes=1, effort=BRIEF)


def test_a_mutation_that_changes_more_than_it_may_is_caught() -> None:
    broken = mutations.Broken(mutations.changes_several)
    check_mutation(broken, effort=BRIEF)
    with pytest.raises(Falsified) as caught:
        check_mutation(broken, changes=1, effort=BRIEF)
    assert caught.value.law == laws.LOCALITY


def test_the_shares_of_a_mutation_are_held_to_what_is_declared() -> None:
    broken = mutations.Broken(mutations.prefers_the_first)
    with pytest.raises(Falsified, match="with 99 % power") as caught:
        check_mutation(broken, spaces=[FREE], shares=one_step_shares, effort=BRIEF)
    assert caught.value.law == laws.DISTRIBUTION


@pytest.mark.parametrize(("broken", "law"), SAMPLERS, ids=name_of)
def test_a_broken_sampler_is_caught(broken: Callable[[Space, Random], Architecture], law: str) -> None:
    with pytest.raises(Falsified) as caught:
        check_sampler(broken, shares="priors", effort=BRIEF)
    assert caught.value.law == law


def test_the_right_sampler_passes() -> None:
    check_sampler(samplers.samples, shares="priors", effort=BRIEF)


def test_a_sampler_that_draws_one_alternative_for_all_uses_of_a_rule_is_caught() -> None:
    right, broken = samplers.by_walks(samplers.by_the_priors), samplers.by_walks(samplers.cached_by_rule)
    few = Effort(examples=0, draws=12, shrinks=0)
    check_sampler(right, spaces=samplers.WALKED, shares="priors", effort=few)
    with pytest.raises(Falsified, match="never") as caught:
        check_sampler(broken, spaces=samplers.WALKED, effort=few)
    assert caught.value.law == sampler_laws.COVERAGE
    with pytest.raises(Falsified) as caught:
        check_sampler(broken, spaces=samplers.WALKED, shares="priors", effort=few)
    assert caught.value.law == sampler_laws.DISTRIBUTION


def test_a_sampler_that_deals_cards_is_caught_by_pairs_alone() -> None:
    with pytest.raises(Falsified) as caught:
        check_sampler(samplers.deals_cards(), spaces=samplers.WALKED[1:], shares="uniform", effort=BRIEF)
    assert caught.value.law == sampler_laws.INDEPENDENCE


@pytest.mark.parametrize(("broken", "law"), CROSSOVERS, ids=name_of)
def test_a_broken_crossover_is_caught(broken: Any, law: str) -> None:
    with pytest.raises(Falsified) as caught:
        check_crossover(broken, effort=BRIEF)
    assert caught.value.law == law


def test_the_right_crossover_passes() -> None:
    check_crossover(crossovers.RIGHT, effort=BRIEF)


@pytest.mark.parametrize(("broken", "law"), REWRITES, ids=name_of)
def test_a_broken_rewrite_is_caught(broken: rewrites.Rewriting, law: str) -> None:
    with pytest.raises(Falsified) as caught:
        check_rewrite(broken, effort=WIDE)
    assert caught.value.law == law


@pytest.mark.parametrize("rewrite", PASSES, ids=lambda own: str(own.name))
def test_the_right_rewrites_pass(rewrite: Pass) -> None:
    check_rewrite(rewrite, effort=WIDE)


def test_a_rewrite_is_held_to_what_it_promises() -> None:
    def has_no_identity(graph: Graph) -> bool:
        return all(node.op != "identity" for node in graph.nodes)

    check_rewrite(CollapseIdentity(), ensures=has_no_identity, effort=WIDE)
    with pytest.raises(Falsified) as caught:
        check_rewrite(AbsorbZero(), ensures=has_no_identity, effort=WIDE)
    assert caught.value.law == rewrite_laws.PROMISE


@pytest.mark.parametrize(("backend", "op", "law"), LOWERINGS, ids=lambda own: own if "_" in own else "")
def test_a_broken_lowering_is_caught(backend: str, op: str, law: str) -> None:
    with pytest.raises(Falsified) as caught:
        check_lowering(backend, op, space=lowerings.space_of(op), effort=BRIEF)
    assert caught.value.law == law


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_the_right_lowering_passes(backend: str) -> None:
    check_lowering(backend, lowerings.RIGHT, space=lowerings.space_of(lowerings.RIGHT), effort=BRIEF)


def test_a_wrong_cost_is_caught() -> None:
    space = loads("""
    op scaled(x: vec[d]) -> vec[d] { weight scale[d] macs = d * d }
    network net(x: vec[4]) -> vec[4] = x |> scaled
    """)
    with pytest.raises(Falsified, match="declared 16, measured 0") as caught:
        check_lowering("torch", lowerings.RIGHT, space=space, effort=BRIEF)
    assert caught.value.law == lowering_laws.COST


def test_a_lowering_of_no_standard_op_needs_a_space() -> None:
    with pytest.raises(UsageError, match="no standard op `con`") as caught:
        check_lowering("torch", "con")
    assert caught.value.diagnostics[0].help == "an op with a similar name exists: `conv`"


@pytest.mark.parametrize(("broken", "law"), MORPHISMS, ids=name_of)
def test_a_broken_morphism_is_caught(broken: morphisms.Morphing, law: str) -> None:
    with pytest.raises(Falsified) as caught:
        check_morphism(broken, effort=BRIEF)
    assert caught.value.law == law


def test_the_right_morphism_passes() -> None:
    check_morphism(morphisms.RIGHT, effort=BRIEF)
