"""Inputs that a graph can be run on: random numbers, and for tokens indices of words that all its ops know."""

import torch
from torch import Tensor

from archdsl.ir import NUMERIC, Graph, Type


def empty_input(type_: Type, batch: int) -> Tensor:
    """Give an input that has a shape and no content."""
    dtype = None if type_.kind in NUMERIC else torch.int64
    return torch.empty(batch, *type_.dims, dtype=dtype, device="meta")


def random_inputs(graph: Graph, batch: int, generator: torch.Generator) -> list[Tensor]:
    """Draw the inputs of a graph: standard normal numbers, or words."""
    words = _words(graph)
    return [
        torch.randn(batch, *port.type.dims, generator=generator)
        if port.type.kind in NUMERIC
        else torch.randint(words, (batch, *port.type.dims), generator=generator)
        for port in graph.inputs
    ]


def _words(graph: Graph) -> int:
    """Count the words that every op knows which looks them up: the rows of the first of its weights."""
    rows = [
        node.facts.weights[0].shape[0]
        for node in graph.operations()
        if node.facts.weights and node.facts.kind == "tokens"
    ]
    return min(rows, default=1)
