"""A weight map says where each tensor comes from, and every backend makes the same of it."""

import dataclasses
from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from archdsl.backends.numpy import Reference
from archdsl.backends.numpy import backend as reference
from archdsl.backends.torch import backend
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.codegen.weights import value_of
from archdsl.ir import Graph
from archdsl.operators import WeightMap, inherit
from archdsl.operators.weight_map import (
    Constant,
    Expression,
    Factor,
    Fresh,
    Identity,
    Join,
    Noisy,
    Normal,
    Pad,
    Parent,
    Root,
    Scale,
    Shape,
    Sum,
    Take,
    misfits,
    shape_of,
    tensor_shapes,
)
from archdsl.searchspace import loads
from archdsl.testing import graphs
from tests.small import load_small

PARENT = {("a", "kernel"): np.arange(24.0).reshape(4, 2, 3), ("a", "bias"): np.array([1.0, 4.0, 9.0, 16.0])}


def evaluated(expression: Expression) -> NDArray[np.floating]:
    return value_of(expression, PARENT.__getitem__, np.random.default_rng(0))


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> Expression:
    """Draw an expression for a tensor of any shape, over `PARENT`."""
    if not depth or draw(st.booleans()):
        shape: Shape = draw(st.tuples(st.sampled_from([2, 4]), st.just(2), st.sampled_from([1, 3])))
        leaves: list[Expression] = [
            Parent("a", "kernel"),
            Constant(shape, 0.5),
            Identity(shape),
            Normal(shape, 2.0, draw(st.integers(0, 9))),
            Fresh("kernel", shape),
        ]
        return draw(st.sampled_from(leaves))
    of = draw(expressions(depth=depth - 1))
    shape = shape_of(of, lambda place: PARENT[place].shape)
    axis = draw(st.integers(0, len(shape) - 1))
    indices = tuple(draw(st.lists(st.integers(0, shape[axis] - 1), min_size=1, max_size=5)))
    made: list[Expression] = [
        Take(of, axis, indices),
        Pad(of, axis, 1, 2),
        Scale(of, axis, tuple(float(i) for i in range(shape[axis]))),
        Join((of, Take(of, axis, indices)), axis),
        Sum(((1.0, of), (-2.0, of))),
        Noisy(of, 0.1, 3),
        Root(Sum(((0.0, of),)), 2.0),
        Factor(of, True),
        Factor(of, False),
    ]
    return draw(st.sampled_from(made))


@given(expressions())
def test_an_expression_has_the_shape_that_is_inferred(expression: Expression) -> None:
    assert evaluated(expression).shape == shape_of(expression, lambda place: PARENT[place].shape)


@given(expressions(), expressions())
def test_one_map_after_another_is_one_map(first: Expression, second: Expression) -> None:
    earlier = WeightMap({("a", "kernel"): first})
    whole = earlier.then(WeightMap({("b", "kernel"): second})).tensors["b", "kernel"]
    known = {("a", "kernel"): evaluated(first)}
    if any(isinstance(own, Fresh) for own in parts_of(first) | parts_of(second)):
        return  # drawn once for each place that it stands in
    try:
        expected = value_of(second, known.__getitem__, np.random.default_rng(0))
    except (IndexError, ValueError):
        return  # the second was made for another shape
    assert np.array_equal(evaluated(whole), expected)


def parts_of(expression: Expression) -> set[Expression]:
    """Give an expression and all its operands."""
    found = {expression}
    for field in dataclasses.fields(expression):
        value = getattr(expression, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            item = item[1] if isinstance(item, tuple) else item
            if dataclasses.is_dataclass(item) and not isinstance(item, type):
                found |= parts_of(item)  # type: ignore[arg-type]
    return found


def test_what_each_expression_stands_for() -> None:
    kernel, bias = PARENT["a", "kernel"], PARENT["a", "bias"]
    parent = Parent("a", "kernel")
    assert np.array_equal(evaluated(Take(parent, 0, (3, 0, 0))), kernel[[3, 0, 0]])
    assert np.array_equal(evaluated(Pad(parent, 2, 1, 1)), np.pad(kernel, ((0, 0), (0, 0), (1, 1))))
    assert np.array_equal(evaluated(Scale(parent, 1, (2.0, 0.5))), kernel * [[2.0], [0.5]])
    assert np.array_equal(evaluated(Sum(((1.0, parent), (-1.0, parent)))), np.zeros(kernel.shape))
    assert np.array_equal(evaluated(Root(Parent("a", "bias"), 0.0)), [1, 2, 3, 4])
    assert np.array_equal(evaluated(Identity((2, 2, 1))), np.eye(2)[..., None])
    assert np.array_equal(evaluated(Identity((2, 1, 3))), [[[0, 1, 0]], [[0, 1, 0]]])  # a group for each channel
    noisy = evaluated(Noisy(Parent("a", "bias"), 0.1, 7)) - bias
    assert 0 < np.abs(noisy).max() < 0.5 * bias.std()
    assert np.array_equal(noisy, evaluated(Noisy(Parent("a", "bias"), 0.1, 7)) - bias)


def test_the_factors_of_a_kernel_of_rank_one_give_it_back() -> None:
    rng = np.random.default_rng(0)
    windows, mix = rng.standard_normal((2, 1, 3, 3)), rng.standard_normal((4, 2, 1, 1))
    kernel = np.swapaxes(windows, 0, 1) * mix
    found = [value_of(Factor(Parent("k", "k"), own), lambda _: kernel, rng) for own in (True, False)]
    np.testing.assert_allclose(np.swapaxes(found[0], 0, 1) * found[1], kernel, atol=1e-12)


@given(graphs(), st.integers(0, 99))
def test_a_graph_inherits_itself_whole(graph: Graph, seed: int) -> None:
    weight_map = inherit(graph, graph)
    assert misfits(graph, graph, weight_map) == ()
    parent = reference.compile(graph, seed=seed)
    child = reference.inherit(parent, graph, weight_map, seed=seed + 1)
    assert_equal(child, parent)
    module = backend.compile(graph, seed=seed)
    copy = backend.inherit(module, graph, weight_map, seed=seed + 1)
    assert copy.state_dict().keys() == module.state_dict().keys()
    for name, tensor in copy.state_dict().items():
        assert torch.equal(tensor, module.state_dict()[name])


def assert_equal(one: Reference, other: Reference) -> None:
    for key, own in other.weights.items():
        for name, array in own.items():
            assert np.array_equal(one.weights[key][name], array)


@pytest.mark.parametrize("name", ["nas_bench_201", "darts"])
def test_a_child_takes_what_has_its_key_and_shape_and_begins_with_the_rest(name: str) -> None:
    space = load_small(name)
    first, second = (space.sample(seed=seed).graph for seed in (0, 1))
    weight_map = inherit(first, second)
    assert misfits(first, second, weight_map) == ()
    module = backend.compile(first, seed=0)
    child = weights_by_declaration(backend.inherit(module, second, weight_map, seed=5), second)
    fresh = weights_by_declaration(backend.compile(second, seed=5), second)
    known, shapes = weights_by_declaration(module, first), tensor_shapes(first)
    taken = 0
    for (key, own), shape in tensor_shapes(second).items():
        is_taken = shapes.get((key, own)) == shape
        taken += is_taken
        assert torch.equal(child[key][own], (known if is_taken else fresh)[key][own])
    assert 0 < taken < len(tensor_shapes(second))


def test_a_module_keeps_its_type_and_its_mode() -> None:
    graph = loads("network n(x: vec[3]) -> vec[3] { return x |> linear[3] |> bn }").sample(seed=0).graph
    module = backend.compile(graph, seed=0).double().eval()
    child = backend.inherit(module, graph, inherit(graph, graph))
    assert not child.training
    assert {p.dtype for p in child.parameters()} == {torch.float64}
    module.train()(torch.randn(4, 3, dtype=torch.float64))
    copy = backend.inherit(module, graph, inherit(graph, graph)).state_dict()
    assert copy["bn.num_batches_tracked"] == 1


def test_a_map_that_does_not_fit_is_refused() -> None:
    graph = loads("network n(x: vec[3]) -> vec[3] { return x |> linear[3] }").sample(seed=0).graph
    parent = reference.compile(graph, seed=0)
    short = WeightMap({("linear", "kernel"): Parent("linear", "kernel")})
    with pytest.raises(ValueError, match="each one"):
        reference.inherit(parent, graph, short)
    wrong = WeightMap({**inherit(graph, graph).tensors, ("linear", "bias"): Constant((4,), 0.0)})
    with pytest.raises(ValueError, match="of shape"):
        reference.inherit(parent, graph, wrong)
    assert len(misfits(graph, graph, short)) == 1
    assert len(misfits(graph, graph, wrong)) == 1
    assert hash(wrong) != hash(short)


def test_both_backends_draw_the_same() -> None:
    graph = loads("network n(x: vec[3]) -> vec[3] { return x |> linear[3] }").sample(seed=0).graph
    drawn = Normal((3, 3), 1.0, Random(0).getrandbits(32))
    weight_map = WeightMap({**inherit(graph, graph).tensors, ("linear", "kernel"): drawn})
    array = reference.inherit(reference.compile(graph), graph, weight_map).weights["linear"]["kernel"]
    module = backend.inherit(backend.compile(graph).double(), graph, weight_map)
    assert np.array_equal(weights_by_declaration(module, graph)["linear"]["kernel"].detach().numpy(), array)
