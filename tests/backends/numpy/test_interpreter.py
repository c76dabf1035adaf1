"""The reference runs architectures and supergraphs; what it gives was worked out by hand here."""

from collections.abc import Mapping
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from archdsl.backends.numpy import run
from archdsl.diagnostics import Source
from archdsl.elaborate import Network, Replay, architecture_graph, bind_network, load_program, supergraph
from archdsl.ir import (
    INPUT,
    Choose,
    Facts,
    Graph,
    Input,
    Is,
    Label,
    Node,
    Output,
    Select,
    Takes,
    Type,
    Value,
    Weight,
    open_decisions,
)
from archdsl.ir.guards import All

Array = NDArray[np.float64]
Weights = Mapping[str, Mapping[str, Array]]

VEC = Type("vec", (2,))
X = Value(INPUT, 0)
PORT = (Input("x", VEC),)


def op(id: int, name: str, inputs: tuple[Value, ...], parameters: str = "", weights: tuple[Weight, ...] = ()) -> Node:
    facts = Facts((VEC,), weights, 0, (("d", 2),))
    return Node(id, name, (), inputs, facts, f"{name}{id}", parameters or f"{name}{id}")


def linear(id: int, source: Value, parameters: str) -> Node:
    return op(id, "linear", (source,), parameters, (Weight("kernel", (2, 2)),))


def region(*nodes: Node) -> Graph:
    return Graph("region", PORT, nodes, (Output(Value(nodes[-1].id)),))


def choose(alternatives: Mapping[Label, Graph | None]) -> Choose:
    labels = tuple(alternatives)
    table = tuple((Is("net.f", (label,), labels), own) for label, own in alternatives.items())
    return Choose(0, table, (X,), (VEC,), "net.f")


def whole(*nodes: Node | Choose | Select, outputs: tuple[Output, ...] | None = None) -> Graph:
    return Graph("whole", PORT, nodes, outputs or (Output(Value(nodes[-1].id)),))


x = np.array([[1.0, -2.0], [3.0, 4.0], [-5.0, 6.0]])
nothing: Weights = {}


def test_a_graph_runs_node_after_node() -> None:
    graph = whole(op(0, "relu", (X,)), op(1, "add", (X, Value(0), Value(0))))
    (y,) = run(graph, [x], nothing)
    assert np.array_equal(y, x + 2 * np.maximum(x, 0))


def test_equal_parameter_keys_are_one_weight() -> None:
    kernel = np.array([[0.0, 2.0], [1.0, 0.0]])
    graph = whole(linear(0, X, "shared"), linear(1, Value(0), "shared"))
    (y,) = run(graph, [x], {"shared": {"kernel": kernel}})
    assert np.array_equal(y, 2 * x)


def test_an_auxiliary_output_exists_in_training_only() -> None:
    outputs = (Output(Value(0)), Output(X, "aux", True))
    graph = whole(op(0, "relu", (X,)), outputs=outputs)
    assert len(run(graph, [x], nothing)) == 1
    _, aux = run(graph, [x], nothing, training=True)
    assert np.array_equal(aux, x)


def test_an_open_choice_is_the_sum_of_its_alternatives_by_coefficient() -> None:
    relu, same = region(op(0, "relu", (X,))), region(op(0, "identity", (X,)))
    graph = whole(choose({"none": None, "relu": relu, "same": same}))
    (y,) = run(graph, [x], nothing, coefficients={"net.f": np.array([100.0, 2.0, 0.5])})
    assert np.array_equal(y, 2 * np.maximum(x, 0) + 0.5 * x)


def test_coefficients_of_several_choices_are_multiplied() -> None:
    same = region(op(0, "identity", (X,)))
    ks, es = (3, 5), (1, 2, 6)
    table = tuple((All((Is("k", (k,), ks), Is("e", (e,), es))), same) for k in ks for e in es if (k, e) != (5, 2))
    graph = whole(Choose(0, table, (X,), (VEC,), "net.f"))
    k, e = np.array([2.0, 3.0]), np.array([10.0, 100.0, 1000.0])
    (y,) = run(graph, [x], nothing, coefficients={"k": k, "e": e})
    assert np.array_equal(y, (2 * 10 + 2 * 100 + 2 * 1000 + 3 * 10 + 3 * 1000) * x)


def test_coefficients_may_differ_among_examples() -> None:
    graph = whole(choose({"none": None, "same": region(op(0, "identity", (X,)))}))
    (y,) = run(graph, [x], nothing, coefficients={"net.f": np.array([[1.0, 1.0, 1.0], [0.0, 2.0, 3.0]])})
    assert np.array_equal(y, np.array([0.0, 2.0, 3.0])[:, None] * x)


def test_an_open_subset_passes_each_input_times_the_gate_of_its_slot() -> None:
    guards = (Takes("net.s", 0, 3, 1, 2), Takes("net.s", 2, 3, 1, 2))
    select = Select(1, guards, (X, Value(0)), (VEC, VEC), "net.s")
    graph = whole(op(0, "relu", (X,)), select, op(2, "add", (Value(1, 0), Value(1, 1))))
    (y,) = run(graph, [x], nothing, gates={"net.s": np.array([0.5, 7.0, 2.0])})
    assert np.array_equal(y, 0.5 * x + 2 * np.maximum(x, 0))


def test_the_reference_refuses_to_draw() -> None:
    facts = Facts((VEC,), (), 0, (("d", 2),))
    graph = whole(Node(0, "dropout", (("rate", 0.5),), (X,), facts, "dropout", "dropout"))
    assert np.array_equal(run(graph, [x], nothing)[0], x)
    with pytest.raises(ValueError, match="cannot draw what to drop"):
        run(graph, [x], nothing, training=True)


SPACE = """
use std.image: conv_bn, relu_conv_bn

choice edge_op[stride](x: image[c, h, w]) {
    none = zero[stride]
  | skip = identity if stride == 1 else conv[c, 1, stride]
  | conv = relu_conv_bn[c, 3, stride]
  | pool = avg_pool[3, stride]
}

cell mixed(x: image) {
  nodes n[3] after (x) as i { return sum(edge_op[2 if e.index == 0 else 1](e) for e in choose 1.. of earlier) }
  return n[-1]
}

network small[c = 4](x: image[3, 7, 6]) -> vec[5] {
  let kernel = choose { k3 = conv_bn[c, 3] | k5 = conv_bn[c, 5] | deep = relu_conv_bn[c, 3] |> relu_conv_bn[c, 1] }
  return x |> kernel |> mixed |> relu |> mixed |> global_avg_pool |> linear[5]
}
"""


def small() -> Network:
    return bind_network(load_program(Source("small.nas", SPACE)))


def weights_of(graph: Graph, seed: int) -> dict[str, dict[str, Array]]:
    rng = np.random.default_rng(seed)
    return {
        key: {weight.name: rng.standard_normal(weight.shape) ** 2 + 0.1 for weight in weights or ()}
        for key, weights in graph.weights().items()
    }


@given(seed=st.integers(0, 1000), training=st.booleans())
def test_a_supergraph_under_one_decision_is_that_architecture(seed: int, training: bool) -> None:
    network, rng = small(), Random(seed)
    whole_graph = supergraph(network)
    coefficients: dict[str, Array] = {}
    gates: dict[str, Array] = {}
    decisions: dict[str, Label] = {}
    for address, open_ in open_decisions(whole_graph.walk()).items():
        if open_.labels:
            label = decisions[address] = rng.choice(open_.labels)
            coefficients[address] = np.array([float(own == label) for own in open_.labels])
        else:
            chosen = tuple(sorted(rng.sample(range(open_.count), rng.randint(open_.low, open_.high))))
            decisions[address] = chosen
            gates[address] = np.array([float(i in chosen) for i in range(open_.count)])
    weights = weights_of(whole_graph, seed)
    image = np.random.default_rng(seed).standard_normal((3, 3, 7, 6))
    (expected,) = run(whole_graph, [image], weights, coefficients=coefficients, gates=gates, training=training)
    graph, _ = architecture_graph(network, asked(network, decisions))
    assert set(graph.weights()) <= set(weights)
    (y,) = run(graph, [image], weights, training=training)
    np.testing.assert_allclose(y, expected, rtol=1e-9, atol=1e-9)


def asked(network: Network, decisions: Mapping[str, Label]) -> dict[str, Label]:
    """Give the decisions that the architecture has: those of edges not chosen are not asked for."""
    replay = Replay(decisions)
    network.graph(replay)
    return replay.asked
