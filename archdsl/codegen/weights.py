"""What the expressions of a weight map stand for: arrays, for whichever backend takes them."""

from collections.abc import Callable, Mapping
from math import prod
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from archdsl.operators.weight_map import (
    Constant,
    Expression,
    Factor,
    Fresh,
    Identity,
    Join,
    Noisy,
    Normal,
    Pad,
    Parent,
    Place,
    Root,
    Scale,
    Shape,
    Sum,
    Take,
    WeightMap,
    initial,
)

Array = NDArray[np.floating]


def inherited(
    weight_map: WeightMap, parent: Callable[[Place], Array], shapes: Mapping[Place, Shape], seed: int | None
) -> dict[Place, Array]:
    """Give the tensors that a map makes; those that are all fresh are left to the backend, and not given.

    Args:
        weight_map: What to do.
        parent: The tensors of the graph before.
        shapes: What the tensors of the graph after it must be.
        seed: What fresh parts of tensors are drawn from.

    Raises:
        ValueError: The map does not give what is needed.
    """
    if weight_map.tensors.keys() != shapes.keys():
        differing = sorted(weight_map.tensors.keys() ^ shapes.keys())
        raise ValueError(f"expected a weight map for the tensors of the child, each one, got others: {differing[:5]}")
    found: dict[Place, Array] = {}
    for place, expression in weight_map.tensors.items():
        if isinstance(expression, Fresh):
            continue
        array = value_of(expression, parent, np.random.default_rng(_seed_of(place, seed)))
        if array.shape != shapes[place]:
            raise ValueError(f"expected {place} of shape {shapes[place]}, got {array.shape} from {expression}")
        found[place] = array
    return found


def _seed_of(place: Place, seed: int | None) -> list[int] | None:
    return None if seed is None else [seed, crc32("\0".join(place).encode())]


def value_of(expression: Expression, parent: Callable[[Place], Array], rng: np.random.Generator) -> Array:
    """Give the array that an expression stands for; `rng` draws what is fresh."""

    def value(part: Expression) -> Array:
        return value_of(part, parent, rng)

    array: Array
    match expression:
        case Parent(key=key, name=name):
            return parent((key, name))
        case Fresh(name=name, shape=shape):
            return value_of(initial(name, shape, int(rng.integers(2**32))), parent, rng)
        case Constant(shape=shape, value=number):
            return np.full(shape, number)
        case Identity(shape=shape):
            return _identity(shape)
        case Normal(shape=shape, deviation=deviation, seed=seed):
            array = deviation * np.random.default_rng(seed).standard_normal(shape)
            return array
        case Take(of=of, axis=axis, indices=indices):
            array = np.take(value(of), np.array(indices, int), axis)
            return array
        case Pad(of=of, axis=axis, before=before, after=after):
            array = value(of)
            return np.pad(array, [(before, after) if own == axis else (0, 0) for own in range(array.ndim)])
        case Scale(of=of, axis=axis, factors=factors):
            array = value(of)
            array = array * np.array(factors).reshape([-1 if own == axis else 1 for own in range(array.ndim)])
            return array
        case Join(parts=parts, axis=axis):
            array = np.concatenate([value(part) for part in parts], axis)
            return array
        case Sum(parts=terms):
            array = np.sum([factor * value(part) for factor, part in terms], axis=0)
            return array
        case Noisy(of=of, deviation=deviation, seed=seed):
            array = value(of)
            array = array + deviation * array.std() * np.random.default_rng(seed).standard_normal(array.shape)
            return array
        case Root(of=of, plus=plus):
            return np.asarray(np.sqrt(value(of) + plus))
        case Factor(of=of, depthwise=depthwise):
            return _factor(value(of), depthwise)


def _identity(shape: Shape) -> Array:
    out, inner, *window = shape
    kernel = np.zeros(shape)
    channels = np.arange(out)
    middle = prod(window) // 2  # the windows are odd
    kernel.reshape(out, inner, -1)[channels, channels % inner, middle] = 1
    return kernel


def _factor(kernel: Array, depthwise: bool) -> Array:
    """Part the kernels of each input channel, a matrix of results and places, into the nearest of rank 1."""
    out, inner, *window = kernel.shape
    left, sizes, right = np.linalg.svd(kernel.reshape(out, inner, -1).swapaxes(0, 1), full_matrices=False)
    roots = np.sqrt(sizes[:, :1])
    if depthwise:
        windows: Array = (roots * right[:, 0]).reshape(inner, 1, *window)
        return windows
    mix: Array = (roots * left[:, :, 0]).T.reshape(out, inner, *(1 for _ in window))
    return mix
