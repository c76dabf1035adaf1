"""A scan is its cell, applied to one step after the other: in values, in gradients, decided or mixed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

import archdsl
from archdsl.backends.numpy import run
from archdsl.backends.torch import Supernet
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.codegen import load_backend
from archdsl.ir import Graph
from tests.backends.torch.test_network import as_tuple, assert_computes_the_reference, randomize
from tests.interop.exported import compiled, inputs_of, read
from tests.strategies_scan import Recurrent, recurrents

Array = NDArray[np.floating]

BATCH = 2


def both(recurrent: Recurrent, seed: int) -> tuple[Graph, Graph]:
    """Give one architecture of both programs: the one that scans, and the one that is unrolled."""
    scanned, unrolled = archdsl.loads(recurrent.scanned), archdsl.loads(recurrent.unrolled)
    architecture = scanned.sample(seed=seed)
    return architecture.graph, unrolled.architecture(architecture.decisions).graph


def same_inputs(recurrent: Recurrent, seed: int) -> tuple[list[Array], list[Array]]:
    """Give inputs of both programs that mean the same."""
    rng = np.random.default_rng(seed)
    steps = [rng.standard_normal((BATCH, recurrent.width)) for _ in range(recurrent.steps)]
    starts = [
        rng.standard_normal((BATCH, width)) * given
        for width, given in zip(recurrent.states, recurrent.given, strict=True)
    ]
    sequence = np.stack(steps, axis=2 if recurrent.kind == "signal" else 1)
    return [sequence, *(own for own, given in zip(starts, recurrent.given, strict=True) if given)], [*steps, *starts]


@given(recurrent=recurrents(), seed=st.integers(0, 50))
def test_the_reference_scans_as_the_unrolled_program_computes(recurrent: Recurrent, seed: int) -> None:
    graph, plain = both(recurrent, seed)
    weights = load_backend("numpy").compile(graph, seed=seed).weights
    scanned, steps = same_inputs(recurrent, seed)
    sequence, *last = run(graph, scanned, weights)
    outputs = run(plain, steps, weights)
    time = 2 if recurrent.kind == "signal" else 1
    np.testing.assert_allclose(sequence, np.stack(outputs[: recurrent.steps], axis=time), rtol=0, atol=1e-12)
    for one, other in zip(last, outputs[recurrent.steps :], strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


@given(recurrent=recurrents(), seed=st.integers(0, 50))
def test_gradients_flow_through_all_steps_to_the_weights_and_the_starts(recurrent: Recurrent, seed: int) -> None:
    graph, plain = both(recurrent, seed)
    modules: list[Any] = [load_backend("torch").compile(own).double() for own in (graph, plain)]
    randomize(modules[0], seed)
    modules[1].load_state_dict(modules[0].state_dict())
    arrays = same_inputs(recurrent, seed)
    tensors = [[torch.from_numpy(x).requires_grad_() for x in own] for own in arrays]
    sequence, *last = modules[0](*tensors[0])
    outputs = modules[1](*tensors[1])
    stacked = torch.stack(outputs[: recurrent.steps], 2 if recurrent.kind == "signal" else 1)
    generator = torch.Generator().manual_seed(seed)
    factors = [torch.randn(y.shape, generator=generator, dtype=y.dtype) for y in (sequence, *last)]
    for results in ((sequence, *last), (stacked, *outputs[recurrent.steps :])):
        products = [(y * factor).sum() for y, factor in zip(results, factors, strict=True) if y.requires_grad]
        sum(products, torch.zeros((), requires_grad=True)).backward()
    torch.testing.assert_close(sequence, stacked, rtol=0, atol=1e-12)
    gradients = [{name: own.grad for name, own in module.named_parameters()} for module in modules]
    torch.testing.assert_close(gradients[0], gradients[1], rtol=1e-9, atol=1e-12)
    starts = [x for x, given in zip(tensors[1][recurrent.steps :], recurrent.given, strict=True) if given]
    torch.testing.assert_close([x.grad for x in tensors[0][1:]], [x.grad for x in starts], rtol=1e-9, atol=1e-12)


@given(recurrent=recurrents(), seed=st.integers(0, 50))
def test_what_is_compiled_computes_the_reference(recurrent: Recurrent, seed: int) -> None:
    assert_computes_the_reference(archdsl.loads(recurrent.scanned).sample(seed=seed).graph, seed)


@given(recurrent=recurrents(limit=6), seed=st.integers(0, 50))
def test_what_is_exported_computes_what_is_compiled(recurrent: Recurrent, seed: int) -> None:
    network = compiled(archdsl.loads(recurrent.scanned).sample(seed=seed).graph, seed)
    source, model = read(network)
    assert "archdsl" not in source.text.partition("import torch")[2]
    xs = inputs_of(network.__dict__["graph"])
    with torch.no_grad():
        for given_, wanted in zip(model.eval()(*xs), network.eval()(*xs), strict=True):
            torch.testing.assert_close(given_, wanted, rtol=0, atol=1e-6)


# ---------------------------------------------------------------- supernets


def supernet_of(space: archdsl.Space, seed: int) -> Supernet:
    supernet = archdsl.supernet(space, seed=seed).double()
    assert isinstance(supernet, Supernet)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in supernet.parameters():
            parameter.normal_(0, 0.5, generator=generator)
    return supernet


@given(recurrent=recurrents(), seed=st.integers(0, 50))
def test_a_supernet_holds_its_architectures(recurrent: Recurrent, seed: int) -> None:
    space = archdsl.loads(recurrent.scanned)
    supernet: Any = supernet_of(space, seed) if space.supergraph().is_supergraph else None
    if supernet is None:
        return
    xs = [torch.from_numpy(x) for x in same_inputs(recurrent, seed)[0]]
    state = supernet.state_dict()
    for own in range(3):
        architecture = space.sample(seed=own)
        net = archdsl.compile(architecture).double()
        net.load_state_dict({key: state[key] for key in net.state_dict()})
        coefficients, gates = supernet.decided(architecture.decisions)
        with torch.no_grad():
            for mixed, plain in zip(supernet(*xs, coefficients=coefficients, gates=gates), net(*xs), strict=True):
                torch.testing.assert_close(mixed, plain, rtol=0, atol=1e-12)


@given(recurrent=recurrents(), seed=st.integers(0, 50))
def test_a_mixture_is_the_reference(recurrent: Recurrent, seed: int) -> None:
    space = archdsl.loads(recurrent.scanned)
    graph = space.supergraph()
    if not graph.is_supergraph:
        return
    supernet: Any = supernet_of(space, seed)
    weights = {
        key: {label: tensor.detach().numpy() for label, tensor in own.items()}
        for key, own in weights_by_declaration(supernet, graph).items()
    }
    coefficients = {a: torch.softmax(supernet.logits(a), 0).detach().numpy() for a in supernet.choices}
    gates = {address: np.ones(size) for address, size in supernet.selections.items()}
    xs = same_inputs(recurrent, seed)[0]
    expected = run(graph, xs, weights, coefficients=coefficients, gates=gates)
    for mixed, wanted in zip(supernet(*map(torch.from_numpy, xs)), expected, strict=True):
        np.testing.assert_allclose(mixed.detach().numpy(), wanted, rtol=0, atol=1e-10)


SEARCHED = """
    choice act(x: vec[d]) { tanh | relu | sigmoid }
    cell rnn(x: vec[d], h: vec[d]) -> vec[d] {
      nodes s[3] after (concat(x, h) |> linear[d]) {
        let w = shared linear[d]
        return sum(act(w(e)) for e in choose 1 of earlier)
      }
      return mean(s)
    }
    network net(x: seq[6, 4], h: vec[4]) -> (seq[6, 4], vec[4]) {
      let y, last = scan[rnn, h](x)
      return y, last
    }
"""


def test_coefficients_are_computed_once_for_all_steps() -> None:
    calls: list[int] = []

    def counted(logits: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return torch.softmax(logits, 0)

    supernet: Any = archdsl.supernet(archdsl.loads(SEARCHED))
    supernet.relaxation = counted
    supernet(torch.randn(2, 6, 4), torch.randn(2, 4))
    assert len(calls) == len(supernet.choices) == 6


def test_every_logit_and_every_weight_gets_a_gradient() -> None:
    supernet = archdsl.supernet(archdsl.loads(SEARCHED), seed=0)
    h = torch.randn(2, 4, requires_grad=True)
    y, last = supernet(torch.randn(2, 6, 4), h)
    (y.square().sum() + last.sum()).backward()
    for name, parameter in [("h", h), *supernet.named_parameters()]:
        assert parameter.grad is not None, name
        assert parameter.grad.abs().max() > 0, name


@pytest.mark.parametrize("is_supernet", [False, True])
def test_a_scan_compiles_to_one_graph(is_supernet: bool) -> None:
    torch.compiler.reset()
    space = archdsl.loads(SEARCHED.replace("seq[6", "seq[3"))
    module: Any = archdsl.supernet(space, seed=0) if is_supernet else archdsl.compile(space.sample(seed=0), seed=0)
    straight: Any = torch.compile(module, fullgraph=True, backend="aot_eager")
    x, h = torch.randn(2, 3, 4), torch.randn(2, 4)
    results = []
    for own in (module, straight):
        module.zero_grad()
        y, last = own(x, h)
        (y.square().mean() + last.sum()).backward()
        results.append(((y, last), {name: p.grad.clone() for name, p in module.named_parameters()}))
    torch.testing.assert_close(*results, rtol=1e-5, atol=1e-5)


# ---------------------------------------------------------------- single programs

PROGRAMS = {
    "weights that a scan shares with what is around it": """
        cell rnn[w](x: vec[d], h: vec[d]) = tanh(w(x) + h)
        network net(x: seq[3, 4], h: vec[4]) -> (seq[3, 4], vec[4]) {
          let w = shared linear[4]
          let y, last = scan[rnn[w], w(h)](x)
          return y, w(last)
        }""",
    "a shared scan at two places": """
        cell rnn(x: vec[d], h: vec[d]) = tanh(linear[d](x) + linear[d](h))
        network net(x: seq[3, 4]) -> (seq[3, 4], vec[4]) {
          let run = shared scan[rnn]
          let y, first = run(x)
          let z, last = run(y)
          return z, first + last
        }""",
    "a cell that scans": """
        block inner(x: vec[d], h: vec[d]) -> vec[d] = x + h |> linear[d]
        block outer[layer](x: vec[d], h: vec[d], memory: seq[t, d]) {
          let y, last = memory |> layer
          return tanh(last + x + h), y
        }
        network net(x: seq[3, 4], m: seq[2, 4], h: vec[4]) -> (seq[3, 4], seq[2, 4]) {
          let start = tanh(h)
          let y, _g, last = scan[outer[scan[inner, start]], absent, m](x)
          return y, last
        }""",
    "scans in a cell that is used again and again": """
        block rnn(x: vec[d], h: vec[d]) -> vec[d] = x + h |> linear[d] |> tanh
        cell both(x: seq[t, d], h: vec[d]) -> (seq[t, d], vec[d]) {
          let y, last = scan[rnn, h](x)
          let z, end = scan[rnn, last](y)
          return z, end
        }
        network net(x: seq[3, 4], h: vec[4]) -> (seq[3, 4], vec[4]) = (x, h) |> both |> both""".replace(
        "= (x, h) |> both |> both", "{ let y, last = both(x, h) let z, end = both(y, last) return z, end }"
    ),
    "states that change places, one that stays, and one that nobody reads": """
        cell swap(x: vec[d], h: vec[d], c: vec[d], k: vec[d], u: vec[d]) = pass_on[linear[d]](x, h, c, k)
        block pass_on[f](x: vec[d], h: vec[d], c: vec[d], k: vec[d]) { return c, h + f(x), k, relu(x) }
        network net(x: seq[4, 3], k: vec[3]) -> (seq[4, 3], vec[3], vec[3], vec[3], vec[3]) {
          let y, h, c, last, u = scan[swap, k, absent, k](x)
          return y, h, c, last, u
        }""",
    "one step": """
        cell rnn(x: vec[d], h: vec[d]) = linear[d](x) + tanh(h)
        network net(x: seq[1, 4], s: signal[4, 1]) -> (seq[1, 4], signal[4, 1]) {
          let y, _a = scan[rnn](x)
          let z, _b = scan[rnn](s)
          return y, z
        }""",
    "a cell of nothing": """
        block hold(_x: vec[d], h: vec[d]) = h
        network net(x: seq[2, 4], h: vec[4]) -> vec[4] { let _y, last = scan[hold, h](x) return last }""",
    "an output that exists in training only": """
        cell rnn(x: vec[d], h: vec[d]) = linear[d](x) + tanh(h)
        network net(x: seq[2, 4]) -> vec[4] {
          let y, last = scan[rnn](x)
          let _z, other = scan[rnn](y)
          return last, more = other
        }""",
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_with_scans_computes_the_reference_and_exports(program: str) -> None:
    graph: Graph = archdsl.loads(PROGRAMS[program]).sample(seed=0).graph
    assert_computes_the_reference(graph, 0)
    network = compiled(graph)
    names = {name for key, own in graph.weights().items() for name in (key,) if own}
    assert {archdsl.codegen.address_of(name.rpartition(".")[0]) for name in network.state_dict()} == names
    _, model = read(network)
    xs = inputs_of(graph)
    for training in (False, True):
        results = [as_tuple(own.train(training)(*xs)) for own in (model, network)]
        torch.testing.assert_close(*results, rtol=0, atol=1e-6)


LOOK_UP = "op look_up_in_scan[d: int](x: tokens[t]) -> vec[d] { weight table[7, d] }"


class LookUp(nn.Module):
    """The sum of the vectors of some words."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(7, d))

    def forward(self, x: Tensor) -> Tensor:
        return functional.embedding(x.long(), self.table).sum(1)


@archdsl.lowers("look_up_in_scan")
def build_look_up(d: int) -> nn.Module:
    return LookUp(d)


@archdsl.lowers("look_up_in_scan", backend="numpy")
def look_up(x: Array, *, weights: Mapping[str, Array]) -> Array:
    total: Array = weights["table"][x].sum(1)
    return total


def test_tokens_are_scanned_one_by_one_from_zeros_of_the_type_of_the_weights() -> None:
    text = f"""{LOOK_UP}
        cell rnn(x: tokens[1], h: vec[4]) -> vec[4] = tanh(look_up_in_scan[4](x) + linear[4](h))
        network net(x: tokens[5]) -> (seq[5, 4], vec[4]) {{ let y, last = scan[rnn](x) return y, last }}
    """
    graph = archdsl.loads(text).sample(seed=0).graph
    module: Any = load_backend("torch").compile(graph).double()
    x = torch.randint(7, (2, 5), generator=torch.Generator().manual_seed(0))
    weights = {
        key: {name: tensor.detach().numpy() for name, tensor in own.items()}
        for key, own in weights_by_declaration(module, graph).items()
    }
    y, last = module(x)
    assert y.dtype == last.dtype == torch.float64
    for given_, wanted in zip((y, last), run(graph, [x.numpy()], weights), strict=True):
        np.testing.assert_allclose(given_.detach().numpy(), wanted, rtol=0, atol=1e-12)
    torch.testing.assert_close(y.select(1, 4), last)
