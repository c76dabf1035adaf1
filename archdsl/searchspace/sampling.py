"""Draws members of a diagram: by the priors of their choices, or each as likely as any other."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Any, final

from archdsl.ir import Interval, Label

from .diagram import Diagram, Fold, Literal, Product, Sum, count, mass, mass_of

Pick = Callable[[Sequence[Any], Random], int]
"""Gives a place among shares, told by where each ends, with the probability that its share has of the whole."""


@final
class Sampler:
    """Draws members, with the probability that each one's share has of all; the shares are computed once."""

    def __init__(self, diagram: Diagram, shares: Fold[Any], pick: Pick) -> None:
        self._pick = pick
        self._plans: dict[int, Any] = {}
        self._root = self._plan(diagram, shares)

    def _plan(self, node: Diagram, shares: Fold[Any]) -> Any:
        known = self._plans.get(id(node))
        if known is not None:
            return known
        if isinstance(node, Literal):
            plan: Any = (3 if isinstance(node.label, Interval) else 0, node.address, node.label)
        elif isinstance(node, Product):
            plan = (1, tuple(self._plan(child, shares) for child in node.children), None)
        else:
            assert isinstance(node, Sum)
            ends = list(accumulate(shares(child) for child in node.children))
            plan = (2, tuple(self._plan(child, shares) for child in node.children), ends)
        self._plans[id(node)] = plan
        return plan

    def draw(self, rng: Random) -> dict[str, Label]:
        """Draw one member."""
        decisions: dict[str, Label] = {}
        stack = [self._root]
        pick = self._pick
        while stack:
            kind, first, second = stack.pop()
            if kind == 0:
                decisions[first] = second
            elif kind == 1:
                stack.extend(reversed(first))
            elif kind == 3:
                decisions[first] = second.draw(rng)
            else:
                stack.append(first[pick(second, rng)])
        return decisions


def by_priors(diagram: Diagram) -> Sampler:
    """Draw with probability proportional to the product of the priors of a member's decisions."""
    return Sampler(diagram, mass(), _pick_by_mass)


def by_priors_given(diagram: Diagram, decisions: Mapping[str, Label]) -> Sampler | None:
    """Draw by the priors among the members that decide as given where they decide it; None where there are none."""
    shares = mass_of(decisions)
    return Sampler(diagram, shares, _pick_by_mass) if shares(diagram) else None


def uniformly(diagram: Diagram) -> Sampler:
    """Draw each member with the same probability: by whole numbers, so without any error of rounding."""
    return Sampler(diagram, count(), _pick_by_count)


def _pick_by_mass(ends: Sequence[float], rng: Random) -> int:
    # Beyond the last share that is not empty is what a sum may be rounded to.
    return min(bisect_right(ends, rng.random() * ends[-1]), bisect_left(ends, ends[-1]))


def _pick_by_count(ends: Sequence[int], rng: Random) -> int:
    return bisect_right(ends, rng.randrange(ends[-1]))
