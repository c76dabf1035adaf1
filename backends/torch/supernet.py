"""A supergraph as one weight-sharing module, with the architecture parameters beside the weights."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, final

import torch
from torch import Tensor, nn

from archdsl.codegen.names import module_path
from archdsl.ir import Graph, Label, open_decisions
from archdsl.ir.guards import place_of

from .mixing import one_hot
from .program import assemble, container, seeded

ARCHITECTURE = "architecture_"
"""Where the architecture parameters live in a supernet: no address can have this name, for it ends in `_`."""


class Relaxation(Protocol):
    """Turns the logits of a choice into the coefficients of its alternatives, and nothing else."""

    def __call__(self, logits: Tensor) -> Tensor:
        """Give the coefficients, `[n]`."""
        ...


def softmax(logits: Tensor) -> Tensor:
    """Mix by the softmax of the logits (DARTS; Liu et al. 2018, arXiv:1806.09055)."""
    return torch.softmax(logits, 0)


@final
class Supernet(nn.Module):
    """All architectures of a graph with open choices, over one set of weights.

    Without further arguments the alternatives are mixed by the relaxation of the module's own logits, and every
    candidate of a choice of some is let through (DARTS adds up all edges while searching). `coefficients` and `gates`
    replace them, by address; both are inputs, no code depends on their values. A parameter that is no logit bears the
    name that it has in a compiled architecture.
    """

    graph: Graph

    def __init__(self, graph: Graph, relaxation: Relaxation = softmax) -> None:
        super().__init__()
        programs = assemble(self, graph)
        self.__dict__["_programs"] = programs
        self.__dict__["graph"] = graph
        self.relaxation = relaxation
        decisions = self._decisions = open_decisions(graph.walk())
        self._labels = {address: list(own.labels) for address, own in decisions.items() if own.labels}
        self._slots = {address: own.count for address, own in decisions.items() if not own.labels}
        self.add_module(ARCHITECTURE, nn.Module())
        leaves = {a: container(self.get_submodule(ARCHITECTURE), module_path(a)) for a in self._labels}
        for address, leaf in leaves.items():
            # DARTS starts at 1e-3 times a standard normal: nearly a uniform mixture, and no two alternatives alike.
            leaf.register_parameter("logits", nn.Parameter(1e-3 * torch.randn(len(self._labels[address]))))
        self.__dict__["_leaves"] = leaves

    @property
    def choices(self) -> Mapping[str, Sequence[Label]]:
        """The labels of each open choice that is mixed by label, in the order of its coefficients."""
        return self._labels

    @property
    def selections(self) -> Mapping[str, int]:
        """The number of gates of each other open choice, one of some elements."""
        return self._slots

    def logits(self, address: str) -> nn.Parameter:
        """Give the logits of a choice."""
        logits: nn.Parameter = self.__dict__["_leaves"][address].logits
        return logits

    def architecture_parameters(self) -> Iterator[nn.Parameter]:
        """Visit the logits."""
        return self.get_submodule(ARCHITECTURE).parameters()

    def weights(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Visit the weights by name, the logits left out."""
        return ((name, p) for name, p in self.named_parameters() if not name.startswith(f"{ARCHITECTURE}."))

    def forward(
        self,
        *inputs: Tensor,
        coefficients: Mapping[str, Tensor] | None = None,
        gates: Mapping[str, Tensor] | None = None,
    ) -> Any:
        """Run the supernet."""
        programs = self.__dict__["_programs"]
        mixing: list[Tensor] = []
        for address in programs.choices:
            if address in self._labels:
                given = coefficients[address] if coefficients is not None else self.relaxation(self.logits(address))
            else:
                given = gates[address] if gates is not None else inputs[0].new_ones(self._slots[address])
            mixing.append(given)
        program = programs.training if self.training else programs.evaluation
        return program(*inputs, *mixing)

    def decided(self, decisions: Mapping[str, Label]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Give the coefficients (one-hot) and the gates (0 or 1) under which this computes one architecture.

        A choice that the architecture does not make is multiplied by 0 further up; its own coefficients are 0.
        """
        like = next(self.parameters(), torch.empty(()))
        coefficients = {
            address: one_hot(len(labels), place_of(decisions[address], labels) if address in decisions else None, like)
            for address, labels in self._labels.items()
        }
        gates: dict[str, Tensor] = {}
        for address, size in self._slots.items():
            chosen = self._decisions[address].elements(decisions.get(address, ()))
            gates[address] = torch.tensor(
                [float(i in chosen) for i in range(size)], dtype=like.dtype, device=like.device
            )
        return coefficients, gates


def build_supernet(graph: Graph, seed: int | None = None, relaxation: Relaxation = softmax) -> Supernet:
    """Build a supergraph's module on the current default device; `seed` fixes its initial weights."""
    with seeded(seed):
        return Supernet(graph, relaxation)
