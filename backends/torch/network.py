"""A compiled architecture: a plain `torch.nn.Module`."""

from collections.abc import Mapping
from typing import Any, final

from torch import Tensor, nn

from archdsl.codegen.lowering import lowering_of
from archdsl.codegen.names import module_path
from archdsl.ir import Graph

from .program import assemble, seeded


@final
class Network(nn.Module):
    """An architecture as a module.

    It takes the graph's inputs, batch first. In training mode it gives the outputs and then the auxiliary ones, in
    evaluation mode the outputs alone; one output comes by itself, several as a tuple. The name of a parameter is the
    address of its op, escaped.
    """

    graph: Graph

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        programs = assemble(self, graph)
        # Not registered as sub-modules: they hold the same leaves, which have their names already.
        self.__dict__["_programs"] = programs
        self.__dict__["graph"] = graph

    def forward(self, *inputs: Tensor) -> Any:
        """Run the network."""
        programs = self.__dict__["_programs"]
        return programs.training(*inputs) if self.training else programs.evaluation(*inputs)

    @property
    def code(self) -> str:
        """The straight-line code of the evaluation program."""
        return str(self.__dict__["_programs"].evaluation.code)


def weights_by_declaration(module: nn.Module, graph: Graph) -> Mapping[str, Mapping[str, Tensor]]:
    """Give the tensors of a compiled graph by parameters key and declared name, as the numpy reference takes them."""
    found: dict[str, dict[str, Tensor]] = {}
    for node in graph.operations():
        renamed = lowering_of(node.op, "torch").weights
        leaf = module.get_submodule(module_path(node.parameters))
        found[node.parameters] = {
            weight.name: _tensor(leaf, renamed.get(weight.name, weight.name)) for weight in node.facts.weights or ()
        }
    return found


def _tensor(leaf: nn.Module, name: str) -> Tensor:
    *path, last = name.split(".")
    value = getattr(leaf.get_submodule(".".join(path)), last)
    assert isinstance(value, Tensor)
    return value


def build_network(graph: Graph, seed: int | None = None) -> Network:
    """Build an architecture's module on the current default device; `seed` fixes its initial weights."""
    with seeded(seed):
        return Network(graph)
