"""Networks of every kind of tensors compile, keep to the reference, run under autocast, and export as text."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

import archdsl
from archdsl.backends.numpy import run
from archdsl.backends.torch.example import random_inputs
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.ir import verify
from tests.backends.torch.test_source import check
from tests.ir.test_printer import assert_reads_back
from tests.spaces.kinds import PROGRAMS

every_kind = pytest.mark.parametrize("kind", PROGRAMS)


def compiled(kind: str) -> tuple[Any, list[Tensor]]:
    architecture = archdsl.loads(PROGRAMS[kind]).sample(seed=0)
    inputs = random_inputs(architecture.graph, 4, torch.Generator().manual_seed(0))
    return archdsl.compile(architecture, seed=0), inputs


def results(outputs: Any) -> tuple[Tensor, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


@every_kind
@pytest.mark.parametrize("training", [True, False])
def test_a_network_compiles_to_one_graph(kind: str, training: bool) -> None:
    network, inputs = compiled(kind)
    network.train(training)
    torch.compiler.reset()
    program: Any = torch.compile(network, fullgraph=True, backend="aot_eager")
    given = results(program(*inputs))
    for y, other in zip(given, results(network(*inputs)), strict=True):
        torch.testing.assert_close(y, other)
    torch.autograd.backward([y.square().mean() for y in given])
    assert all(parameter.grad is not None for parameter in network.parameters())


@every_kind
@pytest.mark.parametrize("training", [True, False])
def test_a_network_gives_what_the_reference_gives(kind: str, training: bool) -> None:
    network, inputs = compiled(kind)
    network.double().train(training)
    doubled = [x.double() if x.is_floating_point() else x for x in inputs]
    weights: Any = {
        key: {name: tensor.detach().clone().numpy() for name, tensor in own.items()}
        for key, own in weights_by_declaration(network, network.graph).items()
    }
    wanted = run(network.graph, [x.numpy() for x in doubled], weights, training=training)
    for y, array in zip(results(network(*doubled)), wanted, strict=True):
        np.testing.assert_allclose(y.detach().numpy(), array, rtol=1e-10, atol=1e-10)


@every_kind
def test_a_network_trains_under_autocast(kind: str) -> None:
    network, inputs = compiled(kind)
    with torch.autocast("cpu", torch.bfloat16):
        outputs = results(network(*inputs))
    torch.autograd.backward([y.float().square().mean() for y in outputs])
    for parameter in network.parameters():
        assert parameter.grad is not None
        assert parameter.grad.isfinite().all()


@every_kind
def test_a_network_prints_reads_back_and_verifies(kind: str) -> None:
    graph = archdsl.loads(PROGRAMS[kind]).sample(seed=0).graph
    assert verify(graph, architecture=True) == ()
    assert_reads_back(graph)


@every_kind
def test_a_network_computes_the_same_as_its_text(kind: str) -> None:
    check(archdsl.loads(PROGRAMS[kind]).sample(seed=0).graph)
