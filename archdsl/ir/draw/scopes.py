"""Which ops are drawn as one box: uses of the definitions that the text names, opened where they hold structure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import final

from archdsl.ir.graph import AnyNode, Graph, Scope

MOST_BOXES = 40
"""No block is opened that makes a picture of more boxes than this."""

_TOKEN = re.compile(r'"[^"]*"|[^"]')
_COUNTERS = re.compile(r"([@#]\d+|\[\d+\])+$")
_INDEXED = re.compile(r"\[\d+\]$")


@lru_cache(maxsize=100_000)
def parts_of(address: str) -> tuple[str, ...]:
    """Split an address at its dots, but not inside of the brackets or strings of a label.

    >>> parts_of("s[1].edge@0.mb[k=0.5].conv")
    ('s[1]', 'edge@0', 'mb[k=0.5]', 'conv')
    """
    parts, depth = [""], 0
    for token in _TOKEN.findall(address):
        if token == "." and depth <= 0:
            parts.append("")
            continue
        depth += (token in "[(") - (token in "])")
        parts[-1] += token
    return tuple(parts)


def prefixes(address: str) -> tuple[str, ...]:
    """Give the addresses of all that an address lies in, the outermost first, and the address itself."""
    parts = parts_of(address)
    return tuple(".".join(parts[: i + 1]) for i in range(len(parts)))


def plain(part: str) -> str:
    """Give a part of an address without what counts its uses: `edge_op@1` and `edge_op#2` are an `edge_op`."""
    return _COUNTERS.sub("", part)


@final
@dataclass(frozen=True, slots=True)
class Group:
    """Ops that are drawn as one: those of one use of a definition, or a single one (`scope` is None)."""

    scope: Scope | None
    nodes: tuple[AnyNode, ...]


@final
class Scopes:
    """The uses of definitions in a graph, and what each of them holds."""

    def __init__(self, graph: Graph) -> None:
        known = [scope for scope in graph.scopes if scope.address] or _guessed(graph)
        self.by_address: Mapping[str, Scope] = {scope.address: scope for scope in reversed(known)}
        self._with_cells: set[str] = set()
        self._with_structure: set[str] = set()
        for scope in self.by_address.values():
            for outer in prefixes(scope.address)[:-1]:
                if scope.kind == "cell":
                    self._with_cells.add(outer)
                if scope.kind in ("cell", "choice") or _INDEXED.search(scope.address):
                    self._with_structure.add(outer)

    def groups(self, nodes: Sequence[AnyNode], base: str) -> tuple[Group, ...]:
        """Group the ops below the address `base` for one picture.

        What holds a cell is always opened, a cell never. A block that holds choices or repetitions is opened as long
        as the picture does not grow too large, and so is anything while there are only one or two different boxes.
        """
        opened = {
            address
            for address in self._with_cells
            if (scope := self.by_address.get(address)) is not None and scope.kind != "cell"
        }
        groups = self._runs(nodes, base, opened)
        while True:
            names = [group.scope.definition if group.scope else group.nodes[0].op for group in groups]
            rows = sum(1 for _ in groupby(names))
            wanted = {g.scope.address for g in groups if g.scope is not None and self._opens(g, g.scope, rows)}
            larger = self._runs(nodes, base, opened | wanted) if wanted else ()
            if not wanted or len(larger) > MOST_BOXES:
                return groups
            opened |= wanted
            groups = larger

    def _opens(self, group: Group, scope: Scope, rows: int) -> bool:
        if scope.kind == "cell":
            return False
        if rows <= 2:
            return len(group.nodes) > 1
        return scope.kind == "block" and scope.address in self._with_structure

    def _runs(self, nodes: Sequence[AnyNode], base: str, opened: set[str]) -> tuple[Group, ...]:
        """Group neighbors of one use: as the ops are in topological order, no groups form a circle."""
        runs: list[tuple[Scope | None, list[AnyNode]]] = []
        for node in nodes:
            scope = next(self._around(node.address, base, opened), None)
            if scope is not None and runs and runs[-1][0] is scope:
                runs[-1][1].append(node)
            else:
                runs.append((scope, [node]))
        return tuple(Group(scope, tuple(members)) for scope, members in runs)

    def _around(self, address: str, base: str, opened: set[str]) -> Iterator[Scope]:
        for prefix in prefixes(address):
            if len(prefix) > len(base) and prefix not in opened and prefix in self.by_address:
                yield self.by_address[prefix]


def _guessed(graph: Graph) -> list[Scope]:
    """Take the first parts of addresses for blocks, in a graph that was read back without its definitions."""
    firsts = {parts[0] for node in graph.nodes if len(parts := parts_of(node.address)) > 1}
    return [Scope(first, plain(first), "block") for first in sorted(firsts)]
