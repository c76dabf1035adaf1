"""Joins: one tensor of several."""

import torch
from torch import Tensor, nn


class Add(nn.Module):
    """The sum of its inputs."""

    def forward(self, *xs: Tensor) -> Tensor:
        total = xs[0]
        for x in xs[1:]:
            total = total + x
        return total


class Mean(nn.Module):
    """The arithmetic mean of its inputs."""

    def forward(self, *xs: Tensor) -> Tensor:
        total = xs[0]
        for x in xs[1:]:
            total = total + x
        return total / len(xs)


class Product(nn.Module):
    """The product of its inputs, element by element."""

    def forward(self, *xs: Tensor) -> Tensor:
        total = xs[0]
        for x in xs[1:]:
            total = total * x
        return total


class Maximum(nn.Module):
    """The greatest of its inputs, element by element."""

    def forward(self, *xs: Tensor) -> Tensor:
        greatest = xs[0]
        for x in xs[1:]:
            greatest = torch.maximum(greatest, x)
        return greatest


class Lerp(nn.Module):
    """From `start` to `end`, as far as `amount` says for each element.

    `torch.lerp` refuses inputs of different types, which autocast gives it.
    """

    def forward(self, start: Tensor, end: Tensor, amount: Tensor) -> Tensor:
        return start + amount * (end - start)


class LearnedLerp(nn.Module):
    """From `start` towards `end`, as far as a learned number says; it begins at `start`."""

    def __init__(self) -> None:
        super().__init__()
        self.amount = nn.Parameter(torch.zeros(1))

    def forward(self, start: Tensor, end: Tensor) -> Tensor:
        return start + self.amount * (end - start)


class Concat(nn.Module):
    """Its inputs one after the other, along an axis."""

    def __init__(self, dim: int = 1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, *xs: Tensor) -> Tensor:
        return torch.cat(xs, dim=self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Scale(nn.Module):
    """A tensor whose channels are multiplied by the entries of a vector; their axis has others before and after it."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.before = before
        self.after = after

    def forward(self, x: Tensor, factors: Tensor) -> Tensor:
        for _ in range(self.before):
            factors = factors.unsqueeze(1)
        for _ in range(self.after):
            factors = factors.unsqueeze(-1)
        return x * factors

    def extra_repr(self) -> str:
        return f"before={self.before}, after={self.after}"
