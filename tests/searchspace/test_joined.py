"""Walks that stand for many say of a space what its architectures say one by one, or nothing at all."""

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError
from archdsl.elaborate import Budget, Network
from archdsl.elaborate.faults import TooVague
from archdsl.searchspace import loads
from archdsl.searchspace.diagram import Diagram, count
from archdsl.searchspace.exploration import Exploration
from archdsl.searchspace.explore import Explorer
from archdsl.searchspace.order import Order
from archdsl.testing import sources
from archdsl.testing.brute_force import TooMany, brute_force
from tests.strategies_planted import planted_spaces
from tests.strategies_widths import spaces_of_widths

MOST = 3_000


def joined(network: Network) -> tuple[Diagram, Exploration] | None:
    """Explore a network with walks that stand for many; None where they say nothing."""
    try:
        return Explorer(network, Budget(steps=2_000_000), joins=True).explore()
    except TooVague:
        return None


def hold(text: str) -> bool:
    """Compare what is said of a space, if anything is, with what brute force finds."""
    try:
        network = loads(text).elaborated
    except ArchdslError:
        reject()
    explored = joined(network)
    if explored is None:
        return False
    diagram, whole = explored
    try:
        found = brute_force(network, MOST)
    except TooMany:
        reject()
    assert not found.faults
    assert not whole.failures
    assert count()(diagram) == len(found.members)
    assert whole.trace is not None
    assert list(Order(diagram, whole.trace).members()) == found.members
    return True


@given(spaces_of_widths())
def test_what_is_said_of_spaces_of_many_widths_is_true(text: str) -> None:
    hold(text)


@given(st.one_of(sources(), sources(recursive=True), sources(faults=True)))
def test_what_is_said_of_a_space_is_true(text: str) -> None:
    hold(text)


@given(planted_spaces(limit=300))
def test_what_is_said_where_something_is_planted_is_true(text: str) -> None:
    hold(text)


NODES = """
choice edge(x: vec[d]) { a = linear[4] | b = linear[8] | c = identity }
cell body(x: vec[d]) {
  let p = linear[4](x)
  nodes h[2] after (p) { return concat(edge(choose one of earlier), edge(choose one of earlier)) }
  return %s
}
"""

SAID = {
    "what no decision took is joined": NODES % "concat(loose(p, h))"
    + "network n(x: vec[4]) { return x |> body |> body |> linear[3] }",
    "what no decision took is brought to one width and added": NODES % "sum(same(e) for e in loose(p, h))"
    + "block same(x: vec[d]) = identity if d == 4 else linear[4]\n"
    + "network n(x: vec[4]) { return x |> body |> body |> linear[3] }",
    "a block decides in the same way at each width": NODES % "h[-1] |> adapt"
    + "block adapt(x: vec[d]) { return x |> (relu if d == 4 else tanh) |> choose { a = identity | b = linear[8] } }\n"
    + "network n(x: vec[4]) { return x |> body |> linear[3] }",
    "a residual block keeps each width": NODES % "h[-1] |> residual"
    + "block residual(x: vec[d]) = x + linear[d](x)\n"
    + "network n(x: vec[4]) { return x |> body |> body |> linear[3] }",
    "widths pass through a repetition": """
        choice step(x: vec[d]) { a = linear[4] | b = linear[8] | c = identity }
        network n(x: vec[4]) { return x |> repeat 4 { step } |> linear[3] }""",
    "a tied layer has one decision at both widths": """
        choice step(x: vec[d]) { a = linear[4] | b = linear[8] }
        choice act(x: t) { one = relu | two = tanh }
        network n(x: vec[4]) { let f = tied act return x |> step |> f |> step |> f |> linear[3] }""",
}

UNSAID = {
    "a width that a network gives": """
        network n(x: vec[4]) { return x |> choose { a = linear[4] | b = linear[8] } |> each }
        block each(x: vec[d]) = linear[d]""",
    "an alternative that is legal at one width": """
        choice step(x: vec[d]) { a = linear[4] | b = linear[8] }
        choice act(x: vec[d]) { one = relu | skip = identity when d == 4 }
        network n(x: vec[4]) { return x |> step |> act |> linear[3] }""",
    "an op that is legal at one width": """
        choice step(x: vec[d]) { a = linear[4] | b = linear[8] }
        block even(x: vec[d]) { require d == 8 return x |> choose { one = relu | two = tanh } }
        network n(x: vec[4]) { return x |> step |> even |> linear[3] }""",
    "two decisions whose widths clash": """
        choice step(x: vec[d]) { a = linear[4] | b = linear[8] }
        network n(x: vec[4]) { return step(x) + step(x) |> linear[3] }""",
    "how many members no decision took": NODES % "relu(h[-1]) if len(loose(p, h)) == 1 else tanh(h[-1])"
    + "network n(x: vec[4]) { return x |> body |> linear[3] }",
    "decisions for what no decision took": NODES % "concat(act(e) for e in loose(p, h))"
    + "choice act(x: vec[d]) { one = relu | two = tanh }\n"
    + "network n(x: vec[4]) { return x |> body |> linear[3] }",
    "a list that is empty in some architectures": NODES % "concat(concat(loose(h[0])), h[-1])"
    + "network n(x: vec[4]) { return x |> body |> linear[3] }",
    "whether two lists are equal": NODES % "relu(h[0]) if [edge(p)] == [edge(p)] else tanh(h[0])"
    + "network n(x: vec[4]) { return x |> body |> linear[3] }",
    "what a shared layer takes": """
        choice step(x: vec[d]) { a = linear[4] | b = linear[8] }
        network n(x: vec[4]) { let f = shared linear[3] return x |> step |> f }""",
    "what the weights come to": """
        choice step(x: vec[d]) { a = linear[4] | b = linear[8] }
        network n(x: vec[4]) { require params < 60 return x |> step |> linear[3] }""",
}


@pytest.mark.parametrize("law", SAID)
def test_walks_that_stand_for_many_say(law: str) -> None:
    assert hold(SAID[law])


@pytest.mark.parametrize("law", UNSAID)
def test_walks_that_stand_for_many_do_not_say(law: str) -> None:
    assert not hold(UNSAID[law])


CELL = """
choice edge[c](x: vec[d]) { a = linear[c] | b = linear[2 * c] | c = tanh |> linear[c] | d = relu |> linear[2 * c] }
cell body(x: vec[d]) {
  let p = linear[4](x)
  nodes h[4] after (p) { return concat(edge[4](choose one of earlier), edge[4](choose one of earlier)) }
  return concat(loose(p, h))
}
"""
"""A cell of so many widths and loose ends that it is not walked exactly."""


def test_a_large_space_is_proved_by_few_walks_and_drawn_from() -> None:
    space = loads(CELL + "network n(x: vec[4]) { return x |> body |> body |> linear[3] }")
    assert space.size() == space.genotypes().number == 4**8 * 24**2
    assert space.verdict.walks < 2_000
    drawn = space.sample_uniform(seed=0)
    assert space.unrank(space.rank(drawn)) == drawn
    assert drawn.graph.outputs


def test_a_cell_whose_width_is_decided_is_counted_where_nothing_depends_on_it() -> None:
    text = SAID["what no decision took is joined"]
    assert loads(text).genotypes().number == loads(text).size()
    dependent = UNSAID["an alternative that is legal at one width"].replace("choice step", "cell step")
    body = "(x: vec[d]) { return x |> choose { a = linear[4] | b = linear[8] } }"
    assert loads(dependent.replace("(x: vec[d]) { a = linear[4] | b = linear[8] }", body)).genotypes().number is None


def test_a_mistake_at_one_width_of_a_large_space_is_found() -> None:
    text = CELL + "network n(x: vec[4]) { return x |> body |> choose { fits = linear[3] | wants = only |> linear[3] } }"
    space = loads(text + "\nblock only(x: vec[4]) = relu")
    assert space.verdict.kind == "refuted"
    assert [own.code for own in space.verdict.diagnostics] == ["shape-mismatch"]
