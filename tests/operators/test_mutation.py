"""A mutation gives another member of the space, as near as there is one, and leaves its parent alone."""

from collections.abc import Mapping
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.ir import Label
from archdsl.operators import NoChange, ResampleDecision
from archdsl.searchspace import Architecture, Space, load, loads, shipped
from archdsl.searchspace.sampling import by_priors_given
from archdsl.testing import sources
from archdsl.testing.brute_force import Decisions, Key, brute_force, key_of
from tests.small import load_small

LONE = ("mobilenet_v2",)


@cache
def known(text: str) -> tuple[Space, list[Decisions]]:
    """Give a space and its members, none where it is refuted."""
    space = loads(text)
    return space, brute_force(space.elaborated).members if space.verdict.kind == "proved" else []


def differing(one: Mapping[str, Label], other: Mapping[str, Label]) -> set[str]:
    """Give the addresses that both decide, and not alike."""
    return {
        address
        for address, label in one.items()
        if address in other and (type(label), label) != (type(other[address]), other[address])
    }


@given(sources(limit=60), st.randoms(use_true_random=False))
def test_a_mutant_is_another_member(text: str, rng: Random) -> None:
    space, members = known(text)
    if len(members) < 2:
        return
    keys = {key_of(own) for own in members}
    for _ in range(10):
        parent = space.sample(rng=rng)
        mutant = ResampleDecision().apply(parent, space, rng)
        assert mutant.space is space
        assert mutant != parent
        assert key_of(dict(mutant.decisions)) in keys


@given(sources(limit=60), st.randoms(use_true_random=False))
def test_one_decision_changes_and_others_only_where_they_must(text: str, rng: Random) -> None:
    """Of all members that decide the new label, none keeps all other decisions if the mutant does not."""
    space, members = known(text)
    if len(members) < 2:
        return
    for _ in range(10):
        parent = space.sample(rng=rng)
        mutant = ResampleDecision().apply(parent, space, rng)
        changed = differing(parent.decisions, mutant.decisions)
        assert changed
        if len(changed) > 1:
            alone = [own for own in members if len(differing(parent.decisions, own)) == 1]
            assert any(all(other.get(own) != mutant.decisions[own] for other in alone) for own in changed)


@given(sources(limit=60), st.integers(0, 1000))
def test_a_mutation_is_a_function_of_its_chance(text: str, seed: int) -> None:
    space, members = known(text)
    if len(members) < 2:
        return
    parent = space.sample(seed=seed)
    before = dict(parent.decisions)
    first = ResampleDecision().apply(parent, space, Random(seed))
    second = ResampleDecision().apply(parent, loads(text), Random(seed))
    assert first == second
    assert dict(parent.decisions) == before


@given(sources(limit=25))
def test_mutations_reach_every_architecture(text: str) -> None:
    space, members = known(text)
    if len(members) < 2:
        return
    reached = reachable(space.sample(seed=0), space)
    assert reached == {key_of(own) for own in members}


def reachable(start: Architecture, space: Space) -> set[Key]:
    """Walk to all architectures that mutations lead to, each tried with many seeds."""
    rng = Random(0)
    seen: dict[Key, Architecture] = {key_of(dict(start.decisions)): start}
    waiting = [start]
    while waiting:
        parent = waiting.pop()
        for _ in range(20 * len(parent.decisions) * max(len(labels) for labels in space.choices.values())):
            mutant = ResampleDecision().apply(parent, space, rng)
            key = key_of(dict(mutant.decisions))
            if key not in seen:
                seen[key] = mutant
                waiting.append(mutant)
    return set(seen)


@given(sources(limit=60), st.randoms(use_true_random=False))
def test_a_space_of_one_has_no_mutants(text: str, rng: Random) -> None:
    space, members = known(text)
    if len(members) == 1:
        with pytest.raises(NoChange, match="no other architecture"):
            ResampleDecision().apply(space.sample(seed=0), space, rng)


@pytest.mark.parametrize("name", LONE)
def test_a_network_has_no_mutants(name: str) -> None:
    space = load(name)
    with pytest.raises(NoChange, match=name):
        ResampleDecision().apply(space.sample(seed=0), space, Random(0))


def root_of(address: str) -> str:
    """Give what an address begins with: a network, or a cell."""
    return address.partition(".")[0]


@pytest.mark.parametrize("name", [name for name in shipped() if name not in LONE])
def test_mutants_in_shipped_spaces_change_one_decision_and_others_only_where_they_must(name: str) -> None:
    space, rng = load_small(name), Random(0)
    architecture = space.sample(seed=0)
    for _ in range(200):
        mutant = ResampleDecision().apply(architecture, space, rng)
        changed = differing(architecture.decisions, mutant.decisions)
        if len(changed) > 1:
            wants = [{**architecture.decisions, address: mutant.decisions[address]} for address in changed]
            assert any(by_priors_given(space.diagram, wanted) is None for wanted in wants)
            architecture = mutant
            continue
        (address,) = changed
        # What else came or went stands under what changed: an op on an edge that was chosen, or no more; or it is of a
        # cell that the network uses now, or no more.
        others = mutant.decisions.keys() ^ architecture.decisions.keys()
        place = address.rsplit("@", 1)[0]
        free = name == "nas_bench_101" and ".inputs@" in address  # a wiring tells which ops there are
        free |= root_of(address).startswith("motif[")  # an edge tells which nodes are there, and so which edges decide
        assert free or all(other.startswith(place) or root_of(other) != root_of(address) for other in others)
        architecture = mutant
    assert space.explain(architecture.decisions) == ()


def test_every_decision_is_changed_equally_often_and_to_every_label() -> None:
    space, rng = load("nas_bench_201"), Random(0)
    parent = space.sample(seed=1)
    counts: dict[tuple[str, Label], int] = {}
    for _ in range(6 * 4 * 100):
        mutant = ResampleDecision().apply(parent, space, rng)
        (address,) = differing(parent.decisions, mutant.decisions)
        key = address, mutant.decisions[address]
        counts[key] = counts.get(key, 0) + 1
    assert len(counts) == 6 * 4
    assert all(50 < count < 150 for count in counts.values())


def test_what_the_new_label_leads_to_is_drawn_by_its_priors() -> None:
    space = loads("""
    network n(x: vec[4]) -> vec[4] {
      return x |> choose { plain = relu | deep = choose { often = tanh weight 9 | seldom = sigmoid } }
    }
    """)
    parent = space.architecture({"n": "plain"})
    rng = Random(0)
    drawn = [ResampleDecision().apply(parent, space, rng).decisions["n.deep"] for _ in range(1000)]
    assert 50 < drawn.count("seldom") < 150


def test_where_no_decision_can_change_alone_the_rest_follows() -> None:
    space = loads("""
    network n(x: vec[4]) -> vec[4] {
      let a = choose one of 1..3
      let b = choose one of 1..3
      require a == b
      return x |> repeat a + b { relu }
    }
    """)
    mutants = {
        key_of(dict(ResampleDecision().apply(space.sample(seed=0), space, Random(i)).decisions)) for i in range(50)
    }
    assert len(mutants) == 2
