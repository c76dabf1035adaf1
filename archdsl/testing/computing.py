"""What graphs compute: the outputs of the numpy reference, on inputs and weights that are drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archdsl.codegen import load_backend
from archdsl.ir import NUMERIC, Graph

from .arrays import WORDS

Array = NDArray[Any]
Weights = Mapping[str, Mapping[str, Array]]
"""Arrays by parameters key and then by declared name."""

BATCH = 2


def can_train(graph: Graph) -> bool:
    """Tell whether the reference runs a graph in training: it draws nothing at random."""
    return all(not dict(node.attributes).get("rate", 0) for node in graph.operations())


def drawn_weights(graph: Graph, rng: np.random.Generator) -> Weights:
    """Draw all weights and buffers of a graph, none of them zero; those named `var` are positive."""
    return {
        key: {
            own.name: 0.5 + rng.random(own.shape) if own.name == "var" else rng.uniform(-1, 1, own.shape)
            for own in declared or ()
        }
        for key, declared in graph.weights().items()
    }


def drawn_inputs(graph: Graph, rng: np.random.Generator, batch: int = BATCH) -> list[Array]:
    """Draw a batch of inputs of a graph; tokens are indices of words."""
    shapes = [(port.type.kind, (batch, *port.type.dims)) for port in graph.inputs]
    return [rng.uniform(-1, 1, shape) if kind in NUMERIC else rng.integers(WORDS, size=shape) for kind, shape in shapes]


def computed(graph: Graph, inputs: Sequence[Array], weights: Weights, *, training: bool = False) -> list[Array]:
    """Give the outputs of the reference."""
    reference = load_backend("numpy").compile(graph)
    reference.weights = weights
    outputs: list[Array] = reference(*inputs, training=training)
    return outputs


def outputs_of(graph: Graph, like: Graph, *, training: bool) -> list[Array]:
    """Run a graph on fixed inputs, with weights that are drawn for `like`, whose keys it has."""
    rng = np.random.default_rng(0)
    weights = drawn_weights(like, rng)
    return computed(graph, drawn_inputs(like, rng), weights, training=training)


def difference(found: Sequence[Array], expected: Sequence[Array], tolerance: float = 1e-8) -> str:
    """Say how outputs differ from what is expected, relative to its size; nothing where they do not."""
    if len(found) != len(expected):
        return f"{len(found)} outputs, expected {len(expected)}"
    for index, (y, x) in enumerate(zip(found, expected, strict=True)):
        if y.shape != x.shape:
            return f"output {index} has the shape {y.shape}, expected {x.shape}"
        scale = max(1.0, float(np.abs(x).max(initial=0)))
        error = float(np.abs(y - x).max(initial=0)) if np.isfinite(x).all() else 0.0
        if not error <= tolerance * scale:
            return f"output {index} is off by {error:.3g}, and is itself as large as {scale:.3g}"
    return ""


def modes(graph: Graph) -> tuple[bool, ...]:
    """Give whether a graph trains, in each way that the reference runs it."""
    return (False, True) if can_train(graph) else (False,)


def assert_computes_the_same(graph: Graph, other: Graph) -> None:
    """Check that two graphs give equal outputs, but for the order of sums."""
    for training in modes(graph):
        expected = outputs_of(graph, graph, training=training)
        assert not (wrong := difference(outputs_of(other, graph, training=training), expected)), wrong
