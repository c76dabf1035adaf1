"""Makes of a diagram that tells which classes of what is decided once are used the diagram of what is decided.

A `Used` is one fact: what is decided under a root is of a class. Two of one root hold together where the sets of both
have members in common, so they are met like two literals of one address; in the end each gives way to its own set.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import final

from archdsl.elaborate.addresses import is_relative

from .diagram import EMPTY, Diagram, Fold, Interner, Literal, Meet, Product, Shift, Sum, Used, union


@final
class Settler:
    """Joins what is used with what is decided by itself; `meet` and `interner` are those of all diagrams."""

    def __init__(self, interner: Interner, meet: Meet) -> None:
        self._interner = interner
        self._meet = meet
        self._known: dict[tuple[int, frozenset[str]], Diagram] = {}
        self._roots = _roots(lambda used: frozenset({used.root}))
        self._inner_roots = _roots(lambda used: self._roots(used.child))

    def settle(self, node: Diagram) -> Diagram:
        """Give the flat diagram of all decisions that a flat diagram with uses stands for."""
        node = self._without(node, frozenset())
        while used := self._roots(node):
            node = self._without(node, used - self._inner_roots(node) or used)
        return node

    def _without(self, node: Diagram, roots: frozenset[str]) -> Diagram:
        """Put the sets of the classes of some roots in their place, and let no two factors decide the same."""
        key = id(node), roots
        known = self._known.get(key)
        if known is not None:
            return known
        result: Diagram = node
        match node:
            case _ if not self._roots(node):
                pass
            case Used(root=root, child=child):
                inner = self._without(child, frozenset())
                result = inner if root in roots or inner is EMPTY else self._interner.used(root, inner, node.places)
            case Product(children=children):
                result = self._meet.all(self._without(child, roots) for child in children)
            case Sum(children=children):
                parts = (self._without(child, roots) for child in children)
                result = self._interner.share(union(part for part in parts if part is not EMPTY))
            case Literal() | Shift():
                raise AssertionError("such a diagram uses nothing")
        self._known[key] = result
        return result


def roots_used(node: Diagram) -> frozenset[str]:
    """Give the roots of what a diagram uses; relative ones are set behind the prefixes around them."""
    found: set[str] = set()
    seen: set[tuple[int, str]] = set()
    stack = [(node, "")]
    while stack:
        current, prefix = stack.pop()
        if (id(current), prefix) in seen:
            continue
        seen.add((id(current), prefix))
        if isinstance(current, Used):
            own = prefix if is_relative(current.root) else ""
            found.add(own + current.root)
            stack.append((current.child, own))
        elif isinstance(current, Shift):
            stack.append((current.child, prefix + current.prefix))
        elif isinstance(current, (Product, Sum)):
            stack.extend((child, prefix) for child in current.children)
    return frozenset(found)


def pairs_used(node: Diagram) -> Iterator[tuple[Used, Used]]:
    """Give two uses of one root each that stand together in a flat diagram, of unlike classes; each pair once."""
    told: set[tuple[int, int]] = set()
    known: dict[int, dict[int, Used]] = {}

    def visit(current: Diagram) -> Iterator[tuple[Used, Used]]:
        if id(current) in known:
            return
        found = known[id(current)] = {}
        match current:
            case Used(child=child):
                yield from visit(child)
                found.update({**known[id(child)], id(current): current})
            case Product(children=children) | Sum(children=children):
                for child in children:
                    yield from visit(child)
                    if isinstance(current, Product):
                        yield from unlike(found.values(), known[id(child)].values())
                    found.update(known[id(child)])
            case _:
                pass

    def unlike(some: Iterable[Used], others: Iterable[Used]) -> Iterator[tuple[Used, Used]]:
        for first, second in product(some, others):
            pair = id(first), id(second)
            if first is not second and first.root == second.root and pair not in told:
                told.add(pair)
                yield first, second

    yield from visit(node)


def _roots(of: Callable[[Used], frozenset[str]]) -> Fold[frozenset[str]]:
    """Collect roots of each use."""
    return Fold(
        lambda literal: frozenset(),
        lambda parts: frozenset().union(*parts),
        lambda parts: frozenset().union(*parts),
        of,
    )
