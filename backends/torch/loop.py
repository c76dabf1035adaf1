"""The leaf of a scan: a loop over the program of one step."""

from collections.abc import Sequence
from typing import Any, final

import torch
from torch import Tensor, fx, nn

from archdsl.ir import Scan


@final
class Loop(nn.Module):
    """Runs the cell of a scan once for each step of a sequence.

    It takes the sequence, the states to start from, what the cell needs from outside, and a tensor for each open choice
    in the cell; it gives the first states in one sequence, then the last of each state. The cell's ops stand below it
    under their own names, where those lie in the scan's; the program of a step holds the same modules.
    """

    def __init__(self, node: Scan, step: fx.GraphModule) -> None:
        super().__init__()
        # Not registered: it holds leaves that have their names already.
        self.__dict__["_step"] = step
        self._given = node.given
        self._zeros = tuple(port.type.dims for port in node.region.inputs[1 : 1 + len(node.given)])
        self._time = 2 if node.types[0].kind == "signal" else 1
        # What tokens, which are whole numbers, cannot tell: the type of numbers that zeros have.
        self.register_buffer("_like", torch.empty(0), persistent=False)

    def forward(self, sequence: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        """Give the first states, one after the other, and the last states."""
        step, like = self.__dict__["_step"], sequence if sequence.is_floating_point() else self._like
        number = sum(self._given)
        starts, others = iter(rest[:number]), rest[number:]
        states: Sequence[Any] = [
            next(starts) if is_given else like.new_zeros(sequence.shape[0], *dims)  # type: ignore[operator]
            for is_given, dims in zip(self._given, self._zeros, strict=True)
        ]
        entries = sequence.unbind(self._time) if sequence.dim() > 2 else torch.split(sequence, 1, 1)
        outputs: list[Tensor] = []
        for entry in entries:
            results = step(entry, *states, *others)
            states = results if isinstance(results, tuple) else (results,)
            outputs.append(states[0])
        return (torch.stack(outputs, self._time), *states)
