"""Random networks to morph, of all that channels go through."""

from functools import lru_cache

from hypothesis import strategies as st

from archdsl.ir import Graph

from .programs import space_of_text

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


def network(text: str) -> Graph:
    """Elaborate a network that is written as a text, behind the imports and blocks of `HEAD`."""
    return space_of_text(HEAD + text).unrank(0).graph


@lru_cache(maxsize=1)
def network_graphs() -> st.SearchStrategy[Graph]:
    """Draw the graph of a network."""
    return networks().map(network)
