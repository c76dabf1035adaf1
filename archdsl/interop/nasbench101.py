"""NAS-Bench-101's cells (Ying et al. 2019, arXiv:1902.09635) as wirings and ops, and the key that is published of them.

A wiring says which vertices each vertex reads: `wiring[v - 1]` are the sources of vertex v, which are smaller; vertex 0
is the input, the last one the output, and the vertices between bear an op each. As a matrix, a wiring has a 1 in row s
and column v where v reads s.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import md5
from itertools import permutations, product
from typing import NamedTuple

from archdsl.ir import Label

Wiring = tuple[tuple[int, ...], ...]
Choices = Mapping[str, tuple[Label, ...]]

OPS = ("conv3x3", "conv1x1", "maxpool3x3")
"""The ops as the space labels them, in the order in which the published key numbers them."""

MOST_EDGES = 9

DECISION_SETS = {1: 9, 2: 167, 3: 6_558, 4: 347_068, 5: 9_100_558}
"""How many architectures the space has, by the number of its interior vertices."""


class Cell(NamedTuple):
    """A cell without anything that is on no way from its input to its output; `ops` are those between."""

    wiring: Wiring
    ops: tuple[str, ...]

    @property
    def matrix(self) -> tuple[tuple[int, ...], ...]:
        """The adjacency matrix."""
        size = len(self.wiring) + 1
        return tuple(tuple(int(v > 0 and s in self.wiring[v - 1]) for v in range(size)) for s in range(size))


# ---------------------------------------------------------------- decisions


def _inputs(v: int) -> str:
    return f"module.inputs@{v}"


def _vertex(i: int) -> str:
    return f"module.n[{i}].vertex"


def is_101(choices: Choices, size: int) -> bool:
    """Tell whether a space with these choices and of this size is NAS-Bench-101's, or has its cells of few vertices."""
    inner = vertices_of(choices) - 2
    addresses = {*map(_inputs, range(inner + 1)), *map(_vertex, range(inner))}
    return choices.keys() == addresses and DECISION_SETS.get(inner) == size


def vertices_of(choices: Mapping[str, object]) -> int:
    """Give how many vertices a cell has before it is pruned."""
    return sum(address.startswith("module.inputs@") for address in choices) + 1


def cell_of(decisions: Mapping[str, Label]) -> Cell:
    """Give the cell that decisions make.

    >>> inputs = {f"module.inputs@{v}": (v,) for v in range(6)} | {"module.inputs@3": (0,), "module.inputs@5": (2, 5)}
    >>> ops = {f"module.n[{i}].vertex": "conv1x1" for i in range(5)} | {"module.n[0].vertex": "maxpool3x3"}
    >>> cell_of({**inputs, **ops})
    Cell(wiring=((0,), (1,), (0,), (3,), (2, 4)), ops=('maxpool3x3', 'conv1x1', 'conv1x1', 'conv1x1'))
    """
    sources = (_sources(decisions[_inputs(v)]) for v in range(vertices_of(decisions) - 1))
    wiring, kept = pruned(tuple(sources))
    return Cell(wiring, tuple(str(decisions[_vertex(v - 1)]) for v in kept[1:-1]))


def _sources(label: Label) -> tuple[int, ...]:
    assert isinstance(label, tuple)
    return tuple(int(own) for own in label)


def pruned(wiring: Wiring) -> tuple[Wiring, tuple[int, ...]]:
    """Give what of a wiring is on a way from input to output, and which vertices that are.

    Raises:
        ValueError: the output does not depend on the input.
    """
    last = len(wiring)
    reached, used = {0}, {last}
    for v in range(1, last + 1):
        if reached.intersection(wiring[v - 1]):
            reached.add(v)
    for v in range(last, 0, -1):
        if v in used:
            used.update(wiring[v - 1])
    kept = tuple(sorted(reached & used))
    if last not in reached:
        raise ValueError(f"expected an output that depends on the input, got {wiring=}")
    number = {v: index for index, v in enumerate(kept)}
    return tuple(tuple(number[s] for s in wiring[v - 1] if s in number) for v in kept[1:]), kept


# ---------------------------------------------------------------- the published key


def published_key(cell: Cell) -> str:
    """Give the MD5 that NAS-Bench-101 names a cell by.

    >>> wiring = ((0,), (1,), (2,), (0,), (0, 3, 4), (2, 5))
    >>> published_key(Cell(wiring, ("conv3x3", "maxpool3x3", "conv3x3", "conv3x3", "conv1x1")))
    '00005c142e6f48ac74fdcf73e3439874'
    """
    return _keys_of(cell.wiring)([OPS.index(op) for op in cell.ops])


def _keys_of(wiring: Wiring) -> Callable[[Sequence[int]], str]:
    """Give the function from the ops of a wiring, as numbers, to its key."""
    sources = ((), *wiring)
    targets = tuple(tuple(v for v, own in enumerate(sources) if s in own) for s in range(len(sources)))
    return lambda ops: _key(sources, targets, (-1, *ops, -2))


def _key(sources: Wiring, targets: Wiring, labels: Sequence[int]) -> str:
    vertices = range(len(labels))
    known = [_md5(str((len(targets[v]), len(sources[v]), labels[v]))) for v in vertices]
    for _ in vertices:
        known = [
            _md5(
                "".join(sorted([known[s] for s in sources[v]]))
                + "|"
                + "".join(sorted([known[t] for t in targets[v]]))
                + "|"
                + known[v]
            )
            for v in vertices
        ]
    return _md5(str(sorted(known)))


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


# ---------------------------------------------------------------- all cells


def wirings(vertices: int) -> Iterator[Wiring]:
    """Give all wirings of so many vertices of which nothing is to be pruned."""

    def extended(wiring: Wiring, edges: int) -> Iterator[Wiring]:
        v = len(wiring) + 1
        if v == vertices:
            taken = {s for own in wiring for s in own}
            if len(taken) == vertices - 1:
                yield wiring
            return
        for bits in range(1, 1 << v):
            own = tuple(s for s in range(v) if bits >> s & 1)
            if edges + len(own) <= MOST_EDGES:
                yield from extended((*wiring, own), edges + len(own))

    return extended((), 0)


def is_first(wiring: Wiring) -> bool:
    """Tell whether no other order of the vertices between gives a smaller wiring: of isomorphic ones, one is first."""
    last = len(wiring)
    for order in permutations(range(1, last)):
        number = (0, *order, last)
        if all(number[s] < number[v] for v in range(1, last + 1) for s in wiring[v - 1]):
            moved: list[tuple[int, ...]] = [()] * last
            for v in range(1, last + 1):
                moved[number[v] - 1] = tuple(sorted(number[s] for s in wiring[v - 1]))
            if tuple(moved) < wiring:
                return False
    return True


def keys(most_vertices: int, told: Callable[[str, int, int], None] | None = None) -> set[str]:
    """Give the published keys of all cells of at most so many vertices.

    Isomorphic cells have one key, so of isomorphic wirings one is taken, with all ops.
    """
    found: set[str] = set()
    firsts = [own for size in range(2, most_vertices + 1) for own in wirings(size) if is_first(own)]
    total, done = sum(len(OPS) ** (len(own) - 1) for own in firsts), 0
    for wiring in firsts:
        key = _keys_of(wiring)
        found.update(key(ops) for ops in product(range(len(OPS)), repeat=len(wiring) - 1))
        done += len(OPS) ** (len(wiring) - 1)
        if told is not None:
            told("published keys", done, total)
    return found
