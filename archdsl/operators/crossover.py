"""Crossovers: two architectures to two that have their decisions from both.

A child keeps what both parents decide alike. Of the rest it has a wish: some of one parent and some of the other, and,
where that leaves something open or cannot be had, what the other has there. The child is the architecture of the space
that is nearest to this; what neither parent decides is drawn by its priors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Label
from archdsl.searchspace import Architecture, Kind, Space

from .composition import check_probability
from .protocols import NoChange
from .registry import register
from .selection import matches

Pair = tuple[Architecture, Architecture]


@register
@final
@dataclass(frozen=True, slots=True)
class UniformCrossover:
    """Exchange each decision by itself, with a probability (Syswerda, 1989).

    Only decisions that `where` and `kind` select are exchanged, if they are given.
    """

    name: ClassVar[str] = "uniform_crossover"

    probability: float = 0.5
    where: str | None = None
    kind: Kind | None = None

    def __post_init__(self) -> None:
        check_probability(self.probability)

    def apply(self, first: Architecture, second: Architecture, space: Space, rng: Random) -> Pair:
        addresses = _exchangeable(first, second, space, self.where, self.kind)
        taken = {own for own in addresses if rng.random() < self.probability}
        return _exchanged(first, second, space, taken.__contains__, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class OnePointCrossover:
    """Exchange all decisions from a point on, which is drawn uniformly, in the order of the space (Holland, 1975)."""

    name: ClassVar[str] = "one_point_crossover"

    where: str | None = None
    kind: Kind | None = None

    def apply(self, first: Architecture, second: Architecture, space: Space, rng: Random) -> Pair:
        addresses = _exchangeable(first, second, space, self.where, self.kind)
        # Between two decisions, if there are two: else nothing is left to draw.
        point = rng.randrange(1, len(addresses)) if len(addresses) > 1 else 0
        return _exchanged(first, second, space, set(addresses[point:]).__contains__, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class SubtreeCrossover:
    """Exchange one decision that both parents make, drawn uniformly, and all whose addresses are under it.

    On a space of recursive choices this is the exchange of subtrees of genetic programming (Koza, 1992). A decision is
    drawn among those at which the parents differ, or under which they do.
    """

    name: ClassVar[str] = "subtree_crossover"

    where: str | None = None
    kind: Kind | None = None

    def apply(self, first: Architecture, second: Architecture, space: Space, rng: Random) -> Pair:
        differing = _exchangeable(first, second, space)
        roots = _exchangeable(first, second, space, self.where, self.kind, alike=True)
        roots = [own for own in roots if own in first.decisions and own in second.decisions]
        roots = [own for own in roots if any(is_under(other, own) for other in differing)]
        if not roots:
            raise _nothing(space)
        root = roots[rng.randrange(len(roots))]
        return _exchanged(first, second, space, lambda address: is_under(address, root), rng)


@register
@final
@dataclass(frozen=True, slots=True)
class GroupCrossover:
    """Exchange each group of decisions as a whole, with a probability; a group has one root: a cell, or a motif.

    It is not known here what else is a group: with `depth=2` it is what has the first two parts of an address in
    common, and so on. Genetic CNN (Xie & Yuille, 2017, arXiv:1703.01513) exchanges stages so, with a probability of
    0.2 on CIFAR-10.
    """

    name: ClassVar[str] = "group_crossover"

    probability: float = 0.5
    where: str | None = None
    depth: int = 1

    def __post_init__(self) -> None:
        check_probability(self.probability)

    def apply(self, first: Architecture, second: Architecture, space: Space, rng: Random) -> Pair:
        addresses = _exchangeable(first, second, space, self.where)
        groups = dict.fromkeys(self._group(own) for own in addresses)
        taken = {own for own in groups if rng.random() < self.probability}
        where = self.where
        return _exchanged(
            first,
            second,
            space,
            lambda own: self._group(own) in taken and (where is None or matches(where, own)),
            rng,
        )

    def _group(self, address: str) -> str:
        return ".".join(address.split(".")[: self.depth])


@register
@final
@dataclass(frozen=True, slots=True)
class StageSwap:
    """Swap each stage as a whole, with a probability (Xie & Yuille, 2017, arXiv:1703.01513: Genetic CNN)."""

    name: ClassVar[str] = "stage_swap"

    probability: float = 0.2

    def apply(self, first: Architecture, second: Architecture, space: Space, rng: Random) -> Pair:
        return GroupCrossover(self.probability).apply(first, second, space, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class AlignedCrossover:
    """Take decisions that both parents make from either, and others from the first (Miikkulainen et al., 2017).

    In CoDeepNEAT (arXiv:1703.00548), genes are aligned by historical marks: matching ones are of either parent,
    disjoint and excess ones of the fitter. Here the address is the mark, and the first parent is taken to be the
    fitter for both children: where they have the choice they complement each other.
    """

    name: ClassVar[str] = "aligned_crossover"

    probability: float = 0.5

    def apply(self, first: Architecture, second: Architecture, space: Space, rng: Random) -> Pair:
        addresses = _exchangeable(first, second, space)
        matching = [own for own in addresses if own in first.decisions and own in second.decisions]
        taken = {own for own in matching if rng.random() < self.probability}
        ours, theirs = first.decisions, second.decisions
        one = {own: theirs[own] if own in taken else label for own, label in ours.items()}
        two = {own: theirs[own] if own in matching and own not in taken else label for own, label in ours.items()}
        both = _alike(ours, theirs)
        return _child(space, both, one, theirs, rng), _child(space, both, two, theirs, rng)


def is_under(address: str, root: str) -> bool:
    """Tell whether an address is another one, or begins with it."""
    return address == root or (address.startswith(root) and address[len(root)] in ".@[#")


def _exchangeable(
    first: Architecture,
    second: Architecture,
    space: Space,
    where: str | None = None,
    kind: Kind | None = None,
    *,
    alike: bool = False,
) -> list[str]:
    """Give the addresses at which the parents do not decide alike, in the order of the space.

    Raises:
        NoChange: there is none.
    """
    ours, theirs = first.decisions, second.decisions
    found = [own for own in ours if alike or own not in theirs or not _is(ours[own], theirs[own])]
    found += [own for own in theirs if own not in ours]
    if where is not None:
        found = [own for own in found if matches(where, own)]
    if kind is not None:
        kinds = {**space.kinds(ours), **space.kinds(theirs)}
        found = [own for own in found if kinds[own] == kind]
    if not found:
        raise _nothing(space)
    found.sort(key=space.changer.places.__getitem__)
    return found


def _is(own: Label, other: Label) -> bool:
    return own == other and type(own) is type(other)


def _nothing(space: Space) -> NoChange:
    return NoChange.because(f"these two architectures of `{space.network}` have nothing to exchange")


def _exchanged(
    first: Architecture, second: Architecture, space: Space, is_taken: Callable[[str], bool], rng: Random
) -> Pair:
    """Exchange the decisions at some addresses."""
    ours, theirs = first.decisions, second.decisions
    both = _alike(ours, theirs)
    one, two = _mixed(ours, theirs, is_taken), _mixed(theirs, ours, is_taken)
    return _child(space, both, *one, rng), _child(space, both, *two, rng)


def _alike(ours: Mapping[str, Label], theirs: Mapping[str, Label]) -> dict[str, Label]:
    return {own: label for own, label in ours.items() if own in theirs and _is(label, theirs[own])}


def _mixed(
    own: Mapping[str, Label], other: Mapping[str, Label], is_taken: Callable[[str], bool]
) -> tuple[dict[str, Label], dict[str, Label]]:
    """Give what is wanted: the own decisions, or those of the other parent where they are taken; then all others."""
    wanted = {a: other.get(a, label) if is_taken(a) else label for a, label in own.items()}
    rest: dict[str, Label] = {}
    for address, label in other.items():
        if address not in own:
            (wanted if is_taken(address) else rest)[address] = label
        elif address in wanted and not is_taken(address):
            rest[address] = label
        else:
            rest[address] = own[address]
    return wanted, rest


def _child(
    space: Space, both: Mapping[str, Label], wanted: Mapping[str, Label], rest: Mapping[str, Label], rng: Random
) -> Architecture:
    ordered = space.changer.ordered
    return space.nearest(both, ordered(wanted), ordered(rest), rng=rng)
