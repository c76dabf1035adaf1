"""Members of a diagram that keep what is wanted: where not all of it can be had, what is asked for first is kept.

All operators that leave most of an architecture alone are built on this walk. What is wanted at an address is kept if a
member decides so, or does not decide there, and keeps all that was kept before. What remains open is drawn by the
priors, among the members that keep what is kept; so no walk meets a dead end, and none leaves the space.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from math import prod
from random import Random
from typing import Any, final

from archdsl.ir import Interval, Label

from .diagram import Diagram
from .plans import LITERAL, PRODUCT, REAL, TABLE, UNION, Node, Plan

_MOST_KNOWN = 256
"""Of so many decisions the members that have them are remembered."""


@final
@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept: of the members below a node, those that decide as wanted wherever they decide what is wanted.

    `around` are decisions that are settled, beside those below the node.
    """

    root: Node
    wanted: Mapping[str, Label]
    mask: int
    around: Mapping[str, Label] = field(default_factory=dict)

    def admits(self, decisions: Mapping[str, Label]) -> bool:
        """Tell whether a member's decisions keep it."""
        wanted = self.wanted
        return all(_is(wanted[own], label) for own, label in decisions.items() if own in wanted)


@final
class Changer:
    """Changes decisions of members, and keeps the others where they still hold.

    `order` gives the addresses of a member's decisions in the order in which they are asked for; it is asked for only
    where not all can be kept.
    """

    def __init__(self, diagram: Diagram, order: Callable[[Mapping[str, Label]], Iterable[str]]) -> None:
        self._plan = Plan(diagram)
        self._order = order
        self._last: tuple[Mapping[str, Label], list[str]] = ({}, [])
        self._holding: dict[tuple[str, type, Label], Node] = {}
        self.places: Mapping[str, int] = self._plan.places

    def change(self, decisions: Mapping[str, Label], address: str, label: Label) -> Kept | None:
        """Keep what can be kept of a member that decides otherwise at an address.

        What is asked for before that stays, or there is no such member: None. What is asked for after it is kept in
        that order, each where it still holds.
        """
        wanted = {**decisions, address: label}
        kept = self._inside(decisions, wanted, address) or self._kept(self._plan.root, wanted)
        if _admits(kept.root, wanted, kept.mask, {}):
            return kept
        order = self._order_of(decisions)
        place = order.index(address)
        first = {own: decisions[own] for own in order[:place]} | {address: label}
        kept = self._kept(self._plan.root, first)
        if not _admits(kept.root, first, kept.mask, {}):
            return None
        return self._more(kept, [(own, decisions[own]) for own in order[place + 1 :]])

    def _inside(self, decisions: Mapping[str, Label], wanted: Mapping[str, Label], address: str) -> Kept | None:
        """Keep all but what is below the one table that decides an address of a member: where a change begins.

        None where a union is on the way, or the table has no such label.
        """
        node, bits = self._plan.root, self._plan.bits
        bit = bits[address]
        while node[0] == PRODUCT or (node[0] == TABLE and node[5] != address):
            if node[0] == TABLE:
                left = _left(node, decisions[node[5]])
                assert left is not None, "a member is on its way"
                node = left
            else:
                node = next(part for part in node[3] if part[1] & bit)
        if node[0] != TABLE:
            return None
        before, after = _left(node, decisions[address]), _left(node, wanted[address])
        if before is None or after is None:
            return None
        below = before[1]
        around = {own: label for own, label in wanted.items() if not bits[own] & below} if below else wanted
        mask = 0
        if after[1]:
            for own in decisions:
                mask |= bits[own]
            mask &= after[1]
        return Kept(after, wanted, mask, around)

    def force(self, decisions: Mapping[str, Label], address: str, label: Label) -> Kept:
        """Keep what can be kept of a member in one that decides otherwise at an address, whatever has to change."""
        root = self._that_hold(address, label)
        others = [(own, decisions[own]) for own in self._order_of(decisions) if own != address]
        return self._more(self._kept(root, {address: label}), others)

    def _order_of(self, decisions: Mapping[str, Label]) -> list[str]:
        """Give the order of the decisions; several labels are often tried of one member."""
        if self._last[0] is not decisions:
            self._last = decisions, list(self._order(decisions))
        return self._last[1]

    def keep(self, *wanted: Mapping[str, Label]) -> Kept:
        """Keep what can be kept of decisions, the first ones first."""
        kept = self._kept(self._plan.root, {})
        for own in wanted:
            others = [pair for pair in own.items() if pair[0] in self.places and pair[0] not in kept.wanted]
            kept = self._more(kept, others)
        return kept

    def draw(self, kept: Kept, rng: Random) -> dict[str, Label]:
        """Draw one of the members that are left, by their priors."""
        found = dict(kept.around)
        if not kept.root[1]:
            return found
        _draw(kept.root, kept.wanted, kept.mask, rng, found)
        return self.ordered(found)

    def members(self, kept: Kept) -> Iterator[dict[str, Label]]:
        """Give the members that are left, each once, in the order of the text; there is no real setting among them."""
        around, root = kept.around, kept.root
        return (self.ordered({**around, **dict(found)}) for found in _members(root, kept.wanted, kept.mask))

    def ordered(self, decisions: Mapping[str, Label]) -> dict[str, Label]:
        """Give decisions in the order in which the space has their addresses."""
        return {address: decisions[address] for address in sorted(decisions, key=self.places.__getitem__)}

    def _kept(self, root: Node, wanted: Mapping[str, Label]) -> Kept:
        mask = 0
        bits = self._plan.bits
        for address in wanted:
            mask |= bits.get(address, 0)
        return Kept(root, wanted, mask)

    def _more(self, kept: Kept, others: list[tuple[str, Label]]) -> Kept:
        """Keep more, the first ones first: of what some member keeps a longest part, then what else can be kept."""
        while others:
            kept, count = self._longest(kept, others)
            others = others[count + 1 :]
        return kept

    def _longest(self, kept: Kept, others: list[tuple[str, Label]]) -> tuple[Kept, int]:
        low, high = 0, len(others) + 1
        while high - low > 1:
            # All at once is tried first, for most often all can be kept.
            middle = high - 1 if high > len(others) else (low + high) // 2
            tried = self._kept(kept.root, dict(others[:middle]) | dict(kept.wanted))
            if _admits(tried.root, tried.wanted, tried.mask, {}):
                low, longest = middle, tried
            else:
                high = middle
        return (longest, low) if low else (kept, 0)

    def _that_hold(self, address: str, label: Label) -> Node:
        """Give the diagram of the members that decide so."""
        key = address, type(label), label
        known = self._holding.pop(key, None)
        if known is None:
            known = _held(self._plan.root, self._plan.bits[address], address, label, {})
            assert known is not None, "some member decides so"
        self._holding[key] = known
        if len(self._holding) > _MOST_KNOWN:
            del self._holding[next(iter(self._holding))]
        return known


def _is(own: Label, label: Label) -> bool:
    return own == label and type(own) is type(label)


def _left(node: Node, label: Label) -> Node | None:
    """Give what is left of a table behind a label."""
    pairs: tuple[tuple[type, Node], ...] = node[6].get(label, ())
    for kind, left in pairs:
        if kind is type(label):
            return left
    return None


def _admits(node: Node, wanted: Mapping[str, Label], mask: int, known: dict[int, bool]) -> bool:
    """Tell whether some member decides as wanted wherever it decides what is wanted."""
    if not node[1] & mask:
        return True
    kind = node[0]
    if kind == TABLE:
        address = node[5]
        if address in wanted:
            left = _left(node, wanted[address])
            return left is not None and _admits(left, wanted, mask, known)
    elif kind == PRODUCT:
        return all(_admits(part, wanted, mask, known) for part in node[3])
    elif kind == LITERAL:
        return _is(node[4], wanted[node[3]])
    elif kind == REAL:
        return wanted[node[3]] in node[4]
    found = known.get(id(node))
    if found is None:
        children = node[5].candidates(node, wanted) if kind == UNION else node[3]
        found = known[id(node)] = any(_admits(own, wanted, mask, known) for own in children)
    return found


def _mass(node: Node, wanted: Mapping[str, Label], mask: int, known: dict[int, float]) -> float:
    """Add up the priors of the members that decide as wanted."""
    if not node[1] & mask:
        weight: float = node[2]
        return weight
    kind = node[0]
    if kind == TABLE and node[5] in wanted:
        left = _left(node, wanted[node[5]])
        return 0.0 if left is None else _mass(left, wanted, mask, known)
    if kind == LITERAL:
        return node[2] if _is(node[4], wanted[node[3]]) else 0.0
    if kind == REAL:
        return node[2] if wanted[node[3]] in node[4] else 0.0
    found = known.get(id(node))
    if found is None:
        children = node[5].candidates(node, wanted) if kind == UNION else node[3]
        parts = [_mass(own, wanted, mask, known) for own in children]
        found = known[id(node)] = prod(parts, start=node[4]) if kind == PRODUCT else sum(parts)
    return found


def _draw(node: Node, wanted: Mapping[str, Label], mask: int, rng: Random, found: dict[str, Label]) -> None:
    kind = node[0]
    if kind == PRODUCT:
        for part in node[3]:
            _draw(part, wanted, mask, rng, found)
    elif kind == TABLE and node[5] in wanted:
        address = node[5]
        label = found[address] = wanted[address]
        left = _left(node, label)
        assert left is not None, "some member is left"
        _draw(left, wanted, mask, rng, found)
    elif kind == LITERAL:
        found[node[3]] = node[4]
    elif kind == REAL:
        found[node[3]] = _number(node[4], wanted.get(node[3]), rng)
    else:
        children, ends = node[3], node[4]
        if node[1] & mask:
            known: dict[int, float] = {}
            children = node[5].candidates(node, wanted) if kind == UNION else children
            ends = list(accumulate(_mass(child, wanted, mask, known) for child in children))
        index = bisect_right(ends, rng.random() * ends[-1])
        if index == len(ends):  # what a sum may be rounded to
            index = ends.index(ends[-1])
        if kind == TABLE:
            found[node[5]] = node[7][index]
        _draw(children[index], wanted, mask, rng, found)


def _number(interval: Interval, wanted: Any, rng: Random) -> float:
    return interval.draw(rng) if wanted is None else wanted


def _members(node: Node, wanted: Mapping[str, Label], mask: int) -> Iterator[tuple[tuple[str, Label], ...]]:
    kind = node[0]
    if kind == PRODUCT:
        yield from _joined(node[3], wanted, mask)
    elif kind == LITERAL:
        if _is(wanted.get(node[3], node[4]), node[4]):
            yield ((node[3], node[4]),)
    elif kind == REAL:
        assert node[3] in wanted, "reals that are drawn have no order"
        if wanted[node[3]] in node[4]:
            yield ((node[3], wanted[node[3]]),)
    elif kind == TABLE:
        own = wanted.get(node[5])
        for label, child in zip(node[7], node[3], strict=True):
            if own is None or _is(label, own):
                for rest in _members(child, wanted, mask):
                    yield ((node[5], label), *rest)
    else:
        for child in node[5].candidates(node, wanted):
            yield from _members(child, wanted, mask)


def _joined(parts: tuple[Node, ...], wanted: Mapping[str, Label], mask: int) -> Iterator[tuple[tuple[str, Label], ...]]:
    if not parts:
        yield ()
        return
    if not all(_admits(part, wanted, mask, {}) for part in parts):
        return
    for first in _members(parts[0], wanted, mask):
        for rest in _joined(parts[1:], wanted, mask):
            yield (*first, *rest)


def _held(node: Node, bit: int, address: str, label: Label, known: dict[int, Node | None]) -> Node | None:
    """Give a node without the members that do not decide so; None where none is left."""
    if not node[1] & bit:
        return None
    if id(node) not in known:
        known[id(node)] = _held_anew(node, bit, address, label, known)
    return known[id(node)]


def _held_anew(node: Node, bit: int, address: str, label: Label, known: dict[int, Node | None]) -> Node | None:
    kind, mask = node[0], node[1]
    if kind == LITERAL:
        return node if _is(node[4], label) else None
    if kind == REAL:
        return node if label in node[4] else None
    if kind == PRODUCT:
        parts = tuple(_held(part, bit, address, label, known) if part[1] & bit else part for part in node[3])
        whole = prod((part[2] for part in parts if part is not None), start=node[4])
        return None if None in parts else (kind, mask, whole, parts, node[4])
    if kind == TABLE and node[5] == address:
        pairs = [pair for pair in zip(node[3], node[7], strict=True) if _is(pair[1], label)]
    else:
        labels = node[7] if kind == TABLE else [None] * len(node[3])
        inside = [(_held(own, bit, address, label, known), of) for own, of in zip(node[3], labels, strict=True)]
        pairs = [(own, of) for own, of in inside if own is not None]
    if not pairs:
        return None
    children = [own for own, _ in pairs]
    ends = list(accumulate(own[2] for own in children))
    if kind == UNION:
        return kind, mask, ends[-1], children, ends, node[5]
    by_label: dict[Label, tuple[tuple[type, Node], ...]] = {}
    for own, of in pairs:
        by_label[of] = (*by_label.get(of, ()), (type(of), own))
    return kind, mask, ends[-1], children, ends, node[5], by_label, [of for _, of in pairs]
