"""How many networks the architectures of a space are: they are counted up to rewrites, exact and named inexact ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, final

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.elaborate.report import large
from archdsl.ir import Graph
from archdsl.ir.rewrites import EXACT, AbsorbZero
from archdsl.ir.rewrites.graphs import store
from archdsl.ir.rewrites.terms import Move

from .cells import cell_space, only_cell
from .classes import Classes, Graphs
from .equivalences import EQUIVALENCES, Choices, Equivalence, Progress, Published
from .space import Space

LIMIT = 1_000_000
"""More architectures than these are not enumerated unless asked for."""


@final
@dataclass(frozen=True, slots=True)
class Number:
    """The number of classes of one equivalence."""

    name: str
    number: int
    is_exact: bool
    meaning: str


@final
@dataclass(frozen=True, slots=True)
class Deduplicated:
    """What the architectures of a space come to.

    `unit` says of what they are: a use of one cell, or whole networks. `connected` is the number of those whose output
    would not be zero if every op mapped zeros to zeros; None where there were too many to look at each, and only keys
    were counted that need no look.
    """

    unit: str
    decisions: int
    connected: int | None
    classes: tuple[Number, ...]

    def __getitem__(self, name: str) -> int:
        """Give the number of classes of an equivalence."""
        return next(own.number for own in self.classes if own.name == name)


def dedup(
    space: Space,
    *,
    cell: str | None = None,
    whole: bool = False,
    published: Iterable[Published] = (),
    limit: int = LIMIT,
    progress: Progress | None = None,
) -> Deduplicated:
    """Count how many networks the architectures of a space are, under each of `EQUIVALENCES`.

    Where a network decides all in one cell, the graph of one use of that cell, its first, stands for the network's:
    networks that are equal but for equal cells are equal. Equal fingerprints are verified to be isomorphic.

    Args:
        space: The space; all its architectures are looked at.
        cell: Take one use of this cell; it is found by itself where it is the only one that decides.
        whole: Take whole networks in any case.
        published: Published keys to count as well, where they apply.
        limit: How many architectures are looked at; of more, only those keys are counted that need no look at each.
        progress: Is told how far it is.

    Raises:
        UsageError: there is no such cell, or there are too many architectures.
        ArchdslError: the space is not well-typed.
    """
    told = progress or (lambda stage, done, total: None)
    only = None if whole else only_cell(space)
    root = cell if cell is not None else only
    # What is decided in the only cell is all that is decided, and the network was walked already.
    counted = space if root == only else cell_space(space, root or "")
    size, choices = counted.size(), counted.choices
    shown = "whole networks" if root is None else f"one use of cell `{root}`"
    keys = [own for own in published if own.applies(choices, size)]
    if size > limit:
        return Deduplicated(shown, size, None, _without_looking(space, size, limit, choices, keys, told))
    graphs = Graphs(counted if root is None else cell_space(space, root))
    exact, found = _meet(graphs, size, keys, told)
    connected = sum(number for index, number in exact.members.items() if _is_connected(graphs[index]))
    named = [Number(own.name, len(own_keys), False, own.meaning) for own, own_keys in zip(keys, found, strict=True)]
    return Deduplicated(shown, size, connected, (*named, *_numbers(exact, told)))


def _without_looking(
    space: Space, size: int, limit: int, choices: Choices, published: Iterable[Published], told: Progress
) -> tuple[Number, ...]:
    """Count what can be counted without looking at each architecture."""
    quick = [(own, own.count) for own in published if own.count is not None]
    if not quick:
        message = f"`{space.network}` has {large(size)} architectures, more than the {limit:,} to be enumerated"
        raise UsageError(Diagnostic("too-many-architectures", message))
    return tuple(Number(own.name, count(choices, told), False, own.meaning) for own, count in quick)


def _meet(graphs: Graphs, size: int, published: list[Published], told: Progress) -> tuple[Classes, list[set[str]]]:
    """Part all architectures by what exact rewrites leave, and collect their keys."""
    exact = Classes(graphs, EXACT)
    keys: list[set[str]] = [set() for _ in published]
    for index, (architecture, graph) in enumerate(graphs):
        for own, found in zip(published, keys, strict=True):
            found.add(own.key(architecture.decisions))
        if exact.add(index, graph) == index:
            graphs.keep(index, graph)
        told("architectures", index + 1, size)
    return exact, keys


@final
@dataclass(frozen=True, slots=True)
class _MapZeros:
    """Takes every op to map zeros to zeros."""

    name: ClassVar[str] = "map-zeros"

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return AbsorbZero().moves(laws) | {"be-zero-if-all"}


def _is_connected(graph: Graph) -> bool:
    """Tell whether an output would not be zero if every op mapped zeros to zeros."""
    stored = store(graph, (_MapZeros(),))
    return not all(map(stored.terms.is_zero, stored.outputs))


def _numbers(exact: Classes, told: Progress) -> Iterator[Number]:
    """Count the classes of each equivalence; of those of a finer one only one member each is looked at."""
    known: list[tuple[Equivalence, Classes]] = []
    for own in EQUIVALENCES:
        finer = [classes for other, classes in known if set(other.passes) <= set(own.passes)]
        coarser = _joined(min(finer, key=lambda classes: len(classes.members)), own, told) if finer else exact
        known.append((own, coarser))
        yield Number(own.name, len(coarser.members), own.is_exact, own.meaning)


def _joined(classes: Classes, equivalence: Equivalence, told: Progress) -> Classes:
    joined = Classes(classes.graphs, equivalence.passes)
    for done, index in enumerate(classes.members, 1):
        joined.add(index, classes.graphs[index])
        told(equivalence.name, done, len(classes.members))
    return joined
