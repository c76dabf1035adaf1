"""The standard blocks are those of the papers: their weights and costs are what the papers' code has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, Source
from archdsl.elaborate import architecture_graph, bind_network, load_program
from archdsl.ir import Graph

BLOCKS = (
    "auxiliary_head, auxiliary_head_imagenet, conv_bn, conv_bn_relu, dil_conv, factorized_reduce, inverted_residual, "
    "mbconv, preprocess, relu_conv_bn, resnet_reduce, sep_conv, squeeze_excite"
)


def network(layer: str, c: int = 16, h: int = 8, w: int = 8) -> Graph:
    """Give the graph of one layer on an image."""
    text = f"use std.image: {BLOCKS}\nnetwork alone(x: image[{c}, {h}, {w}]) {{ return x |> {layer} }}"
    return architecture_graph(bind_network(load_program(Source("alone.nas", text))), {})[0]


def result(graph: Graph) -> str:
    return str(graph.type_of(graph.outputs[0].value))


def ops(graph: Graph) -> list[str]:
    return [node.op for node in graph.nodes]


channels = st.integers(1, 8).map(lambda half: 2 * half)
kernels = st.sampled_from([3, 5, 7])
strides = st.sampled_from([1, 2])


@given(c=channels, k=kernels, stride=strides)
def test_sep_conv_is_two_depthwise_separable_convolutions(c: int, k: int, stride: int) -> None:
    graph = network(f"sep_conv[{c}, {k}, {stride}]", c)
    assert ops(graph) == ["relu", "conv", "conv", "bn"] * 2
    assert graph.params == 2 * (k * k * c + c * c + 2 * c)
    assert graph.macs == 2 * (k * k * c + c * c) * (8 // stride) ** 2
    assert network(f"sep_conv[{c}, {k}, {stride}, false]", c).params == 2 * (k * k * c + c * c)


@given(c=channels, k=st.sampled_from([3, 5]), stride=strides)
def test_dil_conv_is_one_dilated_depthwise_separable_convolution(c: int, k: int, stride: int) -> None:
    graph = network(f"dil_conv[{c}, {k}, {stride}]", c, 9, 6)
    assert ops(graph) == ["relu", "conv", "conv", "bn"]
    assert graph.params == k * k * c + c * c + 2 * c
    assert result(graph) == (f"image[{c}, 9, 6]" if stride == 1 else f"image[{c}, 5, 3]")


@given(c=st.integers(1, 8), out=channels, h=st.integers(1, 9), w=st.integers(1, 9))
def test_factorized_reduce_halves_the_size(c: int, out: int, h: int, w: int) -> None:
    graph = network(f"factorized_reduce[{out}]", c, h, w)
    assert graph.params == c * out + 2 * out
    assert result(graph) == f"image[{out}, {(h + 1) // 2}, {(w + 1) // 2}]"
    assert graph.macs == c * out * ((h + 1) // 2) * ((w + 1) // 2)


def test_preprocess_fits_channels_and_size() -> None:
    assert result(network("preprocess[24]")) == "image[24, 8, 8]"
    assert ops(network("preprocess[24, 1]")) == ["relu", "conv", "bn"]
    assert result(network("preprocess[24, 2]")) == "image[24, 4, 4]"
    with pytest.raises(ArchdslError, match="ratio == 1 or ratio == 2"):
        network("preprocess[24, 4]")


def test_resnet_reduce_has_the_weights_of_nas_bench_201() -> None:
    first, second = network("resnet_reduce[32]"), network("resnet_reduce[64]", 32)
    stem, last, classifier = 3 * 16 * 9 + 32, 128, 650
    assert (first.params or 0) + (second.params or 0) + stem + last + classifier == 73_306
    assert result(first) == "image[32, 4, 4]"


@pytest.mark.parametrize(
    ("head", "c", "size", "params"),
    [
        ("auxiliary_head[10]", 4 * 144, 8, 476_426),
        ("auxiliary_head[10]", 3 * 144, 8, 457_994),
        ("auxiliary_head_imagenet[1000]", 4 * 192, 7, 1_260_776),
        ("auxiliary_head_imagenet[1000]", 3 * 192, 7, 1_236_200),
    ],
)
def test_auxiliary_heads_have_the_weights_of_darts(head: str, c: int, size: int, params: int) -> None:
    assert network(head, c, size, size).params == params
    with pytest.raises(ArchdslError):
        network(head, c, size + 1, size + 1)


@given(c=st.integers(1, 12), out=st.integers(1, 12), k=kernels, expand=st.sampled_from([1, 3, 6]), stride=strides)
def test_mbconv_is_mobilenet_s_block(c: int, out: int, k: int, expand: int, stride: int) -> None:
    graph = network(f"mbconv[{out}, {k}, {expand}, {stride}]", c)
    wide = c * expand
    expansion = 0 if expand == 1 else c * wide + 2 * wide
    assert graph.params == expansion + k * k * wide + 2 * wide + wide * out + 2 * out
    assert ("add" in ops(graph)) == (stride == 1 and c == out)
    assert "add" not in ops(network(f"mbconv[{out}, {k}, {expand}, {stride}, residual = false]", c))


def test_squeeze_excite_has_two_matrices_with_biases() -> None:
    graph = network("squeeze_excite[0.25, 8]", 72)
    assert graph.params == 72 * 24 + 24 + 24 * 72 + 72
    assert result(graph) == "image[72, 8, 8]"


MOBILENET_V2 = """
use std.image: conv_bn, mbconv
block stage[expand, out, n, stride](x: image) = repeat n as i { mbconv[out, 3, expand, stride if i == 0 else 1] }
network mobilenet_v2(x: image[3, 224, 224]) -> vec[1000] {
  return x |> conv_bn[32, 3, 2] |> relu6
    |> stage[1, 16, 1, 1] |> stage[6, 24, 2, 2] |> stage[6, 32, 3, 2] |> stage[6, 64, 4, 2] |> stage[6, 96, 3, 1]
    |> stage[6, 160, 3, 2] |> stage[6, 320, 1, 1] |> conv_bn[1280, 1] |> relu6 |> global_avg_pool |> linear[1000]
}
"""

MOBILENET_V3 = """
use std.image: conv_bn, inverted_residual
block layer[k, hidden, out, se, act, stride](x: image) =
  inverted_residual[out, k, hidden, stride, round_to(hidden / 4, 8) if se else 0, act, hard_sigmoid]
network mobilenet_v3_large(x: image[3, 224, 224]) -> vec[1000] {
  return x |> conv_bn[16, 3, 2] |> hard_swish
    |> layer[3, 16, 16, false, relu, 1] |> layer[3, 64, 24, false, relu, 2] |> layer[3, 72, 24, false, relu, 1]
    |> layer[5, 72, 40, true, relu, 2] |> repeat 2 { layer[5, 120, 40, true, relu, 1] }
    |> layer[3, 240, 80, false, hard_swish, 2] |> layer[3, 200, 80, false, hard_swish, 1]
    |> repeat 2 { layer[3, 184, 80, false, hard_swish, 1] }
    |> layer[3, 480, 112, true, hard_swish, 1] |> layer[3, 672, 112, true, hard_swish, 1]
    |> layer[5, 672, 160, true, hard_swish, 2] |> repeat 2 { layer[5, 960, 160, true, hard_swish, 1] }
    |> conv_bn[960, 1] |> hard_swish |> global_avg_pool |> linear[1280] |> hard_swish |> linear[1000]
}
"""

MNASNET_A1 = """
use std.image: conv_bn, mbconv
block stage[n, k, stride, expand, out, se](x: image) =
  repeat n as i { mbconv[out, k, expand, stride if i == 0 else 1, se] }
network mnasnet_a1(x: image[3, 224, 224]) -> vec[1000] {
  return x |> conv_bn[32, 3, 2] |> relu |> mbconv[16, 3, 1, residual = false]
    |> stage[2, 3, 2, 6, 24, 0] |> stage[3, 5, 2, 3, 40, 0.25] |> stage[4, 3, 2, 6, 80, 0]
    |> stage[2, 3, 1, 6, 112, 0.25] |> stage[3, 5, 2, 6, 160, 0.25] |> stage[1, 3, 1, 6, 320, 0]
    |> conv_bn[1280, 1] |> relu |> global_avg_pool |> linear[1000]
}
"""


@pytest.mark.parametrize(
    ("text", "params", "macs"),
    [
        (MOBILENET_V2, 3_504_872, 300_774_272),
        (MOBILENET_V3, 5_483_032, 216_589_760),
        (MNASNET_A1, 3_887_038, 311_579_072),
    ],
    ids=["MobileNetV2", "MobileNetV3-Large", "MnasNet-A1"],
)
def test_networks_of_these_blocks_have_their_published_size(text: str, params: int, macs: int) -> None:
    graph, _ = architecture_graph(bind_network(load_program(Source("net.nas", text))), {})
    assert (graph.params, graph.macs) == (params, macs)
