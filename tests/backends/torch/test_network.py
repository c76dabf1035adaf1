"""A compiled architecture is a plain module: it computes what the reference computes, and can be copied and moved."""

from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import archdsl
from archdsl.backends.numpy import run
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.codegen import address_of, load_backend
from archdsl.ir import Graph
from archdsl.testing import sources

SMALL: dict[str, dict[str, Any]] = {
    "nas_bench_201": {"width": 4, "per_stage": 1, "size": 8},
    "darts": {"c": 4, "cells": 3, "size": 16},
    "digits_cells": {"width": 4},
    "proxylessnas": {"size": 32, "classes": 10},
    "mobilenet_v2": {"width": 0.1, "size": 32, "classes": 10},
}


def small(name: str, seed: int = 0) -> archdsl.Architecture:
    return archdsl.load(name, **SMALL[name]).sample(seed=seed)


def inputs_of(graph: Graph, seed: int = 0, batch: int = 3) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(batch, *port.type.dims, generator=generator, dtype=torch.float64) for port in graph.inputs]


def randomize(module: nn.Module, seed: int) -> None:
    """Give every tensor values of its own, positive ones to what norms divide by."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(torch.randn(tensor.shape, generator=generator) / 4)
                if name.endswith(("running_var", "norm.weight", "bn.weight")):
                    tensor.abs_().add_(0.5)


def as_tuple(outputs: Any) -> tuple[Tensor, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def assert_computes_the_reference(graph: Graph, seed: int, tolerance: float = 1e-9) -> None:
    module = load_backend("torch").compile(graph).double()
    randomize(module, seed)
    xs = inputs_of(graph, seed)
    for training in (False, True):
        if training and any(dict(node.attributes).get("rate") for node in graph.operations()):
            continue  # what is drawn cannot be compared
        weights = {
            key: {name: tensor.detach().numpy().copy() for name, tensor in own.items()}
            for key, own in weights_by_declaration(module, graph).items()
        }
        expected = run(graph, [x.numpy() for x in xs], weights, training=training)
        results = as_tuple(module.train(training)(*xs))
        assert len(results) == len(expected)
        for result, array in zip(results, expected, strict=True):
            scale = max(1.0, float(np.abs(array).max()))
            assert np.abs(result.detach().numpy() - array).max() <= tolerance * scale


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", SMALL)
def test_architectures_of_shipped_spaces_compute_the_reference(name: str, seed: int) -> None:
    assert_computes_the_reference(small(name, seed).graph, seed)


@given(text=sources(limit=50), seed=st.integers(0, 100))
def test_architectures_of_any_space_compute_the_reference(text: str, seed: int) -> None:
    space = archdsl.loads(text)
    if space.verdict.kind == "proved":
        assert_computes_the_reference(space.sample(seed=seed).graph, seed)


@pytest.mark.parametrize("name", SMALL)
def test_parameters_are_the_declared_ones_under_their_addresses(name: str) -> None:
    architecture = small(name)
    module = archdsl.compile(architecture)
    named = dict(module.named_parameters())
    assert sum(parameter.numel() for parameter in named.values()) == architecture.params
    found = {address_of(path.rpartition(".")[0]) for path in module.state_dict()}
    owners = {key for key, weights in architecture.graph.weights().items() if weights}
    assert found == owners


@pytest.mark.parametrize("name", SMALL)
def test_one_seed_gives_one_module_and_leaves_chance_alone(name: str) -> None:
    architecture = small(name)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, same, other = (archdsl.compile(architecture, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    for (key, a), (_, b) in zip(one.state_dict().items(), same.state_dict().items(), strict=True):
        assert torch.equal(a, b), key
    assert any(not torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    archdsl.compile(architecture)
    assert not torch.equal(torch.get_rng_state(), before)


def modules() -> dict[str, nn.Module]:
    space = archdsl.load("darts", c=4, cells=1, size=8)
    search = space.at(statics={"search": True})
    return {"network": archdsl.compile(space.sample(seed=0), seed=0), "supernet": archdsl.supernet(search, seed=0)}


KINDS = ("network", "supernet")


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_computes_the_same_and_shares_nothing(kind: str) -> None:
    module = modules()[kind].double().eval()
    x = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    expected = module(x)
    copy = deepcopy(module)
    assert torch.equal(copy(x), expected)
    ours, theirs = {id(t) for t in module.state_dict(keep_vars=True).values()}, copy.state_dict(keep_vars=True)
    assert ours.isdisjoint(map(id, theirs.values()))
    with torch.no_grad():
        for parameter in copy.parameters():
            parameter.zero_()
    assert torch.equal(module(x), expected)
    assert not torch.equal(copy(x), expected)
    copy.train()(x).sum().backward()
    assert all(parameter.grad is None for parameter in module.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_is_all_there_is(kind: str) -> None:
    module = modules()[kind].eval()
    x = torch.randn(2, 3, 8, 8)
    randomize(module, 1)
    other = modules()[kind].eval()
    assert not torch.equal(other(x), module(x))
    other.load_state_dict(module.state_dict())
    assert torch.equal(other(x), module(x))


@pytest.mark.parametrize("kind", KINDS)
def test_modes_reach_every_op(kind: str) -> None:
    module = modules()[kind]
    for training in (True, False):
        module.train(training)
        assert all(own.training == training for own in module.modules())


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_may_be_wide_narrow_or_last(kind: str) -> None:
    module = modules()[kind].eval()
    x = torch.randn(2, 3, 8, 8)
    expected = module(x)
    last = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    torch.testing.assert_close(last(x.to(memory_format=torch.channels_last)), expected)
    with torch.autocast("cpu", torch.bfloat16):
        narrow = module(x)
    torch.testing.assert_close(narrow.float(), expected, rtol=0.1, atol=0.1)
    wide = module.double()
    torch.testing.assert_close(wide(x.double()).float(), expected)
    module.train()
    with torch.autocast("cpu", torch.bfloat16):
        module.float()(x).float().square().sum().backward()
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in module.parameters())


def test_an_auxiliary_output_exists_in_training_only() -> None:
    space = archdsl.load("darts", c=4, cells=3, size=32, auxiliary=True)
    module = archdsl.compile(space.sample(seed=0), seed=0)
    x = torch.randn(2, 3, 32, 32)
    logits, auxiliary = module.train()(x)
    assert logits.shape == auxiliary.shape == (2, 10)
    plain = module.eval()(x)
    assert plain.shape == (2, 10)
    ran: list[str] = []
    for name, own in module.named_modules():
        own.register_forward_hook(lambda *_, name=name: ran.append(name))
    module(x)
    assert not any(name.startswith(("aux", "auxiliary_head")) for name in ran)
    module.train()(x)
    assert any(name.startswith(("aux", "auxiliary_head")) for name in ran)


def test_the_head_that_trains_alone_is_in_the_state() -> None:
    with_head = archdsl.load("darts", c=4, cells=3, size=32, auxiliary=True).sample(seed=0)
    without = archdsl.load("darts", c=4, cells=3, size=32).architecture(with_head.decisions)
    larger, smaller = archdsl.compile(with_head).state_dict(), archdsl.compile(without).state_dict()
    assert smaller.keys() < larger.keys()
    assert all(key.startswith("auxiliary_head.") for key in larger.keys() - smaller.keys())


def test_shared_layers_are_one_set_of_weights() -> None:
    space = archdsl.loads("""network net(x: vec[4]) -> vec[4] {
      let own = shared linear[4]
      let two = tied linear[4]
      return x |> own |> relu |> own |> two |> two
    }""")
    module = archdsl.compile(space.sample(seed=0))
    assert sorted(module.state_dict()) == [
        "own.linear.bias", "own.linear.weight",
        "two.linear.bias", "two.linear.weight", "two__1.linear.bias", "two__1.linear.weight",
    ]  # fmt: skip
    assert_computes_the_reference(space.sample(seed=0).graph, 0)


def test_the_code_is_straight_and_readable() -> None:
    code = archdsl.compile(small("digits_cells")).code
    assert "node_cell" in code
    for word in ("if ", "for ", "training"):
        assert word not in code


def test_several_inputs_and_outputs_keep_their_order() -> None:
    space = archdsl.loads("""network net(x: vec[4], y: image[2, 4, 4]) -> (image[2, 4, 4], vec[4]) {
      let z = y |> conv[2]
      return z, x |> relu, more = z |> flatten |> linear[3]
    }""")
    module = archdsl.compile(space.sample(seed=0))
    x, y = torch.randn(3, 4), torch.randn(3, 2, 4, 4)
    assert [tuple(own.shape) for own in module(x, y)] == [(3, 2, 4, 4), (3, 4), (3, 3)]
    assert [tuple(own.shape) for own in module.eval()(x, y)] == [(3, 2, 4, 4), (3, 4)]
    assert_computes_the_reference(space.sample(seed=0).graph, 0)
