"""How many networks the architectures of a space are: they are counted up to rewrites, exact and named inexact ones."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, final

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.ir import Graph, Label
from archdsl.ir.decide import decide
from archdsl.ir.fingerprints import fingerprint_of_form
from archdsl.ir.forms import Form, form_of
from archdsl.ir.isomorphism import are_isomorphic
from archdsl.ir.rewrites import EXACT, AbsorbZero, ForgetWeights, MergeEqual, Pass, ZeroThroughNorm
from archdsl.ir.rewrites.graphs import store
from archdsl.ir.rewrites.terms import Move

from .architecture import Architecture
from .cells import cell_space, only_cell
from .space import Space

Progress = Callable[[str, int, int], None]
"""Is told what is done, how much of it, and how much there is."""

Choices = Mapping[str, tuple[Label, ...]]
"""All labels that a space has at each address."""

LIMIT = 1_000_000
"""More architectures than these are not enumerated unless asked for."""


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


@final
@dataclass(frozen=True, slots=True)
class Classes:
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
    classes: tuple[Classes, ...]

    def __getitem__(self, name: str) -> int:
        """Give the number of classes of an equivalence."""
        return next(own.number for own in self.classes if own.name == name)


@final
@dataclass(slots=True)
class _Met:
    """The forms of all architectures after exact rewrites, each with the first graph that has it, and how many do."""

    graphs: dict[Form, Graph] = field(default_factory=dict)
    numbers: dict[Form, int] = field(default_factory=dict)
    keys: list[set[str]] = field(default_factory=list)


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
    met = _meet(counted if root is None else cell_space(space, root), size, keys, told)
    named = [Classes(own.name, len(found), False, own.meaning) for own, found in zip(keys, met.keys, strict=True)]
    return Deduplicated(shown, size, _connected(met), (*named, *_count(met, told)))


def _without_looking(
    space: Space, size: int, limit: int, choices: Choices, published: Iterable[Published], told: Progress
) -> tuple[Classes, ...]:
    """Count what can be counted without looking at each architecture."""
    quick = [(own, own.count) for own in published if own.count is not None]
    if not quick:
        message = f"`{space.network}` has {size:,} architectures, more than the {limit:,} to be enumerated"
        raise UsageError(Diagnostic("too-many-architectures", message))
    return tuple(Classes(own.name, count(choices, told), False, own.meaning) for own, count in quick)


def _meet(space: Space, size: int, published: list[Published], told: Progress) -> _Met:
    met = _Met(keys=[set() for _ in published])
    for index, (architecture, graph) in enumerate(graphs_of(space)):
        for own, found in zip(published, met.keys, strict=True):
            found.add(own.key(architecture.decisions))
        form = form_of(graph, EXACT)
        met.graphs.setdefault(form, graph)
        met.numbers[form] = met.numbers.get(form, 0) + 1
        told("architectures", index + 1, size)
    return met


def graphs_of(space: Space) -> Iterator[tuple[Architecture, Graph]]:
    """Give all architectures in order with their graphs, cut out of the supergraph where there is one."""
    try:
        whole = space.supergraph()
    except ArchdslError:
        for architecture in space:
            yield architecture, architecture.graph
        return
    for architecture in space:
        yield architecture, decide(whole, architecture.decisions)


@final
@dataclass(frozen=True, slots=True)
class _MapZeros:
    """Takes every op to map zeros to zeros."""

    name: ClassVar[str] = "map-zeros"

    def moves(self, laws: frozenset[str]) -> frozenset[Move]:
        return AbsorbZero().moves(laws) | {"be-zero-if-all"}


def _connected(met: _Met) -> int:
    connected = 0
    for form, graph in met.graphs.items():
        stored = store(graph, (_MapZeros(),))
        if not all(map(stored.terms.is_zero, stored.outputs)):
            connected += met.numbers[form]
    return connected


def _count(met: _Met, told: Progress) -> Iterator[Classes]:
    """Count the classes of each equivalence; of those of a finer one only one member each is looked at."""
    members: list[tuple[Equivalence, list[Graph]]] = []
    for own in EQUIVALENCES:
        finer = [graphs for other, graphs in members if set(other.passes) <= set(own.passes)]
        graphs = min(finer, key=len, default=None)
        forms = met.graphs.items() if graphs is None else _forms(graphs, own, told)
        members.append((own, list(_one_of_each(forms))))
        yield Classes(own.name, len(members[-1][1]), own.is_exact, own.meaning)


def _forms(graphs: list[Graph], equivalence: Equivalence, told: Progress) -> Iterator[tuple[Form, Graph]]:
    for index, graph in enumerate(graphs):
        yield form_of(graph, equivalence.passes), graph
        told(equivalence.name, index + 1, len(graphs))


def _one_of_each(forms: Iterable[tuple[Form, Graph]]) -> Iterator[Graph]:
    """Give the first graph of each class: equal fingerprints are verified."""
    seen: set[Form] = set()
    known: dict[str, list[Form]] = {}
    for form, graph in forms:
        if form in seen:
            continue
        seen.add(form)
        alike = known.setdefault(fingerprint_of_form(form), [])
        if not any(are_isomorphic(form, other) for other in alike):
            alike.append(form)
            yield graph
