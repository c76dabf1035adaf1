"""The two leaves of a supergraph: what mixes alternatives, and what lets candidates through.

Both take a factor for each alternative or candidate: a term over what is given for each choice (coefficients, gates).
A term is a tuple, and so a constant of a program: `("part", i, places, among)` is the sum of some entries of the `i`-th
tensor, in proportion to those `among` which it can be here, where that is not empty; `("not", term)` is 1 minus,
`("all", *terms)` the product, `("either", *terms)` the sum.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from archdsl.ir import Guard, Label, OpenDecision
from archdsl.ir.guards import All, Either, Is, Not, Takes, place_of

Term = tuple[Any, ...]


def term_of(guard: Guard, decisions: Mapping[str, OpenDecision], order: Sequence[str]) -> Term:
    """Write a guard as a term over the tensors of the choices in `order`."""
    match guard:
        case Is(address=address, labels=labels, among=among):
            known = decisions[address].labels
            fewer = _places(among, known) if len(among) < len(known) else ()
            return ("part", order.index(address), _places(labels, known), fewer)
        case Takes(address=address, index=index):
            known = decisions[address].labels
            holding = [own for own in known if guard.is_in(own)]
            return ("part", order.index(address), _places(holding, known) if known else (index,), ())
        case Not(guard=inner):
            return ("not", term_of(inner, decisions, order))
        case All(guards=guards):
            return ("all", *(term_of(own, decisions, order) for own in guards))
        case Either(guards=guards):
            return ("either", *(term_of(own, decisions, order) for own in guards))


def _places(labels: Sequence[Label], known: Sequence[Label]) -> tuple[int, ...]:
    return tuple(place for label in labels if (place := place_of(label, known)) is not None)


def mix(choices: tuple[Tensor, ...], terms: tuple[Term, ...], values: tuple[Tensor, ...]) -> Tensor:
    """Add up alternatives, each times its factor.

    Args:
        choices: For each address that decides here a tensor `[n]`, or `[n, batch]` for one mixture per example.
        terms: The factor of each alternative.
        values: The alternatives' results, batch first.
    """
    # Taken apart at once: one view instead of one for each alternative, and one kernel in the backward pass.
    parts = tuple(own.unbind() for own in choices)
    total: Tensor | None = None
    for term, value in zip(terms, values, strict=True):
        product = _spread(_factor(term, parts), value) * value
        total = product if total is None else total + product
    assert total is not None
    return total


def gate(choices: tuple[Tensor, ...], terms: tuple[Term, ...], values: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Multiply each candidate by its factor."""
    parts = tuple(own.unbind() for own in choices)
    return tuple(_spread(_factor(term, parts), value) * value for term, value in zip(terms, values, strict=True))


def _factor(term: Term, parts: tuple[tuple[Tensor, ...], ...]) -> Tensor | float:
    kind, *rest = term
    if kind == "part":
        index, places, among = rest
        share = _total([parts[index][place] for place in places])
        if not among:
            return share
        whole = _total([parts[index][place] for place in among])
        return share / (whole + (whole == 0))  # a choice that is not made has no coefficients to divide by
    if kind == "not":
        return 1 - _factor(rest[0], parts)
    factors = [_factor(own, parts) for own in rest]
    if kind == "either":
        return _total(factors)
    product = factors[0] if factors else 1.0
    for own in factors[1:]:
        product = product * own
    return product


def _total(parts: Sequence[Tensor | float]) -> Tensor | float:
    total = parts[0] if parts else 0.0
    for own in parts[1:]:
        total = total + own
    return total


def _spread(factor: Tensor | float, value: Tensor) -> Tensor | float:
    is_single = isinstance(factor, float) or not factor.dim()
    return factor if is_single else factor.reshape(-1, *(1,) * (value.dim() - 1))  # type: ignore[union-attr]


def one_hot(size: int, index: int | None, like: Tensor) -> Tensor:
    """Give the coefficients of a decided choice; of one that is not active they are 0."""
    coefficients = torch.zeros(size, dtype=like.dtype, device=like.device)
    if index is not None:
        coefficients[index] = 1
    return coefficients
