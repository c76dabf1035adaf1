"""The numpy backend, as `load_backend` gives it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from archdsl.backends.numpy import NumpyBackend
from archdsl.codegen import Backend, load_backend
from archdsl.diagnostics import ArchdslError, Source
from archdsl.elaborate import architecture_graph, bind_network, load_program, supergraph
from archdsl.ir import Facts, Graph, Node

FIXED = "network fixed(x: image[3, 6, 5]) = conv[4, 3] |> bn |> relu |> global_avg_pool |> linear[2]"
OPEN = "network open(x: image[3, 6, 5]) { return x |> choose { a = conv[4, 3] | b = conv[4, 1] } |> global_avg_pool }"


def graph(text: str) -> Graph:
    return architecture_graph(bind_network(load_program(Source("net.nas", text))), {})[0]


def test_load_backend_gives_it() -> None:
    backend: Backend = load_backend("numpy")
    assert isinstance(backend, NumpyBackend)
    assert backend.name == "numpy"


def test_the_same_seed_gives_the_same_weights() -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 5))
    compiled = [NumpyBackend().compile(graph(FIXED), seed=seed) for seed in (1, 1, 2)]
    first, second, other = (own(x)[0] for own in compiled)
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)
    assert first.shape == (2, 2)


def test_an_open_choice_is_run_by_its_coefficients() -> None:
    whole = supergraph(bind_network(load_program(Source("net.nas", OPEN))))
    compiled = NumpyBackend().compile(whole, seed=0)
    x = np.random.default_rng(0).standard_normal((2, 3, 6, 5))
    (address,) = {address for node in whole.walk() for address in getattr(node, "addresses", ())}
    (both,) = compiled(x, coefficients={address: np.array([0.5, 2.0])})
    (a,) = compiled(x, coefficients={address: np.array([1.0, 0.0])})
    (b,) = compiled(x, coefficients={address: np.array([0.0, 1.0])})
    np.testing.assert_allclose(both, 0.5 * a + 2 * b)


def test_it_measures_what_is_declared_and_refuses_what_is_not() -> None:
    whole = graph(FIXED)
    assert NumpyBackend().measure(whole, "conv") == (3 * 4 * 9, 3 * 4 * 9 * 30)

    def changed(change: Callable[[Facts], Facts]) -> Graph:
        nodes = [
            replace(node, facts=change(node.facts)) if isinstance(node, Node) and node.op == "conv" else node
            for node in whole.nodes
        ]
        return replace(whole, nodes=tuple(nodes))

    with pytest.raises(ArchdslError, match="cannot run op `conv`, which does not declare its weights"):
        NumpyBackend().compile(changed(lambda facts: replace(facts, weights=None)))
    with pytest.raises(ArchdslError, match="does not declare its `macs`"):
        NumpyBackend().measure(changed(lambda facts: replace(facts, macs=None)), "conv")
