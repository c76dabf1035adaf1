"""Attention, and what stands around it."""

import torch
from torch import Tensor, nn


class Attention(nn.Module):
    """At each step of `q` a mean of the steps of `v`, weighed by how well those of `k` match, for each head."""

    def __init__(self, heads: int = 1, causal: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.causal = causal

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = (x.reshape(*x.shape[:2], self.heads, -1).transpose(1, 2) for x in (q, k, v))
        scores = q @ k.transpose(2, 3) * q.shape[3] ** -0.5
        if self.causal:
            later = torch.ones(scores.shape[2:], dtype=torch.bool, device=scores.device).triu(1)
            scores = scores.masked_fill(later, -torch.inf)
        means: Tensor = scores.softmax(-1) @ v
        return means.transpose(1, 2).flatten(2)

    def extra_repr(self) -> str:
        return f"heads={self.heads}, causal={self.causal}"


class PrependToken(nn.Module):
    """A learned vector, and then the steps of a sequence."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.d = d
        self.token = nn.Parameter(torch.empty(d))
        nn.init.trunc_normal_(self.token, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((self.token.to(x.dtype).expand(x.shape[0], 1, self.d), x), dim=1)

    def extra_repr(self) -> str:
        return f"d={self.d}"


class Position(nn.Module):
    """A learned vector of its own added at each step."""

    def __init__(self, t: int, d: int) -> None:
        super().__init__()
        self.t = t
        self.d = d
        self.position = nn.Parameter(torch.empty(t, d))
        nn.init.trunc_normal_(self.position, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.position

    def extra_repr(self) -> str:
        return f"t={self.t}, d={self.d}"
