"""Stratified splits, the same on every machine for the same seed."""

from random import Random

import numpy as np
from numpy.typing import NDArray

from archdsl.evaluators.dataset import Array

from .mistakes import misuse


def stratified(labels: Array, size: int, *, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split samples into two parts whose classes are in proportion.

    A class's share of the second part differs from its exact proportion by less than one sample, except that a class
    never loses its last sample. Python's generator is used because its stream never changes; numpy's may.

    Args:
        labels: Integers `[n]`, from 0.
        size: The number of samples in the second part; at most n minus the number of classes.
        seed: What the choice of samples depends on.

    Returns:
        The indices of the first and of the second part, each increasing.
    """
    counts = np.bincount(labels)
    exact = counts * (size / len(labels))
    take = np.minimum(np.floor(exact).astype(np.int64), np.maximum(counts - 1, 0))
    for index in np.argsort(np.floor(exact) - exact, kind="stable"):  # the largest remainders first
        if take.sum() < size and take[index] < counts[index] - 1:
            take[index] += 1
    while take.sum() < size:  # a class that was spared leaves its part to those that have most to give
        take[np.argmax(counts - take)] += 1
    rng = Random(seed)
    keys = np.array([rng.random() for _ in range(len(labels))])
    chosen = np.zeros(len(labels), bool)
    for index, wanted in enumerate(take):
        members = np.flatnonzero(labels == index)
        chosen[members[np.argsort(keys[members], kind="stable")[:wanted]]] = True
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def validation_size(asked: int | float, labels: Array, place: str) -> int:
    """Turn a number of samples, or a share of them, into a number of samples.

    Raises:
        UsageError: It is negative, or leaves a class without a training sample (`bad-option`).
    """
    if isinstance(asked, bool) or not asked >= 0 or (isinstance(asked, float) and not asked < 1):
        raise misuse(
            "bad-option",
            f"expected a number of samples or a share below 1 for `validation`, got {asked!r}",
        )
    size = asked if isinstance(asked, int) else round(asked * len(labels))
    most = len(labels) - len(np.unique(labels))
    if size > most:
        raise misuse(
            "bad-option",
            f"cannot take {size:,} validation samples from the {len(labels):,} of {place}: "
            f"at most {most:,} leave one of each class to train on",
        )
    return size
