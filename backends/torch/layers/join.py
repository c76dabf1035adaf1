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


class Concat(nn.Module):
    """Its inputs one after the other, along the axis after the batch."""

    def forward(self, *xs: Tensor) -> Tensor:
        return torch.cat(xs, dim=1)


class Scale(nn.Module):
    """An image whose channels are multiplied by the entries of a vector."""

    def forward(self, x: Tensor, factors: Tensor) -> Tensor:
        return x * factors.unsqueeze(2).unsqueeze(3)
