"""An op that reads the weights of a `shared` layer: one set of weights, everywhere."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import archdsl
from archdsl.backends.numpy import run
from archdsl.backends.torch.network import weights_by_declaration
from archdsl.codegen import load_backend
from archdsl.codegen.lowering import lowers
from archdsl.diagnostics import ArchdslError
from archdsl.ir import SharedLayer, verify
from archdsl.ir.printer import print_graph
from tests.backends.torch.test_network import as_tuple
from tests.interop.exported import compiled, inputs_of, read

TIED = """
network net[d = 4, vocab = 7](x: tokens[5]) -> (seq[5, vocab], vec[vocab]) {
  let table = shared embed[vocab, d]
  let y = x |> table |> linear[d] |> tanh
  return y |> unembed[table], y |> last_step |> unembed[table]
}"""

READ_ONLY = """
network net(x: vec[4]) -> vec[7] {
  let table = shared embed[7, 4]
  return x |> unembed[table]
}"""


@pytest.mark.parametrize("text", [TIED, READ_ONLY], ids=["both ways", "one way"])
def test_lent_weights_are_counted_and_built_once(text: str) -> None:
    architecture = archdsl.loads(text).sample(seed=0)
    network = archdsl.compile(architecture, seed=0)
    tables = [name for name in network.state_dict() if "table" in name]
    assert tables == ["table.embed.weight"]
    assert sum(own.numel() for own in network.parameters()) == architecture.params
    assert not verify(architecture.graph, architecture=True)
    inputs = inputs_of(architecture.graph)
    declared = {
        key: {name: own.detach().numpy() for name, own in tensors.items()}
        for key, tensors in weights_by_declaration(network, architecture.graph).items()
    }
    expected = run(architecture.graph, [x.numpy() for x in inputs], declared)
    for y, array in zip(as_tuple(network(*inputs)), expected, strict=True):
        torch.testing.assert_close(y, torch.from_numpy(array))


def test_a_supernet_has_one_table() -> None:
    text = TIED.replace("tanh", "choose { tanh | relu }")
    supernet = load_backend().compile(archdsl.loads(text).supergraph(), seed=0)
    assert [name for name in supernet.state_dict() if "table" in name] == ["table.embed.weight"]


def test_a_table_learns_from_both_directions() -> None:
    network = archdsl.compile(archdsl.loads(TIED).sample(seed=0), seed=0)
    scores, _ = network(torch.full((1, 5), 2))
    scores.sum().backward()
    gradient = network.table.embed.weight.grad
    assert bool((gradient.abs().sum(1) > 0).all()), "each word has a score"
    others = torch.cat((gradient[:2], gradient[3:]))
    assert torch.allclose(others, others[:1].expand_as(others)), "words that are not given are only scored"
    assert not torch.allclose(gradient[2], gradient[0])


@pytest.mark.parametrize("text", [TIED, READ_ONLY], ids=["both ways", "one way"])
def test_the_printed_text_lends_the_same_weights(text: str) -> None:
    graph = archdsl.loads(text).sample(seed=0).graph
    again = archdsl.loads(print_graph(graph)).sample(seed=0).graph
    assert again == graph


def test_the_exported_text_has_one_table() -> None:
    graph = archdsl.loads(TIED).sample(seed=0).graph
    network, inputs = compiled(graph), inputs_of(graph)
    source, model = read(network)
    assert source.text.count("= Table(") == 1
    for y, other in zip(network(*inputs), model(*inputs), strict=True):
        torch.testing.assert_close(y, other)


def test_a_module_that_lacks_the_weights_that_are_lent_is_refused() -> None:
    text = """
    op other_scores[table: layer](x: seq[t, d]) -> seq[t, table.vocab] { weight kernel[table.vocab, d] }
    network net(x: tokens[5]) -> seq[5, 7] {
      let table = shared embed[7, 4]
      return x |> table |> other_scores[table]
    }"""

    class Scores(nn.Module):
        def __init__(self, vocab: int, d: int) -> None:
            super().__init__()
            self.matrix = nn.Parameter(torch.zeros(vocab, d))

        def forward(self, x: Tensor) -> Tensor:
            return functional.linear(x, self.matrix)

    def build(table: SharedLayer, d: int) -> nn.Module:
        vocab = table.static("vocab")
        assert isinstance(vocab, int)
        return Scores(vocab, d)

    lowers("other_scores", weights={"kernel": "matrix"})(build)
    with pytest.raises(ArchdslError, match="has not the tensors of the layer that it is lent"):
        archdsl.compile(archdsl.loads(text).sample(seed=0))
