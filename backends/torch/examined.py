"""A graph as this backend builds it, opened for tests: arrays in, arrays out, all in float64."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archdsl.ir import Graph

from .network import build_network, weights_by_declaration

Array = NDArray[Any]
Weights = Mapping[str, Mapping[str, Array]]


@final
class Examined:
    """A built architecture: what it owns, what it computes, and how fast that grows along a direction."""

    def __init__(self, graph: Graph) -> None:
        self._module = build_network(graph, 0).double()
        self._tensors = weights_by_declaration(self._module, graph)

    @property
    def tensors(self) -> Mapping[tuple[str, str], tuple[tuple[int, ...], Literal["weight", "buffer"]]]:
        """The shape and the kind of each tensor, by parameters key and declared name."""
        return {
            (key, name): (tuple(own.shape), "weight" if isinstance(own, nn.Parameter) else "buffer")
            for key, tensors in self._tensors.items()
            for name, own in tensors.items()
        }

    @property
    def undeclared(self) -> tuple[str, ...]:
        """The names of the tensors that no declaration knows of; single numbers that are kept do not count."""
        declared = {id(own) for tensors in self._tensors.values() for own in tensors.values()}
        state = self._module.state_dict(keep_vars=True)
        return tuple(
            name
            for name, own in state.items()
            if id(own) not in declared and (own.dim() > 0 or isinstance(own, nn.Parameter))
        )

    def run(self, inputs: Sequence[Array], weights: Weights, *, training: bool = False) -> list[Array]:
        """Give the outputs. The arrays are handed over as they are: who writes into its inputs writes into them."""
        self._set(weights)
        with torch.no_grad():
            outputs = self._outputs([torch.from_numpy(x) for x in inputs], training)
        return [y.numpy() for y in outputs]

    def slope(
        self,
        inputs: Sequence[Array],
        weights: Weights,
        directions: Sequence[Array],
        of_weights: Weights,
        factors: Sequence[Array],
        *,
        training: bool = False,
    ) -> float:
        """Give how fast the outputs, times factors and summed, grow along directions of the inputs and the weights."""
        self._set(weights)
        given = [torch.from_numpy(x.copy()) for x in inputs]
        pairs = [(x.requires_grad_(), v) for x, v in zip(given, directions, strict=True) if x.is_floating_point()]
        for key, tensors in self._tensors.items():
            pairs += [(own, of_weights[key][name]) for name, own in tensors.items() if isinstance(own, nn.Parameter)]
        outputs = self._outputs(given, training)
        terms = [(y * torch.from_numpy(factor)).sum() for y, factor in zip(outputs, factors, strict=True)]
        loss = torch.stack(terms).sum()
        if not loss.requires_grad or not pairs:
            return 0.0
        gradients = torch.autograd.grad(loss, [own for own, _ in pairs], allow_unused=True, materialize_grads=True)
        slopes = [
            float((gradient * torch.from_numpy(np.asarray(v))).sum())
            for gradient, (_, v) in zip(gradients, pairs, strict=True)
        ]
        return sum(slopes)

    def _set(self, weights: Weights) -> None:
        with torch.no_grad():
            for key, tensors in self._tensors.items():
                for name, own in tensors.items():
                    own.copy_(torch.from_numpy(np.asarray(weights[key][name])))

    def _outputs(self, inputs: list[Tensor], training: bool) -> list[Tensor]:
        results = self._module.train(training)(*inputs)
        return list(results) if isinstance(results, tuple) else [results]
