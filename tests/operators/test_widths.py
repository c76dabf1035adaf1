"""What must be widened together is found, and what cannot be proved is left."""

from random import Random

import numpy as np
import pytest
import torch

from archdsl.backends.numpy import backend as reference
from archdsl.backends.torch import backend
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.ir import Graph, Node
from archdsl.operators import NoChange
from archdsl.operators.morphisms import Widen, WidenWithNew, WidenWithNoise
from archdsl.operators.rewidth import NEW, in_parts, rewidth
from archdsl.operators.widths import widths_of
from tests.operators.networks import inputs_of, network, spread, trained
from tests.operators.test_morphisms import check_exact, module_of, run, tensors_of

TAIL = " |> global_avg_pool |> linear[5]"


def net(body: str, type_: str = "image[3, 6, 6]") -> Graph:
    return network(f"network n(x: {type_}) -> vec[5] {{ {body} }}")


def groups(graph: Graph) -> list[tuple[int, int, list[str]]]:
    """Give the width, the parts and the makers of each group."""
    found = []
    for group in widths_of(graph).groups:
        makers = [graph.node(id) for id in group.makers]
        found.append((group.width, group.parts, [node.address for node in makers if isinstance(node, Node)]))
    return found


def test_a_chain_has_a_group_for_each_op_that_makes_channels_but_the_last() -> None:
    graph = net("return x |> conv[4] |> bn |> relu |> conv[8] |> max_pool[3]" + TAIL)
    assert groups(graph) == [(4, 1, ["conv"]), (8, 1, ["conv#1"])]


def test_what_is_added_up_has_one_group() -> None:
    body = "let y = x |> conv[4]\n let z = y |> relu |> conv[4] |> bn\n return y + z"
    assert groups(net(body + TAIL)) == [(4, 1, ["y.conv", "z.conv"])]


def test_a_depthwise_convolution_follows_and_makes_no_group() -> None:
    graph = net("return x |> conv[4] |> conv[8, 3, groups = 4] |> bn" + TAIL)
    assert groups(graph) == [(4, 1, ["conv"])]
    child, _ = Widen(factors=(1.5,)).apply(graph, Random(0))
    (conv,) = (node for node in child.operations() if node.address == "conv#1")
    assert (dict(conv.attributes)["out"], dict(conv.attributes)["groups"]) == (12, 6)


def test_groups_of_a_convolution_part_what_it_reads_and_makes() -> None:
    graph = net("return x |> conv[4] |> relu |> conv[6, 3, groups = 2] |> relu" + TAIL)
    assert groups(graph) == [(4, 2, ["conv"]), (6, 2, ["conv#1"])]


def test_concatenated_channels_are_widened_each_for_itself() -> None:
    graph = net("return concat(x |> conv[2] |> relu, x |> conv[3, 1], x) |> flatten |> linear[5]")
    assert [group[:2] for group in groups(graph)] == [(2, 1), (3, 1)]


@pytest.mark.parametrize(
    "body",
    [
        "return x |> conv[4] |> channel_shuffle[2]" + TAIL,
        "return x |> conv[4] |> layer_norm" + TAIL,
        "let f = shared conv[3, 3]\n return f(f(x))" + TAIL,
        "let a, b = x |> conv[4] |> split[2]\n return a + b" + TAIL,
        "return x |> conv[5] |> global_avg_pool",
        "return concat(x |> conv[2], x |> conv[2]) |> conv[4, 3, groups = 2] |> channel_shuffle[2]" + TAIL,
    ],
)
def test_what_cannot_be_proved_is_fixed(body: str) -> None:
    graph = net(body)
    assert groups(graph) == []
    with pytest.raises(NoChange):
        Widen().apply(graph, Random(0))


EVERYWHERE = [
    "let y = x |> conv[4]\n let z = y |> relu |> conv[4] |> bn\n return y + z |> relu" + TAIL,
    "return x |> conv[4] |> conv[8, 3, groups = 4] |> bn |> relu |> conv[6, 1] |> relu" + TAIL,
    "return x |> conv[4] |> relu |> conv[6, 3, groups = 2] |> relu" + TAIL,
    "let y = x |> conv[4] |> relu\n return concat(y, x |> conv[3, 1], y) |> bn |> flatten |> linear[6] |> linear[5]",
    "return x |> conv[4] |> squeeze_excite[0.5] |> to_seq |> linear[6] |> gelu" + TAIL,
    "let y = x |> conv[4] |> bn\n return maximum(y, y |> conv[4, 1]) |> conv[4, 1, bias = true] |> relu" + TAIL,
]


@pytest.mark.parametrize("body", EVERYWHERE)
def test_every_group_widens_exactly(body: str) -> None:
    graph = net(body)
    widths = widths_of(graph)
    assert widths.groups
    for group in widths.groups:
        size = group.width // group.parts
        replicas = in_parts(group, [*range(size), 0, size - 1], [0.25, *[1.0] * (size - 2), 0.5, 0.75, 0.5])
        fresh = in_parts(group, [*range(size), NEW], [*[1.0] * size, 0.0])
        for plan in (replicas, fresh):
            check_exact(graph, rewidth(graph, widths, group, plan, Random(0)), 1)


def test_fewer_channels_are_those_that_are_kept() -> None:
    graph = net(EVERYWHERE[2])
    group = widths_of(graph).groups[0]
    child, weight_map = rewidth(graph, widths_of(graph), group, in_parts(group, [1], [1.0]), Random(0))
    parent = trained(graph, 0)
    kernel = reference.inherit(parent, child, weight_map).weights["conv"]["kernel"]
    assert np.array_equal(kernel, parent.weights["conv"]["kernel"][[1, 3]])


@pytest.mark.parametrize("morphism", [Widen(), WidenWithNew(), WidenWithNoise()])
def test_replicas_do_not_stay_equal(morphism: Widen | WidenWithNew | WidenWithNoise) -> None:
    graph = net("return x |> conv[4] |> bn |> relu" + TAIL)
    child, weight_map = morphism.apply(graph, Random(0))
    module = backend.inherit(module_of(trained(graph, 0)), child, weight_map).train()
    inputs = tensors_of(inputs_of(graph, 0))
    optimizer = torch.optim.SGD(module.parameters(), 0.1)
    for _ in range(3):
        optimizer.zero_grad()
        module(*inputs).square().mean().backward()
        optimizer.step()
    rows = weights_by_declaration(module, child)["conv"]["kernel"].flatten(1)
    distances = torch.cdist(rows, rows) + torch.eye(len(rows), dtype=rows.dtype)
    assert distances.min() > 1e-4 * rows.std()


def test_noise_keeps_the_function_nearly() -> None:
    graph = net("return x |> conv[4] |> bn |> relu" + TAIL)
    child, weight_map = WidenWithNoise().apply(graph, Random(0))
    parent, inputs = trained(graph, 0), inputs_of(graph, 0)
    found = reference.inherit(parent, child, weight_map)(*inputs)[0]
    expected = parent(*inputs)[0]
    assert 0 < np.abs(found - expected).max() < 0.1 * spread(expected)
    assert np.abs(run(backend.inherit(module_of(parent), child, weight_map), tensors_of(inputs)) - found).max() < 1e-9
