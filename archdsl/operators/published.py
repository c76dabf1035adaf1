"""Mutations of published systems that are made of general ones, under their names."""

from dataclasses import dataclass
from random import Random
from typing import ClassVar, final

from archdsl.ir import Label
from archdsl.searchspace import Architecture, Space

from .composition import Composable, OneOf, WithProbability, bad_option, check_probability
from .elements import FlipElements, flipped_sets, sets_of
from .mutation import ResampleDecision, ResampleNumber
from .protocols import NoChange
from .registry import register
from .selection import matches, selected
from .steps import one_step, other_labels


@register
@final
@dataclass(frozen=True, slots=True)
class HiddenStateMutation(Composable):
    """Give one input of one block another source (Real et al., 2019, arXiv:1802.01548: AmoebaNet).

    Cells have equally many blocks, and blocks two inputs each: so cell, block and input are drawn uniformly.
    """

    name: ClassVar[str] = "hidden_state_mutation"

    where: str | None = None

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        return ResampleDecision(self.where, "source").apply(architecture, space, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class OpMutation(Composable):
    """Give one input of one block another op (Real et al., 2019, arXiv:1802.01548: AmoebaNet)."""

    name: ClassVar[str] = "op_mutation"

    where: str | None = None

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        return ResampleDecision(self.where, "op").apply(architecture, space, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class AmoebaNetMutation(Composable):
    """The identity in 5 of 100 cases, else a hidden-state or an op mutation (Real et al., 2019, arXiv:1802.01548)."""

    name: ClassVar[str] = "amoebanet_mutation"

    identity_probability: float = 0.05
    where: str | None = None

    def __post_init__(self) -> None:
        check_probability(self.identity_probability)

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        either = OneOf((HiddenStateMutation(self.where), OpMutation(self.where)))
        return WithProbability(1 - self.identity_probability, either).apply(architecture, space, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class MotifMutation(Composable):
    """Give one edge of one motif another op, or none (Liu et al., 2017, arXiv:1711.00436: hierarchical).

    The level is drawn uniformly, then one of its motifs, then one of its edges, then the op. `levels` has a pattern for
    the addresses of each level. In the paper motifs and edges are drawn too that decide nothing, for nothing uses them;
    here, where each mutant is another architecture, only those that are in use.
    """

    name: ClassVar[str] = "motif_mutation"

    levels: tuple[str, ...] = ("motif[*", "assembled.*")

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        addresses = selected(architecture, space)
        levels = [[own for own in addresses if matches(pattern, own)] for pattern in self.levels]
        levels = [level for level in levels if level]
        if not levels:
            raise NoChange.because(f"no decision of this architecture of `{space.network}` is of a level that is given")
        level = levels[rng.randrange(len(levels))]
        motifs = list(dict.fromkeys(root_of(own) for own in level))
        motif = motifs[rng.randrange(len(motifs))]
        edges = [own for own in level if root_of(own) == motif]
        mutant = one_step(architecture, space, edges[rng.randrange(len(edges))], rng)
        assert mutant is not None, "what is selected has another label"
        return mutant


def root_of(address: str) -> str:
    """Give what an address begins with: the name of a cell, a motif or a network."""
    return address.partition(".")[0]


@register
@final
@dataclass(frozen=True, slots=True)
class BitMutation(Composable):
    """Mutate with a probability, and then flip each bit by itself (Xie & Yuille, 2017, arXiv:1703.01513: Genetic CNN).

    A bit tells whether a node of a stage feeds a later one. The paper flips with 0.05 on CIFAR-10, with 0.1 on MNIST.
    """

    name: ClassVar[str] = "bit_mutation"

    probability: float = 0.8
    flip_probability: float = 0.05

    def __post_init__(self) -> None:
        check_probability(self.probability)
        check_probability(self.flip_probability)

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        return WithProbability(self.probability, FlipElements(self.flip_probability)).apply(architecture, space, rng)


@register
@final
@dataclass(frozen=True, slots=True)
class EdgeAndOpFlips(Composable):
    """Flip each edge and redraw each op with a probability, until the cell is valid (White et al., 2019: BANANAS).

    On NAS-Bench-101 (arXiv:1910.11858) one of 21 edges and one of 5 ops is flipped on average. A cell that equals its
    parent is drawn again as well. After `tries` cells none of which is another one of the space, it says so. Vertices
    that a flip brings to life draw their op.
    """

    name: ClassVar[str] = "edge_and_op_flips"

    edge_probability: float = 1 / 21
    op_probability: float = 1 / 5
    tries: int = 1000

    def __post_init__(self) -> None:
        check_probability(self.edge_probability)
        check_probability(self.op_probability)
        if self.tries < 1:
            raise bad_option(f"expected tries >= 1, got tries={self.tries}")

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        sets = sets_of(architecture, space, None, None)
        ops = [own for own in selected(architecture, space, kind="op") if own not in sets]
        for _ in range(self.tries):
            wanted: dict[str, Label] = flipped_sets(architecture, space, sets, self.edge_probability, rng)
            for address in ops:
                if rng.random() < self.op_probability:
                    labels = other_labels(architecture, space, address, rng)
                    wanted[address] = labels[rng.randrange(len(labels))]
            if not wanted:
                continue
            mutant = space.nearest({**architecture.decisions, **wanted}, rng=rng)
            exact = all(
                own in mutant.decisions and mutant.decisions[own] == wanted.get(own, architecture.decisions[own])
                for own in sets
            )
            if exact and mutant != architecture:
                return mutant
        raise NoChange.because(f"none of {self.tries:,} drawn changes gives another architecture of `{space.network}`")


@register
@final
@dataclass(frozen=True, slots=True)
class AlterLearningRate(Composable):
    """Draw another learning rate, between half and twice what it was (Real et al., 2017, arXiv:1703.01041).

    It is one of the mutations of Large-Scale Evolution.
    """

    name: ClassVar[str] = "alter_learning_rate"

    where: str = "*learning_rate"

    def apply(self, architecture: Architecture, space: Space, rng: Random) -> Architecture:
        return ResampleNumber(self.where, 2.0).apply(architecture, space, rng)
