"""The two leaves of a supergraph: what mixes alternatives, and what lets candidates through."""

import torch
from torch import Tensor


def mix(coefficients: tuple[Tensor, ...], places: tuple[tuple[int, ...], ...], values: tuple[Tensor, ...]) -> Tensor:
    """Add up alternatives, each times its coefficient.

    Args:
        coefficients: For each address that decides here a tensor `[n]`, or `[n, batch]` for one mixture per example.
        places: For each alternative its index in each of them.
        values: The alternatives' results, batch first.
    """
    # Taken apart at once: one view instead of one for each alternative, and one kernel in the backward pass.
    parts = [own.unbind() for own in coefficients]
    total: Tensor | None = None
    for place, value in zip(places, values, strict=True):
        factor = parts[0][place[0]]
        for own, index in zip(parts[1:], place[1:], strict=True):
            factor = factor * own[index]
        term = _spread(factor, value) * value
        total = term if total is None else total + term
    assert total is not None
    return total


def gate(gates: Tensor, slots: tuple[int, ...], values: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Multiply candidates by their gates: `gates` is `[n]`, or `[n, batch]` for one decision per example."""
    parts = gates.unbind()
    return tuple(_spread(parts[slot], value) * value for slot, value in zip(slots, values, strict=True))


def _spread(factor: Tensor, value: Tensor) -> Tensor:
    return factor.reshape(-1, *(1,) * (value.dim() - 1)) if factor.dim() else factor


def one_hot(size: int, index: int | None, like: Tensor) -> Tensor:
    """Give the coefficients of a decided choice; of one that is not active they are 0."""
    coefficients = torch.zeros(size, dtype=like.dtype, device=like.device)
    if index is not None:
        coefficients[index] = 1
    return coefficients
