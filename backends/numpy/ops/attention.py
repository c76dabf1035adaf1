"""What standard attention computes, and what stands around it."""

import numpy as np

from archdsl.codegen.lowering import lowers

from .arrays import Array, Weights


@lowers("attention", backend="numpy")
def attention(q: Array, k: Array, v: Array, *, heads: int, causal: bool) -> Array:
    """Match, weigh and average, one head after the other."""
    parts = (np.split(x, heads, axis=2) for x in (q, k, v))
    return np.concatenate([_head(*xs, causal=causal) for xs in zip(*parts, strict=True)], axis=2)


def _head(q: Array, k: Array, v: Array, *, causal: bool) -> Array:
    scores: Array = np.einsum("btd,bsd->bts", q, k) / np.sqrt(q.shape[2])
    if causal:
        scores = np.where(np.tri(q.shape[1], dtype=bool), scores, -np.inf)
    mean: Array = np.einsum("bts,bse->bte", softmax(scores), v)
    return mean


@lowers("softmax", backend="numpy")
def softmax(x: Array) -> Array:
    """Divide by the sum; the greatest is subtracted first, so that nothing overflows."""
    powers: Array = np.exp(x - x.max(-1, keepdims=True))
    shares: Array = powers / powers.sum(-1, keepdims=True)
    return shares


@lowers("prepend_token", backend="numpy")
def prepend_token(x: Array, *, weights: Weights) -> Array:
    """Put the vector before the first step."""
    token = np.broadcast_to(weights["token"], (x.shape[0], 1, x.shape[2]))
    return np.concatenate([token, x], axis=1)


@lowers("add_position", backend="numpy")
def add_position(x: Array, *, weights: Weights) -> Array:
    """Add the vectors."""
    return x + weights["position"]
