"""Weights of a module made of those of another, as a weight map says."""

from itertools import chain

import numpy as np
import torch
from torch import nn

from archdsl.codegen.lowering import lowering_of
from archdsl.codegen.names import module_path
from archdsl.codegen.weights import Array, inherited
from archdsl.ir import Graph
from archdsl.operators.weight_map import Place, WeightMap, tensor_shapes

from .network import Network, weights_by_declaration
from .supernet import Supernet


def take_weights(
    child: Network | Supernet, parent: Network | Supernet, weight_map: WeightMap, seed: int | None
) -> None:
    """Set the tensors of a module as a map makes them of those of another; it moves to that one's device and type.

    What the map makes is computed on the CPU in float64, and rounded once.

    Raises:
        ValueError: The map does not give what the module needs.
    """
    like = next(chain(parent.parameters(), parent.buffers()), None)
    if like is not None:
        child.to(like.device, like.dtype if like.is_floating_point() else None)
    child.train(parent.training)
    graph: Graph = child.graph
    known, own = weights_by_declaration(parent, parent.graph), weights_by_declaration(child, graph)

    def array_of(place: Place) -> Array:
        key, name = place
        array: Array = known[key][name].detach().to("cpu", torch.float64).numpy()
        return array

    made = inherited(weight_map, array_of, tensor_shapes(graph), seed)
    with torch.no_grad():
        for (key, name), array in made.items():
            own[key][name].copy_(torch.from_numpy(np.ascontiguousarray(array)))
        for key, other in weight_map.carried.items():
            _carry(child, graph, key, parent, other)


def _carry(child: nn.Module, graph: Graph, key: str, parent: nn.Module, other: str) -> None:
    """Copy the tensors of an op that its declaration does not name."""
    named = {
        lowering_of(node.op, "torch").weights.get(weight.name, weight.name)
        for node in graph.operations()
        if node.parameters == key
        for weight in node.facts.weights or ()
    }
    theirs = parent.get_submodule(module_path(other)).state_dict()
    for name, tensor in child.get_submodule(module_path(key)).state_dict().items():
        if name not in named and name in theirs and theirs[name].shape == tensor.shape:
            tensor.copy_(theirs[name])
