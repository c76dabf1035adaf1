"""Every shipped operator passes its battery; `make flake` tries them with other seeds."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from archdsl.ir import Graph, Node
from archdsl.ir.rewrites import AbsorbZero, CollapseIdentity, Pass, RemoveDeadNodes
from archdsl.operators import ResampleDecision
from archdsl.searchspace import Architecture, Space
from archdsl.testing import check_lowering, check_mutation, check_rewrite, check_sampler
from archdsl.testing.declared import DECLARED
from archdsl.testing.effort import effort_of
from tests.ir.test_rewrites import every_pass

pytestmark = pytest.mark.properties


def by_priors(space: Space, rng: Random) -> Architecture:
    return space.sample(rng=rng)


def uniformly(space: Space, rng: Random) -> Architecture:
    return space.sample_uniform(rng=rng)


def test_samples_are_drawn_by_the_priors() -> None:
    check_sampler(by_priors, shares="priors")


def test_uniform_samples_are_each_as_frequent() -> None:
    check_sampler(uniformly, shares="uniform")


def test_one_decision_is_resampled() -> None:
    check_mutation(ResampleDecision(), changes=1)


def has_no_dead_node(graph: Graph) -> bool:
    return len(graph.ancestors(output.value for output in graph.outputs)) == len(graph.nodes)


def has_no_identity(graph: Graph) -> bool:
    return not any(
        "identity" in node.facts.laws for node in graph.nodes if isinstance(node, Node) and len(node.inputs) == 1
    )


def sums_no_zeros(graph: Graph) -> bool:
    """Tell whether no sum of several operands has one that is zeros by its law."""
    zeros = {node.id for node in graph.operations() if "zero" in node.facts.laws}
    sums = (node for node in graph.operations() if "skips_zero" in node.facts.laws and len(node.inputs) > 1)
    return not any(value.node in zeros for node in sums for value in node.inputs)


PROMISES: dict[str, Callable[[Graph], bool]] = {
    RemoveDeadNodes.name: has_no_dead_node,
    CollapseIdentity.name: has_no_identity,
    AbsorbZero.name: sums_no_zeros,
}


@every_pass
def test_a_rewrite_keeps_its_laws(own: Pass) -> None:
    check_rewrite(own, ensures=PROMISES.get(own.name))


@pytest.mark.parametrize("op", sorted(DECLARED))
def test_the_reference_lowers_an_op_by_its_laws(op: str) -> None:
    """A few uses of each: the contract of ops holds torch's lowerings to the reference at many."""
    effort = effort_of(None, None, None)
    check_lowering("numpy", op, effort=replace(effort, examples=max(1, effort.examples // 8)))
