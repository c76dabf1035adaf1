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
    """A built architecture: what it owns, what it computes, and the derivatives of that."""

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

    def gradients(
        self, inputs: Sequence[Array], weights: Weights, factors: Sequence[Array], *, training: bool = False
    ) -> tuple[list[Array], dict[str, dict[str, Array]]]:
        """Give the derivatives of the outputs, times factors and summed, by the inputs and by the trained weights."""
        self._set(weights)
        given = [torch.from_numpy(x.copy()) for x in inputs]
        numbers = [x.requires_grad_() for x in given if x.is_floating_point()]
        places = [
            (key, name, own)
            for key, tensors in self._tensors.items()
            for name, own in tensors.items()
            if isinstance(own, nn.Parameter)
        ]
        outputs = self._outputs(given, training)
        terms = [(y * torch.from_numpy(factor)).sum() for y, factor in zip(outputs, factors, strict=True)]
        loss = torch.stack(terms).sum()
        roots = [*numbers, *(own for _, _, own in places)]
        found = [torch.zeros_like(own) for own in roots]
        if loss.requires_grad and roots:
            found = list(torch.autograd.grad(loss, roots, allow_unused=True, materialize_grads=True))
        arrays = iter([own.numpy() for own in found])
        by_inputs = [next(arrays) if x.is_floating_point() else np.zeros(tuple(x.shape)) for x in given]
        by_weights: dict[str, dict[str, Array]] = {}
        for key, name, _ in places:
            by_weights.setdefault(key, {})[name] = next(arrays)
        return by_inputs, by_weights

    def _set(self, weights: Weights) -> None:
        with torch.no_grad():
            for key, tensors in self._tensors.items():
                for name, own in tensors.items():
                    own.copy_(torch.from_numpy(np.asarray(weights[key][name])))

    def _outputs(self, inputs: list[Tensor], training: bool) -> list[Tensor]:
        results = self._module.train(training)(*inputs)
        return list(results) if isinstance(results, tuple) else [results]
