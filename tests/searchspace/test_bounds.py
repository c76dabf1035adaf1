"""Bounds of params and MACs hold for every architecture, and an end that is called exact is that of one."""

import pytest
from hypothesis import given

from archdsl.searchspace import Space, load, loads
from archdsl.testing import sources
from tests.strategies_scan import Recurrent, recurrents

from .test_costs import TEXTS

NAMES = ("params", "macs")


def check(space: Space) -> None:
    """Compare the bounds with what all architectures cost."""
    members = list(space)
    bounds = space.bounds()
    for name in NAMES:
        costs = [getattr(own, name) for own in members]
        known = getattr(bounds, name)
        for end, best in ((known.least, min(costs)), (known.greatest, max(costs))):
            assert known.least.value <= best <= known.greatest.value
            assert (end.value == best) >= (end.kind == "exact")
            if end.decisions is not None:
                assert getattr(space.architecture(end.decisions), name) == end.value


@given(sources(limit=60))
def test_all_architectures_are_within_the_bounds(text: str) -> None:
    space = loads(text)
    if space.verdict.kind == "proved":
        check(space)


@given(sources(limit=60, recursive=True))
def test_those_of_recursive_spaces_are_too(text: str) -> None:
    space = loads(text)
    if space.verdict.kind == "proved":
        check(space)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_bounds_count_all_that_is_built_once(text: str) -> None:
    space = loads(text)
    check(space)
    assert [getattr(space.bounds(), name).kind for name in NAMES] == ["exact", "exact"]


@given(recurrents())
def test_those_of_recurrent_cells_are_too(recurrent: Recurrent) -> None:
    space = loads(recurrent.scanned)
    if space.verdict.kind == "proved":
        check(space)


SHARED = {
    "a table that is read back": """
      network net(x: tokens[5]) -> seq[5, 7] {
        let table = shared embed[7, 4]
        return x |> table |> (choose { tanh | linear[4] }) |> unembed[table]
      }""",
    "a table that is only lent": """
      network net(x: seq[5, 4]) -> seq[5, 7] {
        let table = shared embed[7, 4]
        return x |> (choose { relu | tanh }) |> unembed[table]
      }""",
    "a layer that all nodes share": """
      network net(x: vec[4]) -> vec[4] {
        let f = shared choose { linear[4] | linear[4, false] | tanh }
        nodes h[3] after (x) { return sum(f(e) for e in choose 1..2 of earlier) }
        return h[-1]
      }""",
    "a layer that may be used by nothing": """
      block pick(a: vec[d], b: vec[d]) = choose { first = a | second = b }
      network net(x: vec[4]) -> vec[4] {
        let f = shared linear[4]
        let y = x |> f |> f
        let z = x |> (choose { tanh | linear[4, false] })
        return pick(y, z)
      }""",
    "weights of each use of a cell": """
      cell twice(x: vec[d]) {
        let f = shared choose { linear[d] | tanh }
        return x |> f |> relu |> f
      }
      network net(x: vec[4]) -> vec[4] = x |> twice |> repeat 2 { twice }""",
}


@pytest.mark.parametrize("text", SHARED.values(), ids=SHARED)
def test_weights_that_are_shared_count_once(text: str) -> None:
    space = loads(text)
    assert space.verdict.kind == "proved", space.verdict.diagnostics
    check(space)
    assert [getattr(space.bounds(), name).kind for name in NAMES] == ["exact", "exact"]


def test_what_nothing_depends_on_is_not_counted() -> None:
    space = loads("""
      network net(x: vec[4]) -> vec[4] {
        nodes h[2] after (x) { return (choose one of earlier) |> linear[4, false] }
        return h[-1]
      }""")
    assert str(space.bounds().params) == "16 to 32"


def test_a_member_attains_an_end_under_a_requirement() -> None:
    space = loads("""
      network net(x: vec[4]) -> vec[4] {
        let n = choose one of 1..4
        let m = choose one of 1..4
        require n + m == 5
        return x |> repeat n { linear[4, false] } |> repeat m { linear[4] }
      }""")
    assert str(space.bounds().params) == f"{4 * 16 + 20} to {16 + 4 * 20}"


def test_unlike_best_decisions_at_two_uses_leave_an_interval() -> None:
    # What is cheap at four channels is dear at eight, and a cell is decided once for both.
    space = loads("""
      cell unit(x: vec[d]) {
        return x
          |> choose { a = linear[9 if d == 4 else 1, false] | b = linear[1 if d == 4 else 9, false] }
          |> linear[1]
      }
      network net(x: vec[4], y: vec[8]) -> (vec[1], vec[1]) {
        return x |> unit, y |> unit
      }""")
    check(space)
    assert str(space.bounds().params) == f"at least {4 + 2 + 8 + 2} to at most {36 + 10 + 72 + 10}"


def test_a_cost_that_no_op_declares_has_no_bounds() -> None:
    bounds = loads("""
      op mine(x: t) -> t { }
      network net(x: vec[4]) -> vec[4] = x |> choose { mine | tanh }""").bounds()
    assert bounds.params is None
    assert bounds.macs is None


def test_the_bounds_of_nas_bench_201_are_those_of_its_cells() -> None:
    space = load("nas_bench_201", width=4, per_stage=1)
    # All six edges have the same five ops at the same cost, so the ends are among the cells with one op on all edges.
    cells = [space.architecture(dict.fromkeys(space.choices, label)) for label in next(iter(space.choices.values()))]
    for name in NAMES:
        costs = [getattr(own, name) for own in (*cells, *(space.sample(seed=seed) for seed in range(20)))]
        known = getattr(space.bounds(), name)
        assert (known.least.value, known.greatest.value, known.kind) == (min(costs), max(costs), "exact")


@pytest.mark.parametrize("name", ["proxylessnas", "darts", "once_for_all", "darts_rnn"])
def test_an_architecture_has_what_is_called_exact(name: str) -> None:
    space = load(name)
    for own in NAMES:
        known = getattr(space.bounds(), own)
        assert known.kind == "exact"
        for end in (known.least, known.greatest):
            assert getattr(space.architecture(end.decisions), own) == end.value
