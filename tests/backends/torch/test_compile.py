"""What is compiled is one straight-line graph, whatever the mode, and computes the same."""

from functools import cache
from typing import Any

import pytest
import torch
import torch._inductor.config
from torch import Tensor, nn

import archdsl

HEAD = "|> global_avg_pool |> linear[5] }"
PARTS = {
    "nas_bench_201": f"""use nas_bench_201: node_cell
        network net(x: image[3, 8, 8]) -> vec[5] {{ return x |> conv[4] |> node_cell {HEAD}""",
    "darts": f"""use darts: edge_op
        cell small[search](x: image[c, h, w]) {{ return x |> edge_op[2, search] |> edge_op[1, search] }}
        network net[search = true](x: image[3, 8, 8]) -> vec[5] {{ return x |> conv[4] |> small[search] {HEAD}""",
    "digits_cells": f"""use digits_cells: edge_op
        cell small(x: image[c, h, w]) {{
          nodes n[2] after (x) {{ return sum(edge_op(e) for e in choose 1..2 of earlier) }}
          return concat(n)
        }}
        network net(x: image[3, 8, 8]) -> vec[5] {{ return x |> conv[4] |> small {HEAD}""",
    "proxylessnas": f"""use proxylessnas: stage
        network net(x: image[3, 8, 8]) -> vec[5] {{ return x |> conv[4] |> stage[4, 1, 1] {HEAD}""",
    "mobilenet_v2": f"""use mobilenet_v2: stage
        network net(x: image[3, 8, 8]) -> vec[5] {{ return x |> conv[4] |> stage[6, 4, 2, 2] {HEAD}""",
}
"""One or two cells or layers of each shipped space."""


@cache
def part(name: str) -> archdsl.Space:
    return archdsl.loads(PARTS[name])


def every(outputs: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return outputs if isinstance(outputs, tuple) else (outputs,)


def assert_compiles(module: nn.Module, space: archdsl.Space, backend: str, tolerance: float = 1e-5) -> None:
    """Compile without a break, in training and in evaluation mode, and compare; gradients too."""
    torch.compiler.reset()
    (port,) = space.elaborated.inputs
    # Norms over few numbers magnify the last digit, in which kernels differ: of doubles it is small enough.
    module.double()
    x = torch.randn(4, *port.type.dims, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    compiled: Any = torch.compile(module, fullgraph=True, backend=backend)
    for training in (True, False):
        module.train(training)
        state = {key: tensor.clone() for key, tensor in module.state_dict().items()}
        results = []
        for run in (module, compiled):
            module.load_state_dict(state)
            module.zero_grad()
            # Inductor has a random generator of its own, unless it is told to use that of the other kernels.
            with torch.random.fork_rng(devices=[]), torch._inductor.config.patch(fallback_random=True):
                torch.manual_seed(0)
                outputs = every(run(x))
            sum(y.square().mean() for y in outputs).backward()  # type: ignore[union-attr]
            results.append((outputs, {name: p.grad for name, p in module.named_parameters() if p.grad is not None}))
        (expected, gradients), (given, given_gradients) = results
        torch.testing.assert_close(given, expected, rtol=tolerance, atol=tolerance)
        torch.testing.assert_close(given_gradients, gradients, rtol=100 * tolerance, atol=tolerance)


@pytest.mark.parametrize("name", PARTS)
def test_a_network_compiles_to_one_graph(name: str) -> None:
    space = part(name).at(statics={"search": False} if name == "darts" else {})
    assert_compiles(archdsl.compile(space.sample(seed=1), seed=0), space, "aot_eager")


@pytest.mark.parametrize("name", [name for name in PARTS if name != "mobilenet_v2"])
def test_a_supernet_compiles_to_one_graph(name: str) -> None:
    space = part(name)
    assert_compiles(archdsl.supernet(space, seed=0), space, "aot_eager")


def test_coefficients_are_inputs_and_compile_nothing_anew() -> None:
    torch.compiler.reset()
    space = part("digits_cells")
    supernet = archdsl.supernet(space, seed=0).eval()
    compiled: Any = torch.compile(supernet, fullgraph=True, backend="aot_eager")
    x = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        for seed in range(5):
            coefficients, gates = supernet.decided(space.sample(seed=seed).decisions)
            with torch._dynamo.config.patch(error_on_recompile=seed > 0):
                y = compiled(x, coefficients=coefficients, gates=gates)
            torch.testing.assert_close(y, supernet(x, coefficients=coefficients, gates=gates))


def test_logits_that_change_compile_nothing_anew() -> None:
    torch.compiler.reset()
    supernet = archdsl.supernet(part("nas_bench_201"), seed=0)
    compiled: Any = torch.compile(supernet, fullgraph=True, backend="aot_eager")
    optimizer = torch.optim.SGD(supernet.parameters(), 0.1)
    for step in range(3):
        with torch._dynamo.config.patch(error_on_recompile=step > 0):
            optimizer.zero_grad()
            compiled(torch.randn(2, 3, 8, 8)).square().sum().backward()
            optimizer.step()


WHOLE: list[tuple[str, dict[str, Any]]] = [
    ("nas_bench_201", {"width": 4, "per_stage": 2}),
    ("darts", {"c": 4, "cells": 3, "size": 32, "auxiliary": True}),
    ("digits_cells", {"width": 4}),
    ("proxylessnas", {"size": 96, "classes": 10}),
    ("mobilenet_v2", {"width": 0.25, "size": 96, "classes": 10}),
]


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["aot_eager", "inductor"])
@pytest.mark.parametrize(("name", "statics"), WHOLE)
def test_a_whole_network_compiles_to_one_graph(name: str, statics: dict[str, Any], backend: str) -> None:
    space = archdsl.load(name, **statics)
    assert_compiles(archdsl.compile(space.sample(seed=0), seed=0), space, backend, 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "statics"),
    [
        ("nas_bench_201", {"width": 4, "per_stage": 1, "size": 8}),
        ("darts", {"c": 4, "cells": 3, "search": True, "size": 16}),
        ("digits_cells", {"width": 4}),
    ],
)
def test_a_whole_supernet_compiles_to_one_graph(name: str, statics: dict[str, Any]) -> None:
    space = archdsl.load(name, **statics)
    assert_compiles(archdsl.supernet(space, seed=0), space, "aot_eager", 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nas_bench_201", "digits_cells"])
def test_a_supernet_compiles_to_kernels(name: str) -> None:
    assert_compiles(archdsl.supernet(part(name), seed=0), part(name), "inductor", 1e-4)
