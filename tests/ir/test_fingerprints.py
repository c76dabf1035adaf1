"""Fingerprints are equal for graphs that are one but for the order of their text, and tell all others apart."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.ir import INPUT, Graph, Node, Value
from archdsl.ir.fingerprints import are_equal, fingerprint
from archdsl.ir.rewrites import EXACT, AbsorbZero, MergeEqual, SortOperands, ZeroThroughNorm, rewrite
from archdsl.testing.dags import graphs
from tests.strategies_scan import Recurrent, recurrents

from .architectures import drawn_graph, network_of, shipped, shipped_network
from .isomorphism import is_isomorphic, reordered, rings

SHIPPED = {id: (path, name) for id, path, name in shipped()}
X = Value(INPUT)
JOINS = ("add", "mean", "concat")


def altered(graph: Graph, rng: Random) -> Graph:
    """Change one operand, or whose weights an op has; as it was where that cannot be."""
    nodes = list(graph.nodes)
    place = rng.randrange(len(nodes))
    node = nodes[place]
    assert isinstance(node, Node)
    if rng.random() < 0.3:
        alike = [own.parameters for own in graph.operations() if own.facts.weights == node.facts.weights != ()]
        nodes[place] = replace(node, parameters=rng.choice([*alike, f"{node.address}_own"]))
        return replace(graph, nodes=tuple(nodes))
    slot = rng.randrange(len(node.inputs))
    type_ = graph.type_of(node.inputs[slot])
    earlier = [Value(INPUT, i) for i in range(len(graph.inputs))]
    earlier += [Value(own.id, i) for own in nodes[:place] for i in range(len(own.types))]
    options = [value for value in earlier if graph.type_of(value) == type_]
    inputs = (*node.inputs[:slot], rng.choice(options), *node.inputs[slot + 1 :])
    nodes[place] = replace(node, inputs=inputs)
    return replace(graph, nodes=tuple(nodes))


def assert_told_apart_just_where_they_differ(one: Graph, other: Graph) -> None:
    expected = is_isomorphic(one, other)
    assert are_equal(one, other) is expected
    assert (fingerprint(one) == fingerprint(other)) is expected


# ---------------------------------------------------------------- both directions


@given(graph=graphs(), seed=st.integers(0, 999))
def test_the_order_and_the_names_of_a_text_do_not_count(graph: Graph, seed: int) -> None:
    other = reordered(graph, Random(seed))
    for passes in (EXACT, (*EXACT, MergeEqual()), (*EXACT, ZeroThroughNorm())):
        assert are_equal(graph, other, passes)
        assert fingerprint(graph, passes) == fingerprint(other, passes)


@given(graph=graphs(most=7, joins=JOINS), seed=st.integers(0, 999), changes=st.integers(0, 2))
def test_fingerprints_of_small_graphs_are_equal_just_where_the_graphs_are_isomorphic(
    graph: Graph, seed: int, changes: int
) -> None:
    rng = Random(seed)
    other = graph
    for _ in range(changes):
        other = altered(other, rng)
    other = reordered(other, rng)
    assert_told_apart_just_where_they_differ(graph, other)


@given(one=graphs(most=3, joins=JOINS), other=graphs(most=3, joins=JOINS))
def test_fingerprints_of_any_two_small_graphs_are_equal_just_where_they_are_isomorphic(
    one: Graph, other: Graph
) -> None:
    assert_told_apart_just_where_they_differ(one, other)


@given(graph=graphs())
def test_a_rewritten_graph_has_the_fingerprint_of_the_graph_before(graph: Graph) -> None:
    for passes in (EXACT, (*EXACT, MergeEqual())):
        assert fingerprint(rewrite(graph, passes), passes) == fingerprint(graph, passes)


@given(recurrent=recurrents())
def test_the_step_of_a_scan_counts_as_what_is_around_it(recurrent: Recurrent) -> None:
    graph = drawn_graph(network_of(recurrent.scanned), 0)
    assert fingerprint(graph) == fingerprint(reordered(graph, Random(0)))


@pytest.mark.parametrize("id", SHIPPED)
def test_a_shipped_architecture_has_one_fingerprint_in_any_order(id: str) -> None:
    graph = drawn_graph(shipped_network(*SHIPPED[id]), 0)
    assert fingerprint(graph) == fingerprint(reordered(graph, Random(1)))


# ---------------------------------------------------------------- what counts


def of_text(text: str) -> Graph:
    return drawn_graph(network_of(text), 0)


def image(body: str) -> Graph:
    return of_text(f"network n(x: image[4, 3, 3]) -> image[4, 3, 3] {{ {body} }}")


def test_weights_count_by_instance() -> None:
    twice = image("let f = shared conv[4, 3] return f(f(x))")
    apart = image("return x |> conv[4, 3] |> conv[4, 3]")
    again = image("let g = shared conv[4, 3] let y = g(x) return g(y)")
    assert fingerprint(twice) == fingerprint(again) != fingerprint(apart)


def test_which_ops_share_weights_counts() -> None:
    def shares(first: str, second: str) -> Graph:
        return image(
            "let f = shared conv[4, 3] let g = shared conv[4, 3] "
            f"return concat(f(x), relu(g(x)), {first}(tanh(x)), {second}(sigmoid(x))) |> crop[4]"
        )

    assert fingerprint(shares("f", "g")) != fingerprint(shares("g", "f"))
    assert not are_equal(shares("f", "g"), shares("g", "f"))


def test_what_a_rewrite_makes_equal_is_equal_where_it_is_asked_for() -> None:
    plain, zeros = image("return relu(x)"), image("return relu(x) + zero(x)")
    assert fingerprint(plain) == fingerprint(zeros)
    assert fingerprint(plain, (SortOperands(),)) != fingerprint(zeros, (SortOperands(),))
    assert fingerprint(zeros, (SortOperands(),)) == fingerprint(image("return zero(x) + relu(x)"), (SortOperands(),))
    assert fingerprint(zeros, (AbsorbZero(),)) != fingerprint(image("return zero(x) + relu(x)"), ()) != ""


def test_equal_ops_without_weights_count_twice_unless_they_are_merged() -> None:
    once = image("let y = relu(x) return conv[4, 1](y) + conv[4, 3](y)")
    twice = image("return (relu |> conv[4, 1])(x) + (relu |> conv[4, 3])(x)")
    merged = (*EXACT, MergeEqual())
    assert fingerprint(once) != fingerprint(twice)
    assert fingerprint(once, merged) == fingerprint(twice, merged)


def test_zeros_pass_a_norm_only_where_the_inexact_rewrite_is_named() -> None:
    plain, shifted = image("return relu(x)"), image("return relu(x) + bn(zero(x))")
    inexact = (*EXACT, ZeroThroughNorm())
    assert fingerprint(plain) != fingerprint(shifted)
    assert fingerprint(plain, inexact) == fingerprint(shifted, inexact)


def test_attributes_count_by_kind_as_well() -> None:
    def dropped(rate: str) -> Graph:
        return of_text(f"op own[k](x: t) -> t {{ }} network n(x: vec[4]) -> vec[4] = x |> own[{rate}]")

    assert len({fingerprint(dropped(rate)) for rate in ("1", "1.0", "true", '"1"')}) == 4


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    assert fingerprint(image("return conv[4, 3](x) + relu(x)")) == "a7667202566344efdf5f793cf49c505f"


# ---------------------------------------------------------------- where colors do not tell


def test_what_colors_do_not_tell_apart_is_told_apart_by_search() -> None:
    one, two = rings(8), rings(4, 4)
    assert fingerprint(one) == fingerprint(two)
    assert not are_equal(one, two)
    assert are_equal(one, reordered(one, Random(3)))
    assert are_equal(two, reordered(two, Random(3)))


def test_many_equal_branches_are_no_search() -> None:
    def branches(count: int) -> Graph:
        return image(f"return sum((relu |> conv[4, 3] |> bn)(x) for i in 1..{count})")

    assert are_equal(branches(40), reordered(branches(40), Random(0)))
    assert not are_equal(branches(40), branches(39))
