"""Exact morphisms keep the function of a network, and what they add learns."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from archdsl.backends.numpy import Reference
from archdsl.backends.numpy import backend as reference
from archdsl.backends.torch import Network, backend
from archdsl.backends.torch.checkpoint import load_weights, save_weights
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.ir import Graph, print_graph, verify
from archdsl.operators import Morphism, NoChange
from archdsl.operators.morphisms import (
    Branch,
    Deepen,
    GrowKernel,
    InsertActivation,
    InsertAttention,
    InsertConv,
    InsertMBConv,
    InsertNorm,
    ReplaceByStack,
    ReplaceBySubnet,
    SkipByAddition,
    SkipByConcatenation,
    Widen,
    WidenWithNew,
)
from archdsl.operators.weight_map import Parent, Place, WeightMap, misfits, tensor_shapes
from archdsl.searchspace import loads
from tests.operators.networks import Array, architecture, inputs_of, network, networks, spread, trained

EXACT: tuple[Morphism, ...] = (
    Deepen(),
    Deepen(kernels=(1, 5), norm=True),
    InsertConv(),
    InsertNorm(),
    InsertActivation(),
    InsertMBConv(kernels=(3,), expansions=(2,)),
    InsertAttention(most_steps=64),
    Widen(),
    WidenWithNew(),
    GrowKernel(),
    SkipByAddition(),
    SkipByConcatenation(),
    Branch(),
    Branch(more=2),
    ReplaceByStack(),
    ReplaceBySubnet(),
)


def named(value: object) -> str:
    return str(value)


every_exact = pytest.mark.parametrize("morphism", EXACT, ids=named)
Change = tuple[Graph, WeightMap]

some = settings(max_examples=settings().max_examples // 10)
"""Networks take a while to build, to run and to train."""


def changed(morphism: Morphism, graph: Graph, seed: int) -> Change | None:
    """Apply a morphism; None where the graph has no place for it."""
    try:
        return morphism.apply(graph, Random(seed))
    except NoChange:
        return None


def module_of(net: Reference) -> Network:
    """Give the module with the weights of a reference, in float64 and evaluation."""
    module = backend.compile(net.graph).double().eval()
    assert isinstance(module, Network)
    with torch.no_grad():
        for key, own in weights_by_declaration(module, net.graph).items():
            for name, tensor in own.items():
                tensor.copy_(torch.from_numpy(net.weights[key][name]))
    return module


def tensors_of(inputs: Sequence[Array], dtype: torch.dtype = torch.float64) -> list[torch.Tensor]:
    return [
        torch.from_numpy(x).to(dtype) if np.issubdtype(x.dtype, np.floating) else torch.from_numpy(x) for x in inputs
    ]


def run(module: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> Array:
    with torch.no_grad():
        y = module(*inputs)
    array: Array = (y[0] if isinstance(y, tuple) else y).double().numpy()
    return array


def error(found: Array, expected: Array) -> float:
    """Give the greatest difference relative to how much the expected outputs vary."""
    assert spread(expected) >= 0.1
    return float(np.abs(found - expected).max() / spread(expected))


@every_exact
@given(networks(), st.integers(0, 1000))
@some
def test_an_exact_morphism_keeps_the_function(morphism: Morphism, text: str, seed: int) -> None:
    graph = network(text)
    change = changed(morphism, graph, seed)
    if change is not None:
        check_exact(graph, change, seed)


def check_exact(graph: Graph, change: Change, seed: int, *, also_single: bool = True) -> None:
    child, weight_map = change
    assert verify(child, architecture=True) == ()
    assert misfits(graph, child, weight_map) == ()
    parent = trained(graph, seed)
    inputs = inputs_of(graph, seed)
    (expected, *_) = parent(*inputs)
    net = reference.inherit(parent, child, weight_map, seed=seed)
    assert error(net(*inputs)[0], expected) < 1e-10
    module = module_of(parent)
    made = backend.inherit(module, child, weight_map, seed=seed)
    assert error(run(made, tensors_of(inputs)), expected) < 1e-10
    for key, own in weights_by_declaration(made, child).items():
        for name, tensor in own.items():
            assert np.allclose(tensor.detach().numpy(), net.weights[key][name], rtol=1e-14, atol=1e-14)
    if not also_single:
        return
    small = backend.inherit(module.float(), child, weight_map, seed=seed)
    floats = tensors_of(inputs, torch.float32)
    # Where a few channels are alive behind large ones, the parent itself rounds by more than that.
    rounding = error(run(module, floats), expected)
    assert error(run(small, floats), run(module, floats)) < max(1e-5, 4 * rounding)


@pytest.mark.parametrize(
    ("name", "morphism"),
    [("nas_bench_201", Widen()), ("mobilenet_v2", WidenWithNew()), ("vision_transformer", SkipByConcatenation())],
    ids=named,
)
def test_shipped_spaces_are_morphed_exactly(name: str, morphism: Morphism) -> None:
    graph = architecture(name, 1)
    # In float32 so many layers round by as much as a morphism may move.
    check_exact(graph, morphism.apply(graph, Random(3)), 3, also_single=False)


@given(networks(), st.sampled_from(EXACT), st.integers(0, 1000))
@some
def test_a_morphed_network_reloaded_from_disk_is_the_same_function(text: str, morphism: Morphism, seed: int) -> None:
    graph = network(text)
    change = changed(morphism, graph, seed)
    if change is None:
        return
    child, weight_map = change
    module = backend.inherit(module_of(trained(graph, seed)), child, weight_map)
    with TemporaryDirectory() as folder:
        file, weights = Path(folder, "child.nas"), Path(folder, "child.safetensors")
        file.write_text(print_graph(child), encoding="utf-8")
        save_weights(module, weights)
        again = loads(file.read_text(encoding="utf-8")).sample(seed=0).graph
        assert replace(again, scopes=()) == replace(child, scopes=())
        loaded = backend.compile(again).double().eval()
        load_weights(loaded, weights)
    inputs = tensors_of(inputs_of(graph, seed))
    assert np.array_equal(run(loaded, inputs), run(module, inputs))


@given(networks(), st.lists(st.sampled_from(EXACT), min_size=10, max_size=10), st.integers(0, 1000))
@some
def test_ten_in_a_row_keep_the_function(text: str, morphisms: list[Morphism], seed: int) -> None:
    graph = network(text)
    parent = net = trained(graph, seed)
    module = module_of(parent)
    small = module_of(parent).float()
    inputs = inputs_of(graph, seed)
    whole: WeightMap | None = None
    now = graph
    for step, morphism in enumerate(morphisms):
        change = changed(morphism, now, seed + step)
        if change is not None and (change[0].params or 0) < 200_000:
            now, weight_map = change
            net = reference.inherit(net, now, weight_map, seed=seed)
            module = backend.inherit(module, now, weight_map, seed=seed)  # type: ignore[assignment]
            small = backend.inherit(small, now, weight_map, seed=seed)  # type: ignore[assignment]
            whole = weight_map if whole is None else whole.then(weight_map)
    (expected, *_) = parent(*inputs)
    assert error(net(*inputs)[0], expected) < 1e-10
    assert error(run(module, tensors_of(inputs)), expected) < 1e-10
    floats = tensors_of(inputs, torch.float32)
    rounding = error(run(module_of(parent).float(), floats), expected)
    assert error(run(small, floats), expected) < max(1e-5, 10 * rounding)
    if whole is not None:
        at_once = reference.inherit(parent, now, whole, seed=seed)
        assert error(at_once(*inputs)[0], expected) < 1e-10


@every_exact
@given(networks(), st.integers(0, 1000))
@some
def test_a_morphism_is_a_function_of_its_chance_and_leaves_its_parent_alone(
    morphism: Morphism, text: str, seed: int
) -> None:
    graph = network(text)
    before = print_graph(graph)
    change = changed(morphism, graph, seed)
    assert changed(morphism, graph, seed) == change
    assert print_graph(graph) == before
    if change is not None:
        assert change[0] != graph


@every_exact
@given(networks(), st.integers(0, 1000))
@some
def test_all_that_is_new_learns_within_two_steps(morphism: Morphism, text: str, seed: int) -> None:
    """Where every channel of the parent learns: behind a dead one nothing can."""
    graph = network(text)
    change = changed(morphism, graph, seed)
    parent = module_of(trained(graph, seed))
    if change is not None and is_alive(gradients(parent, graph, seed, 1)):
        check_learning(morphism, graph, change, seed)


ALIVE = """network n(x: image[2, 6, 5]) -> vec[5] {
  let y = x |> conv[6, 3, bias = true] |> bn |> relu |> conv[6, 3] |> bn |> relu
  return concat(y, y + (y |> conv[6, 3, groups = 2] |> bn |> relu)) |> conv[8, 1] |> bn |> relu |> flatten |> linear[5]
}"""


@every_exact
@pytest.mark.parametrize("seed", [1, 2])
def test_all_that_is_new_learns_in_a_network_that_does(morphism: Morphism, seed: int) -> None:
    graph = network(ALIVE)
    assert is_alive(gradients(module_of(trained(graph, seed)), graph, seed, 1))
    check_learning(morphism, graph, morphism.apply(graph, Random(seed)), seed)


def is_alive(found: Mapping[Place, torch.Tensor]) -> bool:
    """Tell whether each channel of each weight learns."""
    return all((own.flatten(1).amax(1) > 0).all() if own.ndim > 1 else (own > 0).all() for own in found.values())


def gradients(module: torch.nn.Module, graph: Graph, seed: int, steps: int) -> dict[Place, torch.Tensor]:
    """Train for some steps; give for each weight how large the gradients of its entries were at most."""
    module.train()
    inputs = tensors_of(inputs_of(graph, seed, batch=32))
    generator = torch.Generator().manual_seed(seed)
    declared = weights_by_declaration(module, graph)
    weights = {
        (key, name): tensor
        for key, own in declared.items()
        for name, tensor in own.items()
        if isinstance(tensor, torch.nn.Parameter)
    }
    found = {place: torch.zeros_like(tensor) for place, tensor in weights.items()}
    for _ in range(steps):
        y = module(*inputs)
        y = y[0] if isinstance(y, tuple) else y
        loss = (y - torch.randn(y.shape, generator=generator, dtype=y.dtype)).square().mean()
        own = torch.autograd.grad(loss, list(weights.values()))
        # Steps of one small length: the weights were not found by training, and a long step kills what follows.
        length = torch.stack([gradient.square().sum() for gradient in own]).sum().sqrt()
        with torch.no_grad():
            for (place, tensor), gradient in zip(weights.items(), own, strict=True):
                found[place] = torch.maximum(found[place], gradient.abs())
                tensor.sub_(1e-3 * gradient / length)
    return found


def check_learning(morphism: Morphism, graph: Graph, change: Change, seed: int) -> None:
    child, weight_map = change
    module = backend.inherit(module_of(trained(graph, seed)), child, weight_map, seed=seed)
    old = tensor_shapes(graph)
    for place, gradient in gradients(module, child, seed, 2).items():
        if weight_map.tensors[place] == Parent(*place):
            continue
        assert gradient.max() > 0, place
        for axis, (size, now) in enumerate(zip(old.get(place, ()), gradient.shape, strict=place in old)):
            if now != size:
                start, length = (0, 1) if isinstance(morphism, GrowKernel) else (size, now - size)
                assert gradient.narrow(axis, start, length).max() > 0, place
