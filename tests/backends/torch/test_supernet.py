"""A supernet is every architecture of its space: decided, it computes that one; mixed, it is the reference."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from torch import Tensor

import archdsl
from archdsl.backends.numpy.interpreter import run as run_numpy
from archdsl.backends.torch import Supernet
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.ir import Graph, open_decisions, verify
from archdsl.testing import sources

SMALL: dict[str, dict[str, Any]] = {
    "nas_bench_201": {"width": 4, "per_stage": 1, "size": 8},
    "darts": {"c": 4, "cells": 3, "search": True, "size": 16},
}
WIDE: dict[str, dict[str, Any]] = {
    "enas_macro": {"width": 4, "layers": 6, "search": True, "size": 8},
    "once_for_all": {"size": 32, "classes": 4},
    "proxylessnas": {"size": 32, "classes": 4},
}


def doubled(space: archdsl.Space, seed: int) -> Supernet:
    """Build a supernet in float64 whose norms hold statistics of their own."""
    supernet = archdsl.supernet(space, seed=seed).double()
    generator = torch.Generator().manual_seed(seed)
    for name, buffer in supernet.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            buffer.copy_(torch.rand(buffer.shape, generator=generator, dtype=torch.float64) + 0.5)
    assert isinstance(supernet, Supernet)
    return supernet


def images(space: archdsl.Space, seed: int, batch: int = 3) -> Tensor:
    (port,) = space.elaborated.inputs
    return torch.randn(batch, *port.type.dims, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def assert_holds_its_architectures(space: archdsl.Space, training: bool, number: int = 20) -> None:
    """Decide a supernet for some architectures: it computes what they compute with the weights of the same names."""
    supernet = doubled(space, 0).train(training)
    state = {key: tensor.clone() for key, tensor in supernet.state_dict().items()}
    for seed in range(number):
        architecture = space.sample(seed=seed)
        net = archdsl.compile(architecture).double().train(training)
        own = net.state_dict()
        assert set(own) <= set(state)
        assert all(own[key].shape == state[key].shape for key in own)
        net.load_state_dict({key: state[key] for key in own})
        supernet.load_state_dict(state)
        x = images(space, seed)
        coefficients, gates = supernet.decided(architecture.decisions)
        with torch.no_grad():
            difference = supernet(x, coefficients=coefficients, gates=gates) - net(x)
        assert difference.abs().max().item() <= 1e-12


def assert_is_the_reference(space: archdsl.Space, training: bool) -> None:
    """Mix the alternatives of a supernet by softmax: it is what the numpy reference computes."""
    supernet = doubled(space, 1).train(training)
    with torch.no_grad():
        for parameter in supernet.architecture_parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(parameter.numel()))
    graph = space.supergraph()
    weights = {
        key: {label: tensor.detach().numpy().copy() for label, tensor in own.items()}
        for key, own in weights_by_declaration(supernet, graph).items()
    }
    coefficients = {a: torch.softmax(supernet.logits(a), 0).detach().numpy() for a in supernet.choices}
    gates = {address: np.ones(size) for address, size in supernet.selections.items()}
    x = images(space, 2)
    (expected,) = run_numpy(
        graph, [x.numpy()], weights, coefficients=coefficients, gates=gates, training=training
    )  # fmt: skip
    assert np.abs(supernet(x).detach().numpy() - expected).max() <= 1e-10
    assert np.std(expected) > 0


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("name", SMALL)
def test_under_one_hot_coefficients_it_computes_the_architecture(name: str, training: bool) -> None:
    assert_holds_its_architectures(archdsl.load(name, **SMALL[name]), training)


@pytest.mark.parametrize("name", WIDE)
def test_without_chance_it_computes_the_architecture(name: str) -> None:
    assert_holds_its_architectures(archdsl.load(name, **WIDE[name]), training=False, number=2)


@pytest.mark.parametrize("name", SMALL | WIDE)
def test_its_open_choices_are_those_of_the_space(name: str) -> None:
    space = archdsl.load(name, **(SMALL | WIDE)[name])
    graph = space.supergraph()
    assert verify(graph) == ()
    assert set(open_decisions(graph.walk())) == set(space.choices)


CELLS: list[tuple[str, dict[str, Any]]] = [
    ("nas_bench_201", {"width": 4, "per_stage": 1, "size": 8}),
    ("darts", {"c": 4, "cells": 1, "search": True, "size": 8}),
    ("darts", {"c": 4, "cells": 2, "search": True, "size": 8}),
]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("name", "statics"), CELLS)
def test_under_softmax_it_is_the_reference(name: str, statics: dict[str, Any], training: bool) -> None:
    assert_is_the_reference(archdsl.load(name, **statics), training)


@pytest.mark.parametrize(("name", "statics"), CELLS)
def test_every_logit_and_every_weight_gets_a_gradient(name: str, statics: dict[str, Any]) -> None:
    space = archdsl.load(name, **statics)
    supernet = doubled(space, 3)
    loss = torch.nn.functional.cross_entropy(supernet(images(space, 4, batch=8)), torch.arange(8))
    loss.backward()  # type: ignore[no-untyped-call]
    alone = {name for name, parameter in supernet.named_parameters() if name.endswith("logits") and len(parameter) == 1}
    for key, parameter in supernet.named_parameters():
        assert parameter.grad is not None, key
        assert parameter.grad.abs().max() > 0 or key in alone, key  # one label has the coefficient 1


def supergraph_of(space: archdsl.Space) -> Graph | None:
    """Give the supergraph, None where a choice cannot be kept open."""
    try:
        return space.supergraph()
    except archdsl.ArchdslError as error:
        if error.diagnostics[0].code in ("not-yet", "open-choice"):
            return None
        raise


@given(sources(limit=60))
def test_a_supernet_of_any_space_holds_its_architectures(text: str) -> None:
    space = archdsl.loads(text)
    if space.verdict.kind != "proved" or (graph := supergraph_of(space)) is None:
        return
    assert verify(graph) == ()
    if not graph.is_supergraph:
        return
    supernet = doubled(space, 0).eval()
    state, x = supernet.state_dict(), images(space, 0)
    assert set(supernet.choices) | set(supernet.selections) <= set(space.choices)
    for seed in range(5):
        architecture = space.sample(seed=seed)
        net = archdsl.compile(architecture).double().eval()
        net.load_state_dict({key: state[key] for key in net.state_dict()})
        coefficients, gates = supernet.decided(architecture.decisions)
        with torch.no_grad():
            expected, given = net(x), supernet(x, coefficients=coefficients, gates=gates)
        torch.testing.assert_close(given, expected, rtol=1e-10, atol=1e-10)


def small_space(body: str, head: str = "") -> str:
    """Write a space of one network whose body is given."""
    return f"""
        use std.image: conv_bn, mbconv
        {head}
        network net(x: image[4, 6, 6]) -> image[4, 6, 6] {{ {body} }}
    """


OPEN: dict[str, str] = {
    "a choice made once that has other alternatives at another use": small_space(
        "return x |> step[1] |> step[2] |> tanh",
        """cell step[s](x: image[c, h, w]) {
             return x |> choose { a = relu when s == 1 | b = conv[c, 3] | c = conv[c, 1] }
           }""",
    ),
    "a stage of MnasNet": small_space(
        "return x |> stage[4, 1] |> tanh |> stage[4, 1]",
        """use std.image: sep_conv
           block stage[out, stride](x: image) {
             let kernel = choose { 3 | 5 }
             let se     = choose { 0 | 1.0 }
             let body   = choose {
               conv = conv_bn[out, kernel, _] | sep = sep_conv[out, kernel, _]
             | mb = mbconv[out, kernel, choose { 2 | 3 }, _, se]
             }
             return x |> repeat choose one of 1..3 as i { body[stride if i == 0 else 1] }
           }""",
    ),
    "a stage of MnasNet whose width stays inside": small_space(
        "return x |> stage[4, 1]",
        """use std.image: sep_conv
           block layers[width, kernel, out, stride](x: image) {
             let body = choose { conv = conv_bn[width, kernel, _] | sep = sep_conv[width, kernel, _] }
             return x |> repeat choose one of 1..2 as i { body[stride if i == 0 else 1] } |> conv_bn[out, 1]
           }
           block stage[out, stride](x: image) {
             let kernel = choose { 3 | 5 }
             let width  = round_to(out * choose { 0.5 | 1.0 | 1.5 }, 2)
             return x |> layers[width, kernel, out, stride]
           }""",
    ),
    "a stage whose layers share a kernel, and its depth": small_space(
        """let k = choose { 3 | 5 }
           let body = choose { plain = conv_bn[4, k] | wide = mbconv[4, k, choose { 2 | 3 }] }
           return x |> repeat choose one of 1..3 as i { body |> layer[k] }""",
        "block layer[k](x: image[c, h, w]) = x |> choose { skip = identity | conv = conv_bn[c, k] }",
    ),
    "blocks of a kernel and a width that are chosen": small_space(
        """let kernels = [choose { 1 | 3 | 5 }, 3]
           let wide = choose { small = 1.0 | large = 1.5 }
           return x |> narrow[round_to(4 * wide, 2), kernels[0]] |> narrow[8, kernels[1] if wide > 1.2 else 1]""",
        "block narrow[w, k](x: image[c, h, ww]) = x |> conv_bn[w, k] |> relu |> conv_bn[c, 1]",
    ),
    "statics of which one is only chosen where another is": small_space(
        """let k = choose { 1 | 3 }
           let d = choose one of [1, 2] if k == 3 else 1
           return x |> conv[4, k, dilation = d] |> relu |> conv[4, max(k, d), groups = 2 * d]""",
    ),
    "a list of nodes of a length that is chosen": small_space(
        """let n = choose { 1 | 3 }
           nodes h[n] after (x) as i { return conv_bn[4, 3](choose one of earlier) }
           return h[-1] + sum(h) + mean(h) + conv[4, 2 * len(h) - 1](x)""",
    ),
    "joins of tensors that may be left out": small_space(
        """let y = (choose { none = absent | some = conv_bn[4, 3] })(x)
           let z = conv[4, 1](y)
           return x + maximum(x, y, tanh(z)) + mean(choose 1..2 of [x, relu(x), conv_bn[4, 1](x)]) + z""",
    ),
    "wiring that is chosen first": small_space(
        """let inputs = [choose 1.. of 0..v for v in 0..2]
           nodes h[3] after (x) as i { return conv_bn[4, 1](sum(relu(earlier[s]) for s in inputs[i])) }
           return x + sum(h[v] for v in choose 1.. of 0..2) + conv[4, 2 * len(inputs[1]) + 1](x)""",
    ),
    "an element that is chosen by its index": small_space(
        """nodes h[3] after (x) { return conv_bn[4, 1](earlier[-1]) }
           let e = h[choose one of 0..2]
           let f = choose 2 of [relu, tanh, conv[4, 1]]
           return conv[4, 2 * e.index - 1](e) |> f[0] |> conv_bn[4, 1] |> f[1]""",
    ),
    "alternatives that depend on another choice": small_space(
        """let k = choose { 1 | 3 }
           return x |> choose { a = conv[4, k] | b = relu when k == 3 | c = tanh |> conv[4, 1] }
                    |> (conv[4, 3] if k == 1 else relu |> conv[4, 1])""",
    ),
    "a cell whose statics are chosen": small_space(
        """let s = choose { 1 | 3 }
           return x |> node_cell[s] |> relu |> node_cell[1]""",
        """cell node_cell[k](x: image[c, h, w]) {
             nodes h[2] after (x, relu(x)) { return sum(act[k](e) for e in choose 1 of earlier) }
             return h[0] + h[1]
           }
           choice act[k](x: image[c, h, w]) { conv = conv[c, k] | skip = identity when k == 1 | t = tanh |> bn }""",
    ),
    "a requirement on what is chosen": small_space(
        """let a = choose one of 0..3
           let b = choose one of 0..3
           require a + b <= 3 and b > 0
           return x |> repeat a { conv_bn[4, 1] } |> conv[4, [1, 3, 5, 7][3 - a - b + b // 1]] |> repeat b { relu }""",
    ),
    "nested lists of candidates": small_space(
        """nodes h[2] after (x) { return conv_bn[4, 1](earlier[-1]) }
           return x + sum(conv[4, 1](e) |> choose { relu | tanh } for e in choose any of h if e.index != 0)
                    + sum(relu(a + b) for a in choose 1 of [x, tanh(x)] for b in choose 1.. of h)""",
    ),
    "several alternatives, and what is done with them": small_space(
        """let acts = choose 1..2 of { r = relu | t = tanh | c = conv[4, 1] }
           return sum(act(x) for act in acts) |> acts[0] |> conv[4, 2 * len(acts) - 1]
                    |> (choose 2 of { conv_bn[4, k] for k in [1, 3] | relu })[1]""",
    ),
    "a list that is made of what is chosen": small_space(
        """let ys = [tanh(e) for e in choose 1..2 of [x, relu(x), conv[4, 1](x)]]
           return sum(conv[4, 1](y) for y in ys)""",
    ),
    "an element of a list in which one tensor stands twice": small_space(
        """nodes h[1] after (x, x) {
             let e = earlier[choose one of 0..1]
             return conv[4, 2 * e.index + 1](e)
           }
           return h[0]""",
    ),
    "what is loose, and what is made of it": small_space(
        """nodes h[3] after (x) { return conv_bn[4, 1](choose one of earlier) }
           return mean(loose(x, h)) + maximum(loose(h)) + sum(conv[4, 1](e) for e in loose(h))
             + tanh(h[2] if len(loose(h)) > 1 else x)""",
    ),
    "what is loose of nodes that take several": small_space(
        """nodes h[3] after (x) { return sum(edge_op(e) for e in choose 1.. of earlier) }
           return sum(loose(h)) + conv[4, 2 * len(loose(h)) - 1](x)""",
        "choice edge_op(x: image[c, h, w]) { a = conv_bn[c, 1] | b = relu }",
    ),
    "what is loose of two lists of which one has an open length": small_space(
        """let n = choose { 1 | 3 }
           nodes h[n] after (x) { return conv_bn[4, 1](choose one of earlier) }
           nodes g[2] after (x, h) { return conv_bn[4, 1](choose one of earlier) }
           return sum(loose(h, g))""",
    ),
    "what is taken under a name of its own": small_space(
        """nodes h[3] after (x) { return conv_bn[4, 1](earlier[-1]) }
           let e = choose { first = h[0] | new = relu(h[1]) | last = h[2] }
           let f = choose one of [e, x, h[choose one of 0..1]]
           return f + sum(loose(h, e))""",
    ),
    "what is taken only under a decision": small_space(
        """let k = choose { 1 | 3 }
           nodes h[2] after (x) {
             return (conv_bn[4, k](choose one of earlier) if k == 1 else tanh(earlier[-1]))
               + (choose { none = absent | some = tanh })(choose one of earlier)
           }
           return x + sum(loose(h))""",
    ),
    "a shared layer of a width that is chosen": small_space(
        """let f = shared conv[4, choose { 1 | 3 }]
           let g = tied (choose { conv[4, 1] | conv[4, 3] })
           return x |> f |> relu |> f |> g |> tanh |> g""",
    ),
}


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_decided_an_open_space_computes_the_architecture(text: str, training: bool) -> None:
    space = archdsl.loads(text)
    assert verify(space.supergraph()) == ()
    assert_holds_its_architectures(space, training)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_mixed_an_open_space_is_the_reference(text: str, training: bool) -> None:
    assert_is_the_reference(archdsl.loads(text), training)


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN)
def test_an_open_space_trains_all_that_it_holds(text: str) -> None:
    space = archdsl.loads(text)
    supernet = doubled(space, 3).train()
    assert len(list(supernet.architecture_parameters())) == len(supernet.choices)
    supernet(images(space, 4)).square().mean().backward()
    alone = {name for name, parameter in supernet.named_parameters() if name.endswith("logits") and len(parameter) == 1}
    for key, parameter in supernet.named_parameters():
        assert parameter.grad is not None, key
        assert parameter.grad.abs().max() > 0 or key in alone, key  # one label has the coefficient 1


NETWORK = "network net(x: image[2, 4, 4]) -> image[2, 4, 4]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "cell k(xs: image, *ys: image) { return sum(relu(e) for e in choose 1 of ys) }"
            + NETWORK + "{ return k(x, x, x) + k(x, x) }",
            "the choice `k` is made once, and is not of one list at each use",
        ),
        (NETWORK + "{ return mean(choose 1..2 of [x, relu(x)]) }", ""),
        (NETWORK + "{ return conv[2](concat(choose 2 of [x, relu(x), tanh(x)])) }", ""),
        (NETWORK + "{ return conv[2](concat(choose 1..2 of [x, relu(x)])) }", "of different widths"),
        (NETWORK + "{ return x |> conv[4] |> choose { a = conv[2] | b = relu |> conv[2] |> relu } }", ""),
        (NETWORK + "{ return x |> choose { a = conv[2] | b = conv[3] |> conv[2] } }", ""),
        (NETWORK + "{ return conv[2](choose { a = conv[2](x) | b = conv[3](x) }) }", "of different widths"),
        (NETWORK + "{ return x |> conv[choose { 2 | 4 }] |> conv[2] }", "of different widths"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_open_is_refused(text: str, message: str) -> None:
    space = archdsl.loads(text)
    assert space.size() > 0
    if not message:
        assert supergraph_of(space) is not None
        return
    with pytest.raises(archdsl.ArchdslError) as raised:
        space.supergraph()
    (diagnostic,) = raised.value.diagnostics
    assert message in diagnostic.message
    assert diagnostic.primary is not None


def test_what_is_refused_is_walked_no_further() -> None:
    with pytest.raises(archdsl.ArchdslError, match="tensors of different widths") as caught:
        archdsl.load("enas_macro", layers=12).supergraph()  # its last layers join any of 2,048 lists
    assert len(caught.value.diagnostics) == 1


def test_what_depends_on_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.elaborate.lifted.MOST_WORLDS", 8)
    space = archdsl.loads(
        NETWORK + "{ let xs = [choose one of 1..3 for i in 1..2] return conv[2, 2 * sum(xs) + 1](x) }"
    )
    with pytest.raises(archdsl.ArchdslError, match="depends on too many open choices"):
        space.supergraph()


def test_what_is_summed_with_something_may_be_left_out() -> None:
    space = archdsl.loads(NETWORK + "{ let y = (choose { a = absent | b = conv[2] })(x) return relu(x + y) }")
    supernet = doubled(space, 0).eval()
    x = images(space, 0)
    coefficients, gates = supernet.decided({"net.y": "a"})
    assert torch.equal(supernet(x, coefficients=coefficients, gates=gates), x.relu())


def test_ops_without_weights_make_a_supernet_without_weights() -> None:
    space = archdsl.loads(NETWORK + "{ return sum(relu(e) for e in choose 1 of [x, tanh(x)]) }")
    supernet = archdsl.supernet(space)
    assert not list(supernet.parameters())
    x = images(space, 0).float()
    coefficients, gates = supernet.decided({"net": (1,)})
    assert coefficients == {}
    assert torch.equal(supernet(x, coefficients=coefficients, gates=gates), x.tanh().relu())
