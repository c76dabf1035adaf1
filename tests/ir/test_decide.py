"""A supergraph under decisions is the graph that these decisions elaborate to."""

from collections.abc import Hashable
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, Source
from archdsl.elaborate import Network, bind_network, load_program
from archdsl.ir import Graph, Label, Node, Scan, verify
from archdsl.ir.decide import decide
from archdsl.ir.rewrites import CollapseIdentity, RemoveDeadNodes, rewrite
from archdsl.testing import sources

from .architectures import Drawn, network_of, open_graph, open_shipped, shipped, shipped_network

SHIPPED = {id: (path, name) for id, path, name in shipped()}


def drawn(network: Network, seed: int) -> tuple[Graph, dict[str, Label]]:
    """Give the graph and the decisions of a random member: the first of some draws that is one."""
    for attempt in range(20):
        handler = Drawn(Random(f"{seed}/{attempt}"))
        try:
            return network.graph(handler), dict(handler.decisions)
        except ArchdslError:
            continue
    assume(False)
    raise AssertionError


def contents(graph: Graph) -> list[Hashable]:
    """Give all that a graph holds but for the numbers of its nodes; a sum of one operand is that operand."""
    plain = rewrite(graph, (RemoveDeadNodes(), CollapseIdentity()))
    names = {node.id: node.address for node in plain.nodes}
    found: list[Hashable] = []
    for node in plain.nodes:
        assert isinstance(node, Node | Scan)
        inputs = tuple((names.get(value.node), value.index) for value in node.inputs)
        what = (
            (node.attributes, node.facts, node.parameters)
            if isinstance(node, Node)
            else (node.given, *contents(node.region))
        )
        found.append((node.op, node.address, inputs, node.types, what))
    return [*found, *((names.get(own.value.node), own.value.index, own.name) for own in plain.outputs)]


def assert_decides(network: Network, whole: Graph, seed: int) -> None:
    graph, decisions = drawn(network, seed)
    decided = decide(whole, decisions)
    assert verify(decided, architecture=True) == ()
    assert contents(decided) == contents(graph)


@pytest.mark.parametrize("id", SHIPPED)
def test_a_shipped_supergraph_is_decided(id: str) -> None:
    network, whole = shipped_network(*SHIPPED[id]), open_shipped(*SHIPPED[id])
    if whole is None:
        pytest.skip("its choices cannot all be kept open")
    for seed in range(2):
        assert_decides(network, whole, seed)


@given(text=sources(), seed=st.integers(0, 99))
def test_any_supergraph_is_decided(text: str, seed: int) -> None:
    program = load_program(Source("<text>", text))
    network = bind_network(program)
    whole = open_graph(network)
    assume(whole is not None)
    assert whole is not None
    assert_decides(network, whole, seed)


def test_what_is_not_chosen_is_left_out_of_sums() -> None:
    network = network_of("""
        network n(x: vec[4]) -> vec[4] = sum(tanh(e) for e in choose 1.. of [x, relu(x)])
    """)
    whole = open_graph(network)
    assert whole is not None
    both = decide(whole, {"n": (0, 1)})
    one = decide(whole, {"n": (1,)})
    assert [len(node.inputs) for node in both.nodes if node.op == "add"] == [2]
    assert [len(node.inputs) for node in one.nodes if node.op == "add"] == [1]


@pytest.mark.parametrize(
    "layers",
    [
        "choose { one = [linear[4], relu] | two = [tanh, linear[4]] }",
        "choose 2 of { relu | linear[4] | sigmoid when k == 1 }",
        "[linear[4], choose one of [relu, tanh]] if k == 0 else [sigmoid, linear[4]]",
        "[choose { one = [linear[4]] | two = [tanh, linear[4]] } for i in 0..1][k]",
    ],
)
def test_a_layer_out_of_a_list_that_depends_on_a_choice_bears_the_name_of_the_list(layers: str) -> None:
    network = network_of(f"""
        network n(x: vec[4]) -> vec[4] {{
          let k = choose {{ 0 | 1 }}
          let layers = {layers}
          return x |> layers[0] |> layers[-1]
        }}
    """)
    whole = open_graph(network)
    assert whole is not None
    for seed in range(4):
        assert_decides(network, whole, seed)


def test_an_input_is_loose_where_no_decision_took_it() -> None:
    network = network_of("""
        block inner(*xs: vec[d]) {
          nodes h[2] after (xs) { return relu(choose one of earlier) }
          return sum(loose(xs, h))
        }
        network n(x: vec[4], y: vec[4]) -> vec[4] {
          nodes h[2] after (x, y) { return inner(choose one of earlier, y) }
          return sum(loose(x, y, h))
        }
    """)
    whole = open_graph(network)
    assert whole is not None
    for seed in range(8):
        assert_decides(network, whole, seed)


def test_an_output_that_the_decisions_leave_out_is_a_mistake() -> None:
    whole = open_graph(network_of("network n(x: vec[4]) -> vec[4] = x |> choose { relu | tanh }"))
    assert whole is not None
    with pytest.raises(ArchdslError, match="an output of `n` is absent"):
        decide(whole, {})
