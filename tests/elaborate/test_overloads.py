"""An op that is declared for several kinds of tensors is one op: the kind of its first tensor tells which is meant."""

import pytest
from torch import Tensor, nn

import archdsl
from archdsl.diagnostics import Source
from archdsl.elaborate import check_names, load_program
from archdsl.ir import Attribute, Type
from archdsl.testing.declared import DECLARED

OWN = """
fun twice[n] = 2 * n
fun unused[n] = n
op widest[n: int](x: image[c, h, w]) -> image[n, h, w] { weight kernel[n, c] macs = n * c * h * w }
op widest[n: int](x: seq[t, d]) -> seq[twice[t], n] { weight kernel[n, d] macs = n * d }
network net(x: image[3, 4, 4], y: seq[5, 6]) -> (image[8, 4, 4], seq[10, 8]) {
  let layer = widest[8]
  return x |> layer, y |> layer
}
"""


def test_a_layer_takes_the_kinds_that_its_op_is_declared_for() -> None:
    graph = archdsl.loads(OWN).sample(seed=0).graph
    assert [str(node.types[0]) for node in graph.nodes] == ["image[8, 4, 4]", "seq[10, 8]"]
    assert [node.facts.kind for node in graph.operations()] == ["image", "seq"]
    assert (graph.params, graph.macs) == (8 * 3 + 8 * 6, 8 * 3 * 16 + 8 * 6)


def test_what_any_declaration_uses_is_used() -> None:
    (warning,) = check_names(load_program(Source("net.nas", OWN)))
    assert (warning.code, warning.message) == ("unused-definition", "`unused` is used by no network of this file")


def test_a_lowering_may_ask_for_the_kind() -> None:
    seen: list[str] = []

    @archdsl.lowers("kindly")
    def build(kind: str, n: int) -> nn.Module:
        class Repeat(nn.Module):
            def forward(self, x: Tensor) -> Tensor:
                return x.repeat(1, n, *[1] * (x.dim() - 2))

        seen.append(kind)
        return Repeat()

    text = """
    op kindly[n: int](x: vec[d]) -> vec[n * d] { }
    op kindly[n: int](x: signal[c, t]) -> signal[n * c, t] { }
    network net(x: vec[3], y: signal[2, 4]) -> (vec[6], signal[4, 4]) = kindly[2](x), kindly[2](y)
    """.replace("= kindly[2](x), kindly[2](y)", "{ return kindly[2](x), kindly[2](y) }")
    archdsl.compile(archdsl.loads(text).sample(seed=0))
    assert set(seen) == {"vec", "signal"}


@pytest.mark.parametrize("op", ["relu", "dropout", "zero", "concat"])
def test_no_op_computes_with_the_indices_of_words(op: str) -> None:
    every: dict[str, dict[str, Attribute]] = {"dropout": {"rate": 0.5}, "zero": {"stride": 1}}
    statics = every.get(op, {})
    with pytest.raises(archdsl.ArchdslError, match="wrong-tensor-kind"):
        DECLARED[op].infer(statics, (Type("tokens", (3,)),))
