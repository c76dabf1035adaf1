"""Ways to take architectures for one network: exact ones, named inexact ones, and published keys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from archdsl.ir import Label
from archdsl.ir.rewrites import EXACT, ForgetWeights, MergeEqual, Pass, ZeroThroughNorm

Progress = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and how much there is."""

Choices = Mapping[str, tuple[Label, ...]]
"""All labels that a space has at each address."""


@final
@dataclass(frozen=True, slots=True)
class Equivalence:
    """A way to take architectures for one: their graphs are isomorphic after some passes."""

    name: str
    passes: tuple[Pass, ...]
    meaning: str

    @property
    def is_exact(self) -> bool:
        """Whether equivalent architectures compute the same with the same weights."""
        return all(own.is_exact for own in self.passes)


EQUIVALENCES: tuple[Equivalence, ...] = (
    Equivalence("fingerprints", EXACT, "exact rewrites"),
    Equivalence(
        "fingerprints, merge-equal",
        (*EXACT, MergeEqual()),
        "exact rewrites, equal ops without weights of their own merged",
    ),
    Equivalence(
        "fingerprints, zero-through-norm",
        (*EXACT, ZeroThroughNorm()),
        "inexact: a norm of zeros taken for zeros, though its shift remains",
    ),
    Equivalence(
        "fingerprints, zero-through-norm, merge-equal",
        (*EXACT, ZeroThroughNorm(), MergeEqual()),
        "inexact: both",
    ),
    Equivalence(
        "term keys",
        (*EXACT, ZeroThroughNorm(), ForgetWeights()),
        "inexact: associative-commutative terms, whichever weights their ops have",
    ),
)
"""The ways that are counted; each has all passes of one before it, whose classes it joins."""


@final
@dataclass(frozen=True, slots=True)
class Published:
    """A key that a paper or its code gives to architectures: a function of their decisions.

    `applies` is given a space's choices and its size. `count`, where there is one, counts the keys of all architectures
    of such a space without looking at each.
    """

    name: str
    meaning: str
    applies: Callable[[Choices, int], bool]
    key: Callable[[Mapping[str, Label]], str]
    count: Callable[[Choices, Progress], int] | None = None
