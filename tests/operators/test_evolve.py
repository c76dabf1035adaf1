"""What shrinks a network or changes it otherwise gives a valid one, and weights go where they still fit."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.backends.numpy import backend as reference
from archdsl.ir import Graph, print_graph, verify
from archdsl.operators import Morphism, NoChange
from archdsl.operators.morphisms import (
    LARGE_SCALE_EVOLUTION,
    AddSkip,
    AlterFilterSize,
    AlterNumberOfChannels,
    AlterStride,
    ChangeAttribute,
    InsertConvolution,
    InsertOp,
    KeepTraining,
    Prune,
    RemoveLayer,
    RemoveOp,
    RemoveSkip,
    ResetWeights,
    Rewire,
    ToSeparable,
)
from archdsl.operators.weight_map import Fresh, Parent, misfits
from archdsl.searchspace import loads
from tests.operators.networks import inputs_of, network, networks, trained
from tests.operators.test_morphisms import changed, named, some

SHRINKING: tuple[Morphism, ...] = (Prune(), RemoveLayer(), RemoveSkip(), ToSeparable())
EDITS: tuple[Morphism, ...] = (InsertOp(), RemoveOp(), Rewire(), ChangeAttribute())


@pytest.mark.parametrize("morphism", [*SHRINKING, *LARGE_SCALE_EVOLUTION, *EDITS], ids=named)
@given(text=networks(), seed=st.integers(0, 1000))
@some
def test_a_changed_graph_is_valid_and_inherits(morphism: Morphism, text: str, seed: int) -> None:
    graph = network(text)
    before = print_graph(graph)
    change = changed(morphism, graph, seed)
    assert changed(morphism, graph, seed) == change
    assert print_graph(graph) == before
    if change is None:
        return
    child, weight_map = change
    assert verify(child, architecture=True) == ()
    assert misfits(graph, child, weight_map) == ()
    assert (child == graph) == isinstance(morphism, KeepTraining | ResetWeights)
    net = reference.inherit(trained(graph, seed), child, weight_map, seed=seed)
    (y, *_) = net(*inputs_of(graph, seed))
    assert np.isfinite(y).all()
    if isinstance(morphism, Prune | RemoveLayer | ToSeparable):
        assert (child.params or 0) < (graph.params or 0)


ENDS = "global_avg_pool |> linear[5] }"
CHAIN = f"network n(x: image[3, 8, 8]) -> vec[5] {{ return x |> conv[4] |> relu |> conv[6] |> relu |> {ENDS}"


def applied(morphism: Morphism, graph: Graph, seeds: int = 30) -> list[Graph]:
    return [morphism.apply(graph, Random(seed))[0] for seed in range(seeds)]


def statics(graph: Graph, name: str) -> list[object]:
    return [dict(node.attributes)[name] for node in graph.operations() if name in dict(node.attributes)]


def test_keeping_training_keeps_every_weight() -> None:
    graph = network(CHAIN)
    child, weight_map = KeepTraining().apply(graph, Random(0))
    assert child == graph
    assert all(own == Parent(*place) for place, own in weight_map.tensors.items())


def test_resetting_weights_keeps_none() -> None:
    child, weight_map = ResetWeights().apply(network(CHAIN), Random(0))
    assert child == network(CHAIN)
    assert all(isinstance(own, Fresh) for own in weight_map.tensors.values())


def test_strides_are_powers_of_two_and_filters_odd() -> None:
    graph = network(CHAIN)
    for _ in range(3):
        for child in applied(AlterStride(), graph, 10):
            assert set(statics(child, "stride")) <= {1, 2, 4, 8}
        graph = AlterStride().apply(graph, Random(1))[0]
    sizes = {k for child in applied(AlterFilterSize(), network(CHAIN)) for k in statics(child, "kernel")}
    assert all(all(own % 2 == 1 for own in (k if isinstance(k, tuple) else (k,))) for k in sizes)
    assert sizes >= {(3, 5), (5, 3)}


def test_channels_go_from_half_to_twice() -> None:
    found = {
        (a, b) for child in applied(AlterNumberOfChannels(), network(CHAIN), 80) for a, b, _ in [statics(child, "out")]
    }
    assert {a for a, b in found if b == 6} == {2, 3, 4, 5, 6, 7, 8} - {4}
    assert {b for a, b in found if a == 4} <= set(range(3, 13))


def test_an_inserted_convolution_keeps_the_number_of_channels() -> None:
    forms = set()
    for child in applied(InsertConvolution(), network(CHAIN)):
        (new,) = (n for n in child.operations() if n.address.startswith("insert_convolution") and n.op == "conv")
        known = dict(new.attributes)
        assert known["out"] == dict(new.facts.dims)["c"]
        forms.add((known["stride"], any(n.address == "insert_convolution.bn" for n in child.operations())))
    assert forms == {(1, False), (1, True), (2, False), (2, True)}


def test_a_skip_added_and_removed_leaves_the_graph_as_it_was() -> None:
    graph = network(CHAIN)
    fitted = 0
    for child in applied(AddSkip(), graph):
        fitted += any(".fit" in f".{node.address}" for node in child.operations())
        assert {RemoveSkip().apply(child, Random(seed))[0] == graph for seed in range(8)} >= {True}
    assert fitted


def test_a_separable_convolution_is_near_to_what_it_replaces() -> None:
    graph = network(
        "network n(x: image[3, 8, 8]) -> vec[5] { return x |> conv[8, 3] |> tanh |> global_avg_pool |> linear[5] }"
    )
    child, weight_map = ToSeparable().apply(graph, Random(0))
    parent = trained(graph, 0)
    parts = [node.address for node in child.operations() if node.op == "conv"]
    assert parts == ["to_separable.depthwise", "to_separable.pointwise"]
    kernel = parent.weights["conv"]["kernel"]
    near = reference.inherit(parent, child, weight_map).weights
    product = np.swapaxes(near[parts[0]]["kernel"], 0, 1) * near[parts[1]]["kernel"]
    assert np.linalg.norm(product - kernel) < np.linalg.norm(kernel)


def test_a_graph_without_a_place_has_no_change() -> None:
    graph = network("network n(x: vec[5]) -> vec[5] { return x |> softmax }")
    for morphism in (*SHRINKING, AlterStride(), RemoveSkip()):
        with pytest.raises(NoChange, match=morphism.name):
            morphism.apply(graph, Random(0))


WINDOWS = """
op summed[kernel = 3, pad = "same"](x: image[c, h, w]) -> image[c, h, w] {
  law sums_windows
  weight kernel[c, 1, kernel, kernel]
}
network n(x: image[2, 4, 4]) -> image[2, 4, 4] = x |> summed |> relu
"""


@pytest.mark.parametrize("morphism", [AlterStride(), AlterNumberOfChannels()], ids=named)
def test_an_op_without_the_static_is_no_place(morphism: Morphism) -> None:
    with pytest.raises(NoChange, match="no place"):
        morphism.apply(loads(WINDOWS).unrank(0).graph, Random(0))
