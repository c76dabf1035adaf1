"""Lowerings of one op, `scaled`, that are wrong, each in one way, beside the law that tells; and the right ones."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archdsl.codegen import lowers
from archdsl.searchspace import Space, loads
from archdsl.testing import lowering as laws

Array = NDArray[np.floating]


class Scaled(nn.Module):
    """A vector, each entry times a weight of its own."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class LosesAnEntry(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)[:, 1:]


class OwnsMore(Scaled):
    def __init__(self, d: int) -> None:
        super().__init__(d)
        self.bias = nn.Parameter(torch.zeros(d))

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + self.bias


class OwnsLess(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x


class HoldsABuffer(nn.Module):
    scale: Tensor

    def __init__(self, d: int) -> None:
        super().__init__()
        self.register_buffer("scale", torch.ones(d))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class AddsOne(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return x * (self.scale + 1)


class ForgetsItsWeight(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return x


class WritesIntoItsInput(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(self.scale.detach())


class StopsTheGradient(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return x.detach() * self.scale


class HeedsTheBatch(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + 0 * x if self.training else super().forward(x - x.mean(0))


class AlwaysDraws(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) + torch.randn_like(x)


class DiffersInTraining(Scaled):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * (2 if self.training else 1)


def right(x: Array, *, weights: Mapping[str, Array]) -> Array:
    return x * weights["scale"]


def space_of(op: str, macs: str = "0") -> Space:
    """Give a space that uses the op, under a name for each lowering."""
    return loads(f"""
    op {op}(x: vec[d]) -> vec[d] {{ weight scale[d] macs = {macs} }}
    network net(x: vec[4]) -> vec[4] = x |> {op} |> choose {{ relu | {op} }}
    """)


def lowered(name: str, build: Callable[[int], nn.Module], reference: Callable[..., Array] = right) -> str:
    """Register an op's lowerings; give its name."""

    def torch_lowering(d: int) -> nn.Module:
        return build(d)

    def numpy_lowering(x: Array, *, weights: Mapping[str, Array]) -> Array:
        return reference(x, weights=weights)

    torch_lowering.__code__ = torch_lowering.__code__.replace(co_firstlineno=sum(map(ord, name)))
    numpy_lowering.__code__ = numpy_lowering.__code__.replace(co_firstlineno=sum(map(ord, name)))
    lowers(name)(torch_lowering)
    lowers(name, backend="numpy")(numpy_lowering)
    return name


LOWERINGS: list[tuple[str, str, str]] = [
    ("torch", lowered("loses_an_entry", LosesAnEntry), laws.SHAPES),
    ("torch", lowered("owns_more", OwnsMore), laws.WEIGHTS),
    ("torch", lowered("owns_less", lambda d: OwnsLess()), laws.BUILT),
    ("torch", lowered("holds_a_buffer", HoldsABuffer), laws.WEIGHTS),
    ("torch", lowered("adds_one", AddsOne), laws.VALUES),
    ("torch", lowered("forgets_its_weight", ForgetsItsWeight), laws.VALUES),
    ("torch", lowered("writes_into_its_input", WritesIntoItsInput), laws.PURITY),
    ("torch", lowered("stops_the_gradient", StopsTheGradient), laws.SLOPE),
    ("torch", lowered("heeds_the_batch", HeedsTheBatch), laws.EXAMPLES),
    ("torch", lowered("always_draws", AlwaysDraws), laws.DETERMINISM),
    ("torch", lowered("differs_in_training", DiffersInTraining), laws.VALUES),
    ("numpy", lowered("adds_in_numpy", Scaled, lambda x, weights: x + weights["scale"]), laws.VALUES),
    ("numpy", lowered("turns_in_numpy", Scaled, lambda x, weights: x.T * weights["scale"][:, None]), laws.SHAPES),
]
"""Each with its backend and the law that it breaks."""

RIGHT = lowered("scaled", Scaled)
