"""Whatever is planted in a space: the checker and the exact tools say what brute force finds, one by one."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from random import Random
from typing import TypeVar

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.elaborate import Network, architecture_graph
from archdsl.ir import verify
from archdsl.searchspace import Space, loads
from archdsl.searchspace.exploration import Failure
from archdsl.searchspace.explore import Explorer
from archdsl.testing.brute_force import BruteForce, Decisions, TooMany, brute_force, key_of
from archdsl.testing.frequencies import assert_drawn
from tests.strategies_planted import planted_spaces

from .test_order import check_order

T = TypeVar("T")

MOST = 3_000
REPLAYED = 60
"""So many members, and as many architectures that are wrong, are elaborated to their graphs."""
DRAWS = 20
"""For each architecture of a space that is drawn from."""


def hold(text: str) -> str:
    """Compare all that is said of a space with what brute force finds; give the verdict."""
    space = loads(text)
    found = walked(space)
    check_verdict(space, found)
    check_replays(space.elaborated, found)
    if space.verdict.kind == "proved":
        assert space.size() == len(found.members) == len(found.keys)
        check_order(space, found.members)
    return space.verdict.kind if found.members or found.faults else "empty"


def walked(space: Space) -> BruteForce:
    """Walk all architectures, unless there are more than were asked for."""
    try:
        return brute_force(space.elaborated, MOST)
    except TooMany:
        reject()


def check_verdict(space: Space, found: BruteForce) -> None:
    """A space is refuted if an architecture is wrong, or none is right, and only then; each counter-example is one."""
    assert space.verdict.kind != "not proved"
    assert (space.verdict.kind == "refuted") == (bool(found.faults) or not found.members)
    if space.verdict.kind == "refuted":
        assert {own.code for own in space.verdict.diagnostics} == (
            {own.code for _, own in found.faults} or {"empty-space"}
        )
    _, whole = Explorer(space.elaborated).explore()
    # Of equal tensors that were made in several places one is shown.
    assert {place_of(own.diagnostic) for own in whole.failures} <= {place_of(own) for _, own in found.faults}
    for failure in whole.failures:
        check_counterexample(space.elaborated, failure, found)


def check_counterexample(network: Network, failure: Failure, found: BruteForce) -> None:
    """What a diagnostic says of decisions is so: no member decides so, and who does comes to this mistake."""
    wanted = key_of(dict(failure.condition))
    assert not any(wanted <= own for own in found.keys), "an architecture that is right decides so too"
    hits = [own for own, diagnostic in found.faults if wanted <= key_of(own)]
    assert failure.diagnostic.code in {replayed(network, own).code for own in hits[:REPLAYED]}


def check_replays(network: Network, found: BruteForce) -> None:
    """What brute force finds of an architecture is what comes of its decisions, elaborated by themselves."""
    for decisions in spread(found.members):
        graph, asked = architecture_graph(network, decisions)
        assert asked == decisions
        assert verify(graph, architecture=True) == ()
    for decisions, diagnostic in spread(found.faults):
        assert place_of(replayed(network, decisions)) == place_of(diagnostic)


def replayed(network: Network, decisions: Decisions) -> Diagnostic:
    with pytest.raises(ArchdslError) as error:
        architecture_graph(network, decisions)
    (diagnostic,) = error.value.diagnostics
    return diagnostic


def place_of(diagnostic: Diagnostic) -> tuple[str, int, int]:
    """Give what makes two mistakes one: the code and the place."""
    assert diagnostic.primary
    return diagnostic.code, diagnostic.primary.span.start, diagnostic.primary.span.end


def spread(members: list[T]) -> Iterator[T]:
    """Give some members from all over a list."""
    return islice(members, 0, None, len(members) // REPLAYED + 1)


@settings(max_examples=60)
@given(planted_spaces(limit=MOST))
def test_what_is_said_of_a_planted_space_is_what_brute_force_finds(text: str) -> None:
    hold(text)


@pytest.mark.slow
def test_what_is_said_of_two_thousand_planted_spaces_is_what_brute_force_finds() -> None:
    verdicts: Counter[str] = Counter()

    @settings(max_examples=2_000)
    @given(planted_spaces(limit=MOST))
    def law(text: str) -> None:
        verdicts[hold(text)] += 1

    law()
    assert 0.35 < verdicts["refuted"] / verdicts.total() < 0.65, verdicts


@settings(max_examples=30)
@given(planted_spaces(limit=60), st.integers(0, 2**32))
def test_samples_of_a_planted_space_are_as_frequent_as_declared(text: str, seed: int) -> None:
    """Of 60 architectures, a deviation of 31 % (root mean square) fails with 99 % power."""
    space, rng = loads(text), Random(seed)
    if space.verdict.kind != "proved":
        return
    found = walked(space)
    members = [key_of(own) for own in found.members]
    for draw, shares in (
        (space.sample, dict(zip(members, found.priors, strict=True))),
        (space.sample_uniform, dict.fromkeys(members, 1.0)),
    ):
        assert_drawn(lambda draw=draw: key_of(dict(draw(rng=rng).decisions)), shares, DRAWS * len(shares))  # type: ignore[misc]
