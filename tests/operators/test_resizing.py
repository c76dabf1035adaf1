"""Smaller networks take slices of larger ones, larger ones hold smaller ones, and parts are taken by name."""

from random import Random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from archdsl.backends.numpy import backend as reference
from archdsl.backends.torch import backend
from archdsl.ir import Graph
from archdsl.operators.resizing import extract, resized
from archdsl.operators.weight_map import misfits
from archdsl.searchspace import load, loads

SIZED = """
network n[width = 4, kernel = 3, depth = 2](x: image[3, 8, 8]) -> vec[5] {
  return x |> conv[width, kernel, bias = true] |> repeat depth { block_of[width, kernel] } |> flatten |> linear[5]
}
block block_of[width, kernel](x: image) = x |> conv[width, kernel, groups = 2] |> bn |> relu
"""
sizes = st.tuples(st.sampled_from([2, 4, 6]), st.sampled_from([1, 3, 5]), st.integers(1, 3))


def sized(width: int, kernel: int, depth: int) -> Graph:
    return loads(SIZED, width=width, kernel=kernel, depth=depth).sample(seed=0).graph


@given(sizes, sizes, st.integers(0, 99))
def test_the_first_channels_and_the_middle_of_windows_are_taken(
    large: tuple[int, int, int], small: tuple[int, int, int], seed: int
) -> None:
    parent, child = sized(*large), sized(*small)
    weight_map = resized(parent, child, Random(seed))
    assert misfits(parent, child, weight_map) == ()
    before = reference.compile(parent, seed=seed)
    after = reference.inherit(before, child, weight_map, seed=seed)
    for key, own in after.weights.items():
        if key not in before.weights:
            assert large[2] < small[2]  # a deeper network
            continue
        for name, array in own.items():
            window = min(large[1], small[1])
            old, new = (_middle(own, window) for own in (before.weights[key][name], array))
            common = tuple(slice(min(a, b)) for a, b in zip(old.shape, new.shape, strict=True))
            assert np.array_equal(old[common], new[common])
            if small[1] > large[1] and array.ndim == 4:
                ring = array[tuple(slice(own) for own in old.shape[:2])].copy()
                _middle(ring, window)[:] = 0
                assert not ring.any()


def _middle(array: np.ndarray, window: int) -> np.ndarray:
    """Give the middle of the windows of a kernel."""
    if array.ndim < 4:
        return array
    edge = (array.shape[-1] - window) // 2
    return array[:, :, edge : edge + window, edge : edge + window]


@given(sizes, st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 2)))
def test_growing_and_slicing_back_loses_nothing(size: tuple[int, int, int], more: tuple[int, int, int]) -> None:
    small, large = sized(*size), sized(size[0] + 2 * more[0], size[1] + 2 * more[1], size[2] + more[2])
    before = reference.compile(small, seed=0)
    grown = reference.inherit(before, large, resized(small, large, Random(0)))
    back = reference.inherit(grown, small, resized(large, small, Random(0)))
    for key, own in before.weights.items():
        for name, array in own.items():
            assert np.array_equal(array, back.weights[key][name])


@pytest.mark.parametrize("name", ["nas_bench_201"])
def test_an_architecture_takes_its_weights_from_the_supernet_by_name(name: str) -> None:
    space = load(name, width=4, per_stage=1)
    architecture = space.sample(seed=3)
    whole, part = space.supergraph(), architecture.graph
    supernet = backend.compile(whole, seed=0).eval()
    child = backend.inherit(supernet, part, extract(whole, part)).eval()
    state = supernet.state_dict()
    assert all(torch.equal(tensor, state[key]) for key, tensor in child.state_dict().items())
    with torch.no_grad():
        x = torch.randn(2, 3, 32, 32)
        coefficients, gates = supernet.decided(architecture.decisions)  # type: ignore[operator]
        assert torch.allclose(child(x), supernet(x, coefficients=coefficients, gates=gates), atol=1e-5)


def test_what_the_whole_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="every tensor"):
        extract(sized(4, 3, 1), sized(4, 3, 2))
