"""Every graph that the elaborator gives is valid; one that breaks a law is refused for it, and for nothing else."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.ir import (
    INPUT,
    AnyNode,
    Choose,
    Graph,
    Guard,
    Input,
    Is,
    Node,
    Output,
    Select,
    Takes,
    Type,
    Value,
    Weight,
    verify,
)

from .architectures import drawn_graph, network_of, open_graph, open_shipped, shipped, shipped_network

SHIPPED = {id: (path, name) for id, path, name in shipped()}

TEXT = """
choice edge(x: image[c, h, w]) {
    none = absent
  | skip = identity
  | deep = relu |> conv[c, 1] |> inner |> bn
}
choice inner(x: image[c, h, w]) { narrow = conv[c, 1] | wide = conv[c, 3] }
cell node_cell(x: image) {
  nodes n[3] after (x, relu(x)) { return tanh(sum(edge(e) for e in choose 1..2 of earlier) + x) }
  return n[2]
}
network n(x: image[4, 6, 5], y: vec[4]) -> (image[4, 6, 5], vec[4]) {
  let w = shared linear[4]
  let z = w(w(y))
  let h = x |> node_cell |> node_cell
  return h, z, aux = tanh(z)
}
"""

Breaker = Callable[[Graph, Random], Graph]


@cache
def open_one() -> Graph:
    graph = open_graph(network_of(TEXT))
    assert graph is not None
    return graph


@cache
def decided(seed: int) -> Graph:
    return drawn_graph(network_of(TEXT), seed)


def edited(graph: Graph, node: AnyNode, other: AnyNode) -> Graph:
    return replace(graph, nodes=tuple(other if own is node else own for own in graph.nodes))


def any_op(graph: Graph, rng: Random, wanted: Callable[[Node], object] = lambda node: True) -> Node:
    return rng.choice([node for node in graph.nodes if isinstance(node, Node) and wanted(node)])


def any_choose(graph: Graph, rng: Random) -> Choose:
    return rng.choice([node for node in graph.nodes if isinstance(node, Choose)])


def any_select(graph: Graph, rng: Random) -> Select:
    return rng.choice([node for node in graph.nodes if isinstance(node, Select)])


# ---------------------------------------------------------------- valid graphs


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("seed", range(3))
def test_an_architecture_of_a_shipped_space_is_valid(id: str, seed: int) -> None:
    assert verify(drawn_graph(shipped_network(*SHIPPED[id]), seed), architecture=True) == ()


@pytest.mark.parametrize("id", SHIPPED)
def test_the_supergraph_of_a_shipped_space_is_valid(id: str) -> None:
    graph = open_shipped(*SHIPPED[id])
    if graph is None:
        pytest.skip("its choices cannot all be kept open")
    assert verify(graph) == ()


@given(st.integers(0, 50))
def test_a_small_architecture_is_valid(seed: int) -> None:
    assert verify(decided(seed), architecture=True) == ()


def test_a_small_supergraph_is_valid() -> None:
    assert verify(open_one()) == ()


# ---------------------------------------------------------------- broken ones


def two_nodes_of_one_id(graph: Graph, rng: Random) -> Graph:
    first, second = rng.sample(graph.nodes, 2)
    return edited(graph, first, replace(first, id=second.id))


def two_inputs_of_one_name(graph: Graph, rng: Random) -> Graph:
    return replace(graph, inputs=tuple(replace(port, name="x") for port in graph.inputs))


def nodes_in_another_order(graph: Graph, rng: Random) -> Graph:
    node = rng.choice([node for node in graph.nodes if any(value.node != INPUT for value in node.inputs)])
    return replace(graph, nodes=(node, *(other for other in graph.nodes if other is not node)))


def a_cycle(graph: Graph, rng: Random) -> Graph:
    node = any_op(graph, rng)
    later = [other for other in graph.nodes if other.id >= node.id]
    return edited(graph, node, replace(node, inputs=(Value(rng.choice(later).id), *node.inputs[1:])))


def a_value_from_nowhere(graph: Graph, rng: Random) -> Graph:
    node = any_op(graph, rng)
    stray = rng.choice([Value(10_000), Value(INPUT, 2), Value(INPUT, -1)])
    return edited(graph, node, replace(node, inputs=(stray, *node.inputs[1:])))


def an_output_from_nowhere(graph: Graph, rng: Random) -> Graph:
    return replace(graph, outputs=(*graph.outputs, Output(Value(graph.nodes[0].id, 1))))


def an_op_without_declaration(graph: Graph, rng: Random) -> Graph:
    op = any_op(graph, rng).op
    return replace(graph, ops={name: declaration for name, declaration in graph.ops.items() if name != op})


def an_unknown_static(graph: Graph, rng: Random) -> Graph:
    node = any_op(graph, rng)
    return edited(graph, node, replace(node, attributes=(*node.attributes, ("extra", 1))))


def an_illegal_static(graph: Graph, rng: Random) -> Graph:
    node = any_op(graph, rng, lambda node: node.op == "linear")
    return edited(graph, node, replace(node, attributes=(("out", 0), *node.attributes[1:])))


def another_macs(graph: Graph, rng: Random) -> Graph:
    node = any_op(graph, rng)
    macs = rng.choice([None, 1, 10**9])
    return edited(graph, node, replace(node, facts=replace(node.facts, macs=macs)))


def another_dims(graph: Graph, rng: Random) -> Graph:
    node = any_op(graph, rng)
    return edited(graph, node, replace(node, facts=replace(node.facts, dims=(*node.facts.dims, ("k", 7)))))


def a_law_that_is_not_declared(graph: Graph, rng: Random) -> Graph:
    node = any_op(graph, rng)
    return edited(graph, node, replace(node, facts=replace(node.facts, laws=node.facts.laws ^ {"commutative"})))


def another_type_of_a_result(graph: Graph, rng: Random) -> Graph:
    """At a node whose result only leaves the graph, so that nothing else becomes wrong."""
    used = {value.node for node in graph.nodes for value in node.inputs}
    node = any_op(graph, rng, lambda node: node.id not in used)
    return edited(graph, node, replace(node, facts=replace(node.facts, types=(Type("vec", (5,)),))))


def an_address_twice(graph: Graph, rng: Random) -> Graph:
    first, second = rng.sample([node for node in graph.nodes if isinstance(node, Node)], 2)
    return edited(graph, first, replace(first, address=second.address))


def shared_weights_of_two_shapes(graph: Graph, rng: Random) -> Graph:
    """A third user of the shared matrix, on a shorter vector."""
    node = any_op(graph, rng, lambda node: node.op == "linear")
    port = Input("short", Type("vec", (3,)))
    facts = graph.ops["linear"].infer(dict(node.attributes), (port.type,))
    value = Value(INPUT, len(graph.inputs))
    extra = replace(node, id=10_000, inputs=(value,), facts=facts, address="elsewhere")
    output = Output(Value(extra.id))
    nodes = (*graph.nodes, extra)
    return replace(graph, inputs=(*graph.inputs, port), nodes=nodes, outputs=(*graph.outputs, output))


def an_auxiliary_output_that_is_needed(graph: Graph, rng: Random) -> Graph:
    needed = graph.ancestors(output.value for output in graph.outputs if not output.auxiliary)
    return replace(graph, outputs=(*graph.outputs, Output(Value(rng.choice(sorted(needed))), "more", auxiliary=True)))


ANY_GRAPH: dict[Breaker, set[str]] = {
    two_nodes_of_one_id: {"duplicate-id", "unordered-graph", "unknown-value"},
    two_inputs_of_one_name: {"duplicate-name"},
    nodes_in_another_order: {"unordered-graph"},
    a_cycle: {"unordered-graph"},
    a_value_from_nowhere: {"unknown-value"},
    an_output_from_nowhere: {"unknown-value"},
    an_op_without_declaration: {"undeclared-op"},
    an_unknown_static: {"wrong-statics"},
    an_illegal_static: {"illegal-node"},
    another_macs: {"stale-facts"},
    another_dims: {"stale-facts"},
    a_law_that_is_not_declared: {"stale-facts"},
    another_type_of_a_result: {"stale-facts"},
    an_address_twice: {"duplicate-address"},
    shared_weights_of_two_shapes: {"shared-shapes"},
    an_auxiliary_output_that_is_needed: {"needed-auxiliary"},
}


@pytest.mark.parametrize("broken", ANY_GRAPH)
@given(seed=st.integers(0, 50), rng=st.randoms(use_true_random=False), is_open=st.booleans())
def test_a_graph_that_breaks_one_law_is_refused_for_it(broken: Breaker, seed: int, rng: Random, is_open: bool) -> None:
    found = {diagnostic.code for diagnostic in verify(broken(open_one() if is_open else decided(seed), rng))}
    assert found
    assert found <= ANY_GRAPH[broken]


def a_region_of_another_type(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    table = tuple(
        (key, region and replace(region, outputs=(Output(Value(INPUT)), Output(Value(INPUT)))))
        for key, region in node.table
    )
    return edited(graph, node, replace(node, table=table))


def an_open_region(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    extra = Input("more", Type("vec", (2,)))
    table = tuple((key, region and replace(region, inputs=(*region.inputs, extra))) for key, region in node.table)
    return edited(graph, node, replace(node, table=table))


def a_region_that_reaches_outside(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    table = tuple((key, region and replace(region, outputs=(Output(Value(99)),))) for key, region in node.table)
    return edited(graph, node, replace(node, table=table))


def only_absent_alternatives(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    return edited(graph, node, replace(node, table=tuple((key, None) for key, _ in node.table)))


def a_label_twice(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    return edited(graph, node, replace(node, table=(*node.table, rng.choice(node.table))))


def an_alternative_that_is_never_chosen(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    (address,) = node.addresses
    return edited(graph, node, replace(node, table=(*node.table, (Is(address, ("another",), ("another",)), None))))


def a_label_that_is_never_had(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    (guard, region), *rest = node.table
    assert isinstance(guard, Is)
    return edited(graph, node, replace(node, table=((replace(guard, labels=("another",)), region), *rest)))


def an_alternative_fewer(graph: Graph, rng: Random) -> Graph:
    node = any_choose(graph, rng)
    return edited(graph, node, replace(node, table=node.table[1:]))


def other_bounds_at_one_use(graph: Graph, rng: Random) -> Graph:
    node = any_select(graph, rng)
    first, *rest = node.guards
    assert isinstance(first, Takes)
    return edited(graph, node, replace(node, guards=(replace(first, low=0), *rest)))


def a_choice_of_another_kind(graph: Graph, rng: Random) -> Graph:
    """A choice of one and a choice of some at one address."""
    node, chosen = any_select(graph, rng), any_choose(graph, rng)
    (address,) = chosen.addresses
    guards = tuple(replace(guard, address=address) for guard in node.guards if isinstance(guard, Takes))
    return edited(graph, node, replace(node, guards=guards))


def more_chosen_than_there_is(graph: Graph, rng: Random) -> Graph:
    node = any_select(graph, rng)
    change = {"high": 9} if rng.random() < 0.5 else {"low": 3, "high": 2}
    return edited(graph, node, replace(node, guards=tuple(replace(own, **change) for own in node.guards)))  # type: ignore[arg-type]


def an_input_without_guard(graph: Graph, rng: Random) -> Graph:
    node = any_select(graph, rng)
    return edited(graph, node, replace(node, guards=node.guards[1:]))


def a_selection_of_another_type(graph: Graph, rng: Random) -> Graph:
    node = any_select(graph, rng)
    return edited(graph, node, replace(node, types=node.types[:-1]))


def a_choice_in_another_alternative(graph: Graph, rng: Random) -> Graph:
    """The labels of two alternatives change places, but not the addresses of what is in them."""
    names = {"deep": "skip", "skip": "deep"}

    def renamed(guard: Guard) -> Guard:
        assert isinstance(guard, Is)
        return replace(guard, labels=tuple(names.get(str(label), label) for label in guard.labels))

    nodes = tuple(
        replace(node, table=tuple((renamed(guard), region) for guard, region in node.table))
        if isinstance(node, Choose)
        else node
        for node in graph.nodes
    )
    return replace(graph, nodes=nodes)


OPEN_GRAPH: dict[Breaker, set[str]] = {
    a_region_of_another_type: {"unlike-alternatives"},
    an_open_region: {"open-region"},
    a_region_that_reaches_outside: {"unknown-value"},
    only_absent_alternatives: {"empty-choice"},
    a_label_twice: {"wrong-labels", "duplicate-address"},
    a_label_that_is_never_had: {"wrong-labels"},
    an_alternative_fewer: {"wrong-labels"},
    an_alternative_that_is_never_chosen: {"wrong-labels"},
    other_bounds_at_one_use: {"unlike-choices"},
    a_choice_of_another_kind: {"unlike-choices"},
    more_chosen_than_there_is: {"wrong-bounds", "unlike-choices"},
    an_input_without_guard: {"wrong-guards"},
    a_selection_of_another_type: {"unlike-alternatives", "unknown-value"},
    a_choice_in_another_alternative: {"misplaced-choice"},
}


@pytest.mark.parametrize("broken", OPEN_GRAPH)
@given(rng=st.randoms(use_true_random=False))
def test_a_supergraph_that_breaks_one_law_is_refused_for_it(broken: Breaker, rng: Random) -> None:
    found = {diagnostic.code for diagnostic in verify(broken(open_one(), rng))}
    assert found
    assert found <= OPEN_GRAPH[broken]


def test_an_open_choice_is_no_part_of_an_architecture() -> None:
    found = verify(open_one(), architecture=True)
    assert {diagnostic.code for diagnostic in found} == {"open-choice"}
    assert len(found) == sum(not isinstance(node, Node) for node in open_one().nodes)


def test_what_is_broken_is_shown_with_both_sides_and_its_place() -> None:
    graph = drawn_graph(network_of("network n(x: vec[4]) -> vec[2] = linear[2](x)"), 0)
    (node,) = graph.nodes
    assert isinstance(node, Node)
    facts = replace(node.facts, weights=(Weight("kernel", (3, 4)),))
    (diagnostic,) = verify(edited(graph, node, replace(node, facts=facts)))
    assert diagnostic.message == "the weights of `linear` are not what its op infers"
    assert diagnostic.notes == ("inferred kernel[2, 4], bias[2], stored kernel[3, 4]",)
    assert diagnostic.primary is not None
    assert diagnostic.primary.span.text == "linear[2]"
