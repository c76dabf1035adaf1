"""The order of a space's architectures is that in which brute force walks them; rank and unrank read it both ways."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, UsageError
from archdsl.elaborate import Interpreter, Point, Replay
from archdsl.elaborate.values import Tensor
from archdsl.ir import Label
from archdsl.searchspace import Space, load, loads, shipped
from archdsl.searchspace.counting import Counts
from archdsl.testing import sources
from archdsl.testing.brute_force import Decisions, key_of
from tests.small import load_small

from .test_diagram import SIZES as BY_HAND
from .test_diagram import known, space_by_hand

Written = list[tuple[str, type, object]]


def written(decisions: Decisions) -> Written:
    """Give decisions in the order in which they were made, in a form that can be compared."""
    return [(address, type(label), label) for address, label in decisions.items()]


def listed(space: Space, start: int = 0) -> Iterator[Written]:
    return (written(dict(architecture.decisions)) for architecture in space.enumerate(start))


def check_order(space: Space, members: list[Decisions]) -> None:
    """Compare all readings of the order with the members as brute force came to them."""
    expected = [written(own) for own in members]
    assert list(listed(space)) == expected
    assert [written(dict(space.unrank(i).decisions)) for i in range(space.size())] == expected
    assert [space.rank(own) for own in members] == list(range(space.size()))
    for start in {0, 1, space.size() // 2, space.size() - 1, space.size()} - {space.size() + 1}:
        if start <= space.size():
            assert list(listed(space, start)) == expected[start:]


@given(sources())
def test_size_unrank_enumeration_and_brute_force_agree(text: str) -> None:
    space, found = known(text)
    if space.verdict.kind == "proved":
        assert space.size() == len(found.members) == len(found.keys)
        check_order(space, found.members)


@pytest.mark.parametrize("law", BY_HAND)
def test_the_order_of_spaces_worked_out_by_hand(law: str) -> None:
    space, found = space_by_hand(law)
    check_order(space, found.members)


INTERLEAVED = {
    "a later choice is asked for in another order": """
        cell a(x: t) { return x |> choose { relu | tanh } }
        cell b(x: t) { return x |> choose { relu | tanh } }
        network n(x: vec[4]) -> vec[4] {
          let first = choose { ab = a |> b | ba = b |> a }
          return x |> first
        }""",
    "results that are equal come from decisions that are not neighbors": """
        block wide(x: vec[d]) { return x |> choose { linear[4] | linear[8] | relu | same = linear[4] } }
        network n(x: vec[4]) -> vec[2] {
          let y = x |> wide |> choose { relu | tanh }
          let k = choose one of 0..2
          return y |> repeat k { wide } |> linear[2]
        }""",
    "what is decided once is met with other labels later, and decides more there": """
        cell step[s](x: image[c, h, w]) {
          return x |> choose {
              both  = relu
            | first = tanh when s == 1
            | deep  = choose { conv[c, 3] | conv[c, 5] when s == 2 | conv[c, 1] }
            | last  = bn when s == 2
          }
        }
        network n(x: image[2, 4, 4]) -> image[2, 4, 4] {
          let twice = choose { yes | no }
          return x |> (step[1] |> step[2] if twice == "yes" else step[2] |> relu)
        }""".replace("choose { yes | no }", 'choose one of ["yes", "no"]'),
    "a list is given in another order": """
        network n(x: vec[4]) -> vec[4] {
          let up = choose one of [true, false]
          let k = choose one of ([1, 2, 3] if up else [3, 1])
          return x |> repeat k { choose { relu | tanh } }
        }""",
    "what is required leaves gaps": """
        network n(x: vec[4]) -> vec[4] {
          let inputs = [choose any of 0..v for v in 0..2]
          require sum([len(s) for s in inputs]) == 3 and (0 in inputs[2] or 1 in inputs[1])
          return x |> repeat len(inputs[2]) { choose { relu | tanh } }
        }""",
}


@pytest.mark.parametrize("text", INTERLEAVED.values(), ids=INTERLEAVED.keys())
def test_the_order_is_that_of_the_walk_where_the_diagram_has_another(text: str) -> None:
    space, found = known(text)
    assert space.verdict.kind == "proved", space.verdict.diagnostics
    assert len(found.members) > 5
    check_order(space, found.members)


HUGE = {
    "cells of two stages, with subsets and depths": """
        choice edge[s](x: image[c, h, w]) {
            skip = identity when s == 1
          | conv = conv[c, k, s] for k in [1, 3, 5, 7]
          | pool = max_pool[3, s]
          | deep = max_pool[3, s] |> repeat choose one of 1..3 { act }
        }
        choice act(x) { relu | relu6 | tanh }
        cell body(x: image[c, h, w]) {
          nodes n[5] after (x) { return sum(edge[1](e) for e in choose 1..2 of earlier) }
          return concat(n) |> conv[c, 1]
        }
        cell down(x: image[c, h, w]) {
          nodes n[3] after (x) as i { return edge[2 if i == 0 else 1](earlier[-1]) }
          return n[2]
        }
        network n(x: image[4, 16, 16]) -> image[4, 4, 4] {
          return x |> repeat 3 { body } |> down |> body |> down |> body
        }""",
    "layers of a chain, some of which may be skipped": """
        block layer[out](x: image[c, h, w]) {
          return x |> choose { mb = conv[out, k] for k in [1, 3, 5] | skip = identity when out == c weight 5 }
        }
        network n(x: image[4, 8, 8]) -> image[8, 8, 8] {
          return x |> repeat 20 { layer[4] } |> layer[8] |> repeat choose one of 10..20 { layer[8] }
        }""",
    "widths that a requirement ties together": """
        network n(x: vec[4]) -> vec[2] {
          let first = choose one of 1..40
          let wide = choose one of 1..40
          require first <= wide and (first + wide) % 3 != 1
          let f = tied choose { linear[4] | act | twice = act |> act }
          let deep = x |> linear[first] |> linear[wide] |> linear[4] |> f |> repeat 30 { act }
          return deep |> f |> repeat wide % 4 { act } |> linear[2]
        }
        choice act(x) { relu | relu6 | tanh | sigmoid }""",
    "wiring of which members stay loose": """
        choice act(x) { relu | relu6 | tanh | sigmoid }
        cell wired(x: image[c, h, w]) {
          nodes n[5] after (x) { return sum(act(e) for e in choose 1..2 of earlier) }
          return concat(loose(n)) |> conv[c, 1 if len(loose(n)) == 1 else 3]
        }
        network n(x: image[2, 4, 4]) -> image[2, 4, 4] { return x |> wired |> repeat 10 { act |> act } }""",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_rank_takes_back_what_unrank_gives_in_a_huge_space(text: str) -> None:
    check_ranks(loads(text), 10**18)


def check_ranks(space: Space, least: int) -> None:
    """Look at architectures all over a space: their places, their neighbors, and that the order is lexicographic."""
    size = space.size()
    assert size >= least
    rng = Random(7)
    places = sorted({0, min(1, size - 1), size - 1, *(rng.randrange(size) for _ in range(25))})
    found = [space.unrank(place) for place in places]
    assert [space.rank(own) for own in found] == places
    assert all(own in space for own in found[::5])
    for own in (*(space.sample(seed=seed) for seed in range(20)), *(space.sample_uniform(seed=s) for s in range(20))):
        assert space.unrank(space.rank(own)) == own
    for place, own in list(zip(places, found, strict=True))[::5]:
        following = list(islice(space.enumerate(place), 50))
        assert following[0] == own
        assert [space.rank(next_) for next_ in following] == list(range(place, min(place + 50, size)))
    for a, b in pairwise(found):
        assert_before(space, dict(a.decisions), dict(b.decisions))


def assert_before(space: Space, a: Decisions, b: Decisions) -> None:
    """Check that at the first decision in which two members differ the first has the earlier label."""
    labels = {point.address: [key_of({"": own}) for own in point.labels] for point in reversed(points_of(space, a))}
    for (address, own), (other, label) in zip(a.items(), b.items(), strict=False):
        assert address == other
        if key_of({"": own}) != key_of({"": label}):
            assert labels[address].index(key_of({"": own})) < labels[address].index(key_of({"": label}))
            return
    raise AssertionError("one member is the beginning of another")


def points_of(space: Space, decisions: Decisions) -> list[Point]:
    """Give the choices that a member's walk comes to."""
    replay = Replay(decisions)
    found: list[Point] = []

    class Noting:
        scope, tied, reach, begin = replay.scope, replay.tied, replay.reach, replay.begin
        mark, is_marked = replay.mark, replay.is_marked

        def choose(self, point: Point) -> Label:
            found.append(point)
            return replay.choose(point)

    network = space.elaborated
    network.walk(Interpreter(network.program, Noting()), tuple(Tensor(port.type) for port in network.inputs))
    return found


@pytest.mark.parametrize("name", shipped())
def test_ranks_of_the_shipped_spaces(name: str) -> None:
    space = load_small(name)
    if space.real_settings:
        pytest.skip("a space with real settings has no order")
    check_ranks(space, 1)


def test_all_cells_of_nas_bench_201_come_in_the_order_of_the_text() -> None:
    space = load("nas_bench_201")
    ops = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
    numbers = []
    for architecture in space:
        number = 0
        for label in architecture.decisions.values():
            number = 5 * number + ops.index(str(label))
        numbers.append(number)
    assert numbers == list(range(15_625))


def test_an_index_that_no_architecture_has_is_refused() -> None:
    space = load("nas_bench_201")
    for index in (-1, 15_625, 10**30):
        with pytest.raises(UsageError, match=r"they are numbered from 0 to 15,624"):
            space.unrank(index)
    with pytest.raises(UsageError, match="has no architecture 15,626"):
        space.enumerate(15_626)
    assert list(space.enumerate(15_625)) == []


def test_what_is_no_member_has_no_rank_and_is_told_why() -> None:
    space = load("nas_bench_201")
    decisions = dict(space.unrank(99).decisions)
    address = "node_cell.n[1].edge_op@0"
    wrong: list[tuple[Decisions, str]] = [
        ({**decisions, address: "conv"}, "inadmissible-decision"),
        ({own: label for own, label in decisions.items() if own != address}, "missing-decision"),
        ({**decisions, "node_cell.n[3]": "none"}, "unknown-decision"),
    ]
    for own, code in wrong:
        with pytest.raises(ArchdslError) as error:
            space.rank(own)
        assert [diagnostic.code for diagnostic in error.value.diagnostics] == [code]
    assert space.rank(decisions) == 99, "a refusal leaves nothing behind"


def test_a_requirement_is_the_reason_where_one_fails() -> None:
    space = loads("""network n(x: vec[4]) -> vec[4] {
      let a = choose one of 0..3
      let b = choose one of 0..3
      require a < b
      return x |> repeat a + b { relu }
    }""")
    assert [dict(own.decisions) for own in space] == [{"n.a": a, "n.b": b} for a in range(4) for b in range(a + 1, 4)]
    with pytest.raises(ArchdslError, match="`require a < b` does not hold"):
        space.rank({"n.a": 2, "n.b": 1})


def test_two_enumerations_do_not_disturb_each_other() -> None:
    space = load("digits_cells")
    first, second = space.enumerate(1000), space.enumerate()
    for index in range(50):
        assert space.rank(next(first)) == 1000 + index
        assert space.rank(next(second)) == index


@given(sources(), st.data())
def test_counts_under_decisions_are_those_of_brute_force(text: str, data: st.DataObject) -> None:
    space, found = known(text)
    if space.verdict.kind != "proved":
        return
    counts = Counts(space.diagram)
    left = found.members
    before: list[list[Decisions]] = []
    for _ in range(data.draw(st.integers(0, 12))):
        undecided = sorted({a for own in left for a in own if len({(type(o.get(a)), o.get(a)) for o in left}) > 1})
        if before and (not undecided or data.draw(st.integers(0, 3)) == 3):
            counts.undo()
            left = before.pop()
        elif undecided:
            address = data.draw(st.sampled_from(undecided))
            label = data.draw(st.sampled_from([own[address] for own in left if address in own]))
            before.append(left)
            counts.fix(address, label)
            left = [o for o in left if address not in o or (type(o[address]), o[address]) == (type(label), label)]
        assert counts.total == len(left)
        for address in space.choices:
            numbers = Counter((type(own[address]), own[address]) for own in left if address in own)
            assert counts.by_label(address) == numbers
        if counts.total == 1:
            assert key_of(counts.only()) == key_of(left[0])
