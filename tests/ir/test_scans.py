"""A graph may hold scans: what holds of them, what they cost, and how they are printed and drawn."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.ir import (
    INPUT,
    Graph,
    Input,
    Node,
    Output,
    Scan,
    Type,
    Value,
    print_graph,
    stacked_type,
    step_type,
    verify,
)
from archdsl.ir.draw import to_svg, to_tree
from archdsl.ir.rewrites import PASSES, ForgetWeights, Pass, rewrite
from archdsl.ir.rewrites.graphs import store
from archdsl.testing.computing import assert_computes_the_same
from tests.strategies_scan import Recurrent, recurrents

from .architectures import drawn_graph, network_of, open_graph
from .test_printer import assert_reads_back
from .test_verify import edited

TEXT = """
cell deep(x: vec[d], h: vec[d]) -> vec[d] {
  nodes n[2] after (x, h) { return sum(choice_of(e) for e in choose 1 of earlier) }
  return mean(n)
}
choice choice_of(x: vec[d]) { line = linear[d] | tanh = linear[d] |> tanh }
block memory(x: vec[d], h: vec[e], c: vec[e]) {
  let new = concat(x, h) |> linear[e]
  return new, c + new
}
network n(x: seq[5, 4], s: signal[4, 3], h: vec[4], c: vec[6]) -> (seq[5, 4], vec[4], signal[6, 3], vec[6]) {
  let w = shared linear[4, bias = false]
  let y, last = scan[deep |> w, w(h)](x)
  let z, _k, m = scan[memory, c, relu(c)](s)
  return y, last, z, m
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


def any_scan(graph: Graph, rng: Random) -> Scan:
    return rng.choice([node for node in graph.nodes if isinstance(node, Scan)])


def linear_in(scan: Scan) -> Node:
    return next(own for own in scan.region.nodes if isinstance(own, Node) and own.op == "linear")


# ---------------------------------------------------------------- types


@pytest.mark.parametrize(
    ("sequence", "step", "stacked"),
    [
        (Type("seq", (5, 4)), Type("vec", (4,)), Type("seq", (5, 7))),
        (Type("signal", (4, 5)), Type("vec", (4,)), Type("signal", (7, 5))),
        (Type("tokens", (5,)), Type("tokens", (1,)), Type("seq", (5, 7))),
    ],
)
def test_a_sequence_has_steps_and_vectors_make_a_sequence(sequence: Type, step: Type, stacked: Type) -> None:
    assert step_type(sequence) == step
    assert stacked_type(sequence, Type("vec", (7,))) == stacked
    assert stacked_type(sequence, sequence) is None


@pytest.mark.parametrize("kind", ["image", "volume", "vec"])
def test_other_tensors_have_no_steps(kind: str) -> None:
    assert step_type(Type(kind, (2, 3, 4, 5)[: {"image": 3, "volume": 4, "vec": 1}[kind]])) is None


# ---------------------------------------------------------------- laws


@given(st.integers(0, 50))
def test_an_architecture_with_scans_is_valid(seed: int) -> None:
    assert verify(decided(seed), architecture=True) == ()


def test_a_supergraph_with_scans_is_valid_and_its_choices_are_open() -> None:
    assert verify(open_one()) == ()
    assert open_one().is_supergraph
    assert {diagnostic.code for diagnostic in verify(open_one(), architecture=True)} == {"open-choice"}


def an_image_for_a_sequence(graph: Graph, rng: Random) -> Graph:
    ports = tuple(replace(port, type=Type("image", (4, 5, 5))) if port.name in "xs" else port for port in graph.inputs)
    return replace(graph, inputs=ports)


def a_scan_without_states(graph: Graph, rng: Random) -> Graph:
    node = any_scan(graph, rng)
    return edited(graph, node, replace(node, given=()))


def a_state_that_is_not_there(graph: Graph, rng: Random) -> Graph:
    node = any_scan(graph, rng)
    return edited(graph, node, replace(node, inputs=node.inputs[:1]))


def a_start_of_another_type(graph: Graph, rng: Random) -> Graph:
    node = any_scan(graph, rng)
    port = Input("more", Type("vec", (9,)))
    inputs = (node.inputs[0], Value(INPUT, len(graph.inputs)), *node.inputs[2:])
    return replace(edited(graph, node, replace(node, inputs=inputs)), inputs=(*graph.inputs, port))


def a_step_that_reaches_outside(graph: Graph, rng: Random) -> Graph:
    node = any_scan(graph, rng)
    outputs = (Output(Value(10_000)), *node.region.outputs[1:])
    return edited(graph, node, replace(node, region=replace(node.region, outputs=outputs)))


def a_step_with_one_input_more(graph: Graph, rng: Random) -> Graph:
    node = any_scan(graph, rng)
    inputs = (*node.region.inputs, Input("more", Type("vec", (4,))))
    return edited(graph, node, replace(node, region=replace(node.region, inputs=inputs)))


def a_step_that_gives_one_state_less(graph: Graph, rng: Random) -> Graph:
    node = any_scan(graph, rng)
    return edited(graph, node, replace(node, region=replace(node.region, outputs=node.region.outputs[1:])))


def a_step_that_gives_its_own_step(graph: Graph, rng: Random) -> Graph:
    """The entry of the sequence of length 3 and the state of width 6 have different types."""
    node = next(node for node in graph.nodes if isinstance(node, Scan) and len(node.given) == 2)
    outputs = (Output(Value(INPUT, 0)), *node.region.outputs[1:])
    return edited(graph, node, replace(node, region=replace(node.region, outputs=outputs)))


def another_length(graph: Graph, rng: Random) -> Graph:
    node = any_scan(graph, rng)
    longer = Type(node.types[0].kind, tuple(dim + 1 for dim in node.types[0].dims))
    return edited(graph, node, replace(node, types=(longer, *node.types[1:])))


def stale_facts_in_a_step(graph: Graph, rng: Random) -> Graph:
    node = next(node for node in graph.nodes if isinstance(node, Scan) and len(node.given) == 2)
    op = linear_in(node)
    region = edited(node.region, op, replace(op, facts=replace(op.facts, macs=7)))
    return edited(graph, node, replace(node, region=region))


def an_address_in_a_step_and_outside(graph: Graph, rng: Random) -> Graph:
    node = next(node for node in graph.nodes if isinstance(node, Scan) and len(node.given) == 2)
    op = rng.choice(node.region.nodes)
    outer = next(own for own in graph.nodes if own.op == "relu")
    return edited(graph, node, replace(node, region=edited(node.region, op, replace(op, address=outer.address))))


def two_scans_of_one_address(graph: Graph, rng: Random) -> Graph:
    first, second = (node for node in graph.nodes if isinstance(node, Scan))
    return edited(graph, first, replace(first, address=second.address))


def another_shape_of_shared_weights(graph: Graph, rng: Random) -> Graph:
    """What is shared inside of a step is shared with what stands outside."""
    node = next(node for node in graph.nodes if isinstance(node, Scan) and len(node.given) == 2)
    op = linear_in(node)
    key = next(own.parameters for own in graph.operations() if own.parameters == "w.linear")
    return edited(graph, node, replace(node, region=edited(node.region, op, replace(op, parameters=key))))


BROKEN: dict[Breaker, set[str]] = {
    an_image_for_a_sequence: {"wrong-scan"},
    a_scan_without_states: {"wrong-scan"},
    a_state_that_is_not_there: {"wrong-scan"},
    a_start_of_another_type: {"open-region"},
    a_step_that_reaches_outside: {"unknown-value"},
    a_step_with_one_input_more: {"open-region"},
    a_step_that_gives_one_state_less: {"wrong-states"},
    a_step_that_gives_its_own_step: {"wrong-states"},
    another_length: {"wrong-states"},
    stale_facts_in_a_step: {"stale-facts"},
    an_address_in_a_step_and_outside: {"duplicate-address"},
    two_scans_of_one_address: {"duplicate-address"},
    another_shape_of_shared_weights: {"shared-shapes"},
}


@pytest.mark.parametrize("broken", BROKEN)
@given(seed=st.integers(0, 50), rng=st.randoms(use_true_random=False), is_open=st.booleans())
def test_a_scan_that_breaks_one_law_is_refused_for_it(broken: Breaker, seed: int, rng: Random, is_open: bool) -> None:
    found = {diagnostic.code for diagnostic in verify(broken(open_one() if is_open else decided(seed), rng))}
    assert found == BROKEN[broken]


# ---------------------------------------------------------------- costs


def test_weights_count_once_and_operations_once_a_step() -> None:
    text = """
        cell rnn(x: vec[d], h: vec[e]) -> vec[e] = concat(x, h) |> linear[e] |> tanh
        network n(x: seq[{t}, 3], h: vec[2]) -> vec[2] {{ let _y, last = scan[rnn, h](x) return last }}
    """
    graphs = {t: drawn_graph(network_of(text.format(t=t)), 0) for t in (1, 7)}
    assert {graph.params for graph in graphs.values()} == {2 * 5 + 2}
    assert {t: graph.macs for t, graph in graphs.items()} == {1: 10, 7: 70}


def test_an_op_that_must_be_measured_leaves_the_costs_of_a_scan_open() -> None:
    node = next(node for node in decided(0).nodes if isinstance(node, Scan))
    op = linear_in(node)
    unknown = replace(op, facts=replace(op.facts, weights=None, macs=None))
    graph = edited(decided(0), node, replace(node, region=edited(node.region, op, unknown)))
    assert graph.macs is None
    assert graph.params is None


# ---------------------------------------------------------------- text and pictures


@given(st.integers(0, 50))
def test_an_architecture_with_scans_reads_back_as_the_same_graph(seed: int) -> None:
    assert_reads_back(decided(seed))


@given(recurrent=recurrents(), seed=st.integers(0, 50))
def test_any_scan_reads_back_as_the_same_graph(recurrent: Recurrent, seed: int) -> None:
    assert_reads_back(drawn_graph(network_of(recurrent.scanned), seed))


def test_the_step_is_printed_as_a_block_and_the_scan_as_its_use() -> None:
    text = """
        cell rnn(x: vec[d], h: vec[3], c: vec[d]) {
          let w = shared linear[3]
          return tanh(w(h)) + w(h), relu(x)
        }
        network n(x: seq[5, 2], c: vec[2]) -> (seq[5, 3], vec[2]) {
          let y, _h, last = scan[rnn, absent, c](x)
          return y, last
        }
    """
    assert print_graph(drawn_graph(network_of(text), 0)) == (
        "block step0(x0: vec[2], x1: vec[3], x2: vec[2]) -> (vec[3], vec[2]) {\n"
        "  # rnn at y.scan.rnn\n"
        '  let y0 = linear[3, bias = true](x1) at "y.scan.rnn.w.linear"\n'
        '  let y1 = tanh(y0) at "y.scan.rnn.tanh"\n'
        '  let shared0 = shared linear[3, bias = true] at "y.scan.rnn.w.linear"\n'
        '  let y2 = shared0(x1) at "y.scan.rnn.w#1.linear"\n'
        '  let y3 = add(y1, y2) at "y.scan.rnn.add"\n'
        '  let y4 = relu(x0) at "y.scan.rnn.relu"\n'
        "  return y3, y4\n"
        "}\n"
        "\n"
        "network n(x: seq[5, 2], c: vec[2]) -> (seq[5, 3], vec[2]) {\n"
        '  let y0, y1, y2 = scan[step0, absent, c](x) at "y.scan"\n'
        "  return y0, y2\n"
        "}\n"
    )


def test_a_supergraph_prints_the_step_below_its_scan() -> None:
    text = """
        cell rnn(x: vec[d], h: vec[d]) = x + h |> choose { relu | tanh }
        network n(x: seq[5, 2]) -> vec[2] { let _y, last = scan[rnn](x) return last }
    """
    graph = open_graph(network_of(text))
    assert graph is not None
    assert print_graph(graph) == (
        "# The supergraph of `n`: every choice is kept open. This is not a .nas file.\n"
        "network n(x: seq[5, 2]) -> vec[2]\n"
        "  y0, y1 = scan of x in 5 steps, from zeros at _y.scan\n"
        "    step of y2, y3:\n"
        "      y4 = add(y2, y3) at _y.scan.rnn.add\n"
        "      y5 = choose by rnn\n"
        "        relu:\n"
        "          y6 = relu(y4) at _y.scan.rnn.relu.relu\n"
        "          return y6\n"
        "        tanh:\n"
        "          y7 = tanh(y4) at _y.scan.rnn.tanh.tanh\n"
        "          return y7\n"
        "      return y5\n"
        "  return y1\n"
    )


def test_a_tree_unfolds_the_cell_of_a_scan_once() -> None:
    text = """
        cell rnn(x: vec[d], h: vec[d]) = concat(x, h) |> linear[d] |> tanh
        network n(x: seq[5, 2]) -> vec[2] {
          let y, h = scan[rnn](x)
          let _z, last = scan[rnn, h](y)
          return last
        }
    """
    assert to_tree(drawn_graph(network_of(text), 0)).splitlines() == [
        "                           type               params  MACs",
        "n(x: seq[5, 2])            vec[2]                 20    80",
        "├─ y.scan: rnn (5 steps)   seq[5, 2], vec[2]      10    40",
        "│  ├─ concat               vec[4]                  -     -",
        "│  ├─ linear               vec[2]                 10     8",
        "│  └─ tanh                 vec[2]                  -     -",
        "└─ _z.scan: rnn (5 steps)  vec[2]                 10    40",
    ]


@given(recurrent=recurrents(), seed=st.integers(0, 10), is_open=st.booleans())
def test_any_scan_is_drawn(recurrent: Recurrent, seed: int, is_open: bool) -> None:
    network = network_of(recurrent.scanned)
    graph = open_graph(network) if is_open else drawn_graph(network, seed)
    assert graph is not None
    steps = "1 step" if recurrent.steps == 1 else f"{recurrent.steps} steps"
    assert steps in to_tree(graph)
    assert steps in to_svg(graph)


# ---------------------------------------------------------------- rewrites


@pytest.mark.parametrize("own", PASSES, ids=lambda own: own.name)
@given(recurrent=recurrents(), seed=st.integers(0, 50))
def test_a_pass_rewrites_the_step_of_a_scan(own: Pass, recurrent: Recurrent, seed: int) -> None:
    graph = drawn_graph(network_of(recurrent.scanned), seed)
    once = own.apply(graph)
    assert verify(once, architecture=True) == ()
    assert own.apply(once) is once
    if own.is_exact:
        assert_computes_the_same(graph, once)


def test_what_a_step_only_hands_on_is_left_out_of_it() -> None:
    text = """
        cell rnn(x: vec[d], h: vec[d]) = identity(x) + zero(h) + (tanh(h) + h)
        network n(x: seq[5, 2]) -> vec[2] { let _y, last = scan[rnn](x) return identity(last) }
    """
    graph = rewrite(drawn_graph(network_of(text), 0))
    (scan,) = graph.nodes
    assert isinstance(scan, Scan)
    assert [node.op for node in scan.region.nodes] == ["tanh", "add"]


def test_in_a_store_the_steps_of_scans_stand_in_line() -> None:
    text = """
        network n(x: seq[5, 2], h: vec[2]) -> (vec[2], vec[2]) {
          let _y, one = scan[add |> {0}, h](x)
          let _z, other = scan[add |> {1}, h](x)
          return one, other
        }
    """

    def merged(*layers: str) -> bool:
        network = network_of(text.replace("{0}", layers[0]).replace("{1}", layers[1]))
        first, second = store(drawn_graph(network, 0), (ForgetWeights(),)).outputs
        return first == second

    assert merged("tanh", "identity |> tanh") is False
    assert merged("linear[2] |> tanh", "linear[2] |> tanh") is True
    assert merged("tanh", "relu") is False
