"""Random networks to change, of all that channels can go through, with trained weights and outputs that vary."""

from functools import cache

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from archdsl.backends.numpy import Reference
from archdsl.backends.numpy import backend as reference
from archdsl.ir import Graph, Node, Type
from archdsl.searchspace import loads
from tests.small import load_small

Array = NDArray[np.floating]
BATCH = 6

ON_IMAGES = [
    "conv_bn_relu[{c}, {k}]",
    "conv[{c}, {k}, bias = true] |> relu",
    "conv[{c}, {k}] |> tanh",
    "conv[{c}, {k}, pad = 1] |> bn |> relu6",
    "conv[{c}, {k}, 2] |> relu",
    "conv[{c}, {k}, groups = 2] |> bn |> relu",
    "conv[{c}, {k}, dilation = 2] |> swish",
    "sep_conv[{c}, {k}]",
    "mbconv[{c}, {k}, 3]",
    "squeeze_excite[0.5]",
    "max_pool[3]",
    "avg_pool[3]",
    "both[{c}]",
    "fork[{c}]",
    "conv[{c}, 1] |> channel_shuffle[2]",
    "shifted |> conv[{c}, 1]",
    "dropout[0.5] |> layer_norm",
]
HEADS = [
    "global_avg_pool |> linear[5]",
    "relu |> global_avg_pool |> linear[6] |> bn |> relu |> linear[5]",
    "conv[3, 3] |> flatten |> linear[5]",
]
ON_SEQUENCES = [
    "linear[{c}] |> gelu |> linear[4]",
    "encoder_layer[2, 4, {c}]",
    "linear[{c}] |> relu",
    "mlp[{c}, relu]",
    "softmax |> linear[4]",
]
ENDS = ["global_avg_pool |> linear[5]", "last_step |> linear[6] |> relu |> linear[5]"]

HEAD = """
use std.image: conv_bn_relu, sep_conv, mbconv, squeeze_excite
use std.transformer: encoder_layer, mlp

block both[c](x: image) {
  let first = x |> conv[c, 1] |> bn |> relu
  return first + (first |> conv[c, 3] |> bn) + (x |> conv[c, 1])
}
block fork[c](x: image) { return concat(x |> conv[c, 1] |> relu, x |> conv[2, 3], x) |> conv[c, 3] |> bn |> relu }
block shifted(x: image) = shift
"""


@st.composite
def networks(draw: st.DrawFn) -> str:
    """Draw a network on images or sequences as a text for `network`, smaller ones first."""
    is_image = draw(st.sampled_from([True, True, True, False]))
    layers = draw(st.lists(st.sampled_from(ON_IMAGES if is_image else ON_SEQUENCES), min_size=1, max_size=4))
    end = draw(st.sampled_from(HEADS if is_image else ENDS))
    body = ["linear[4]" if not is_image else "conv[4, 1]"]
    body += [own.format(c=draw(st.sampled_from([4, 2, 6])), k=draw(st.sampled_from([3, 1]))) for own in layers]
    type_ = "image[2, 6, 5]" if is_image else "seq[3, 4]"
    return f"network n(x: {type_}) -> vec[5] {{ return x |> {' |> '.join([*body, end])} }}"


@cache
def network(text: str) -> Graph:
    """Elaborate a network that is written as a text, behind the imports and blocks of `HEAD`."""
    return loads(HEAD + text).sample(seed=0).graph


@cache
def architecture(name: str, seed: int) -> Graph:
    """Give an architecture of a shipped space, with small statics."""
    return load_small(name).sample(seed=seed).graph


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
