"""Random networks to change, of all that channels can go through, with trained weights and outputs that vary."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archdsl.backends.numpy import Reference
from archdsl.backends.numpy import backend as reference
from archdsl.ir import Graph, Node, Type
from archdsl.searchspace import load
from archdsl.testing.networks import network as network
from archdsl.testing.networks import networks as networks

Array = NDArray[np.floating]
BATCH = 6

SMALL: dict[str, dict[str, Any]] = {
    "mobilenet_v2": {"size": 64, "classes": 10},
    "vision_transformer": {"widths": [12, 24], "least": 2, "most": 3, "patch": 8, "size": 32, "classes": 10},
}
"""Statics under which the reference takes no longer than a test may."""


@cache
def architecture(name: str, seed: int) -> Graph:
    """Give an architecture of a shipped space, on small inputs."""
    return load(name, **SMALL.get(name, {})).sample(seed=seed).graph


def inputs_of(graph: Graph, seed: int, batch: int = BATCH) -> list[Array]:
    """Draw inputs; tokens are among the first two words."""
    rng = np.random.default_rng(seed)
    return [_input(port.type, rng, batch) for port in graph.inputs]


def _input(type_: Type, rng: np.random.Generator, batch: int) -> Array:
    if type_.kind == "tokens":
        return rng.integers(0, 2, (batch, *type_.dims))  # type: ignore[return-value]
    return rng.standard_normal((batch, *type_.dims))


def trained(graph: Graph, seed: int) -> Reference:
    """Give weights and statistics as training might leave them, of several draws those that leave most channels alive.

    The last op is scaled so that the output varies.
    """
    last = graph.node(graph.outputs[0].value.node)
    assert isinstance(last, Node)
    best: tuple[float, float, Reference] | None = None
    for attempt in range(8):
        rng = np.random.default_rng([seed, attempt])
        found = reference.compile(graph, seed=seed + attempt)
        weights = {
            key: {name: _drawn(name, array, rng) for name, array in own.items()} for key, own in found.weights.items()
        }
        net = Reference(graph, weights)
        y = net(*inputs_of(graph, seed))[0]
        share = spread(y) / float(np.abs(y).max() or 1)
        if best is None or share > best[0]:
            best = share, spread(y), net
        if share > 0.1:
            break
    assert best is not None
    if "linear_in_weights" in last.facts.laws:
        for array in best[2].weights[last.parameters].values():
            array /= best[1]
    return best[2]


def _drawn(name: str, array: Array, rng: np.random.Generator) -> Array:
    if name == "var":
        return rng.uniform(0.5, 1.5, array.shape)
    if array.ndim > 1:
        return array + 0.02 * rng.standard_normal(array.shape)
    return rng.uniform(0.5, 1.5, array.shape) if name == "scale" else 0.3 * rng.standard_normal(array.shape)


def spread(output: Array) -> float:
    """Give how much outputs differ from one input to another."""
    return float(output.std(axis=0).mean())
