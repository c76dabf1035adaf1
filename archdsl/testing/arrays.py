"""Hypothesis strategies for tensors, as arrays."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from archdsl.ir import NUMERIC, Type

WORDS = 7
"""How many words there are, unless it is said."""


def tensors(type_: Type, *, batch: int | None = None, words: int = WORDS) -> st.SearchStrategy[NDArray[Any]]:
    """Draw a batch of tensors of a type: zeros first, then normal numbers; of tokens the indices of words.

    >>> from hypothesis import find
    >>> find(tensors(Type("vec", (2,))), lambda x: True)
    array([[0., 0.]])
    """
    sizes = st.integers(1, 3) if batch is None else st.just(batch)
    scales = st.sampled_from([0.0, 1.0, 3.0])
    return st.builds(
        lambda size, scale, seed: _drawn(type_, size, scale, seed, words), sizes, scales, st.integers(0, 999)
    )


def _drawn(type_: Type, batch: int, scale: float, seed: int, words: int) -> NDArray[Any]:
    rng = np.random.default_rng(seed)
    shape = (batch, *type_.dims)
    if type_.kind in NUMERIC:
        return scale * rng.standard_normal(shape) if scale else np.zeros(shape)
    return rng.integers(words, size=shape) if scale else np.zeros(shape, dtype=np.int64)
