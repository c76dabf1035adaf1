"""Makes of a diagram that tells which classes of what is decided once are used the diagram of what is decided.

A `Used` is one fact: what is decided under a root is of a class. The facts are joined as walks would learn them, from
the first factor to the last. What is left to be decided depends on the factors left and on the facts that they may
still say something of, so it is worked out once for each two of these; a fact of which nothing is left to be said gives
way to its set.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import final

from .diagram import EMPTY, UNIT, Diagram, Fold, Interner, Literal, Meet, Product, Sum, Used, product, union

Facts = tuple[Used, ...]
Open = tuple[Diagram, ...]
"""Alternatives among which others use other classes, in the order of evaluation."""


@final
@dataclass(frozen=True, slots=True)
class _Parts:
    """What a diagram's members have in common: what is `free` of uses, the facts, and the alternatives with uses."""

    free: Diagram
    facts: Facts
    open: Open


@final
class Settler:
    """Joins what is used with what is decided by itself; `meet` and `interner` are those of all diagrams."""

    def __init__(self, interner: Interner, meet: Meet) -> None:
        self._interner = interner
        self._meet = meet
        self._bits: dict[str, int] = {}
        self._places: dict[Used, tuple[int, int]] = {}
        self._uses = Fold(_nothing, _all, _all, self._roots_of)
        self._parted: dict[Diagram, _Parts] = {}
        self._known_ways: dict[Sum, tuple[_Parts, ...]] = {}
        self._learnt: dict[tuple[Facts, Used], Facts | None] = {}
        self._left: dict[tuple[Open, Facts], Diagram] = {}

    def settle(self, node: Diagram) -> Diagram:
        """Give the flat diagram of all decisions that a flat diagram with uses stands for."""
        return self._given((), (), (node,)) if self._interner.has_uses else node

    def _roots_of(self, fact: Used) -> int:
        """Give the bits of a fact's root and of those that its set uses."""
        return 1 << self._bits.setdefault(fact.root, len(self._bits)) | self._uses(fact.child)

    def _given(self, left: Open, known: Facts, nodes: Iterable[Diagram]) -> Diagram:
        """Give what is left to be decided where all of some diagrams hold, too."""
        free: list[Diagram] = []
        facts: Facts | None = known
        for node in nodes:
            parts = self._parts(node)
            facts = self._learn(facts, parts.facts)
            if facts is None:
                return EMPTY
            free.append(parts.free)
            left += parts.open
        assert facts is not None
        return self._meet.all((*free, self._rest(left, facts)))

    def _rest(self, left: Open, known: Facts) -> Diagram:
        """Give what is left to be decided, with the sets of all facts that are known."""
        if not left and not known:
            return UNIT
        key = left, known
        found = self._left.get(key)
        if found is None:
            self._interner.spend()
            found = self._left[key] = self._rest_anew(left, known)
        return found

    def _rest_anew(self, left: Open, known: Facts) -> Diagram:
        done = self._done(left, known)
        if done:
            kept = tuple(fact for fact in known if fact not in done)
            return self._given(left, kept, (fact.child for fact in done))
        apart = self._apart(left, known)
        if len(apart) > 1:
            return self._meet.all(self._rest(*own) for own in apart)
        return self._decided(left[0], left[1:], known)

    def _done(self, left: Open, known: Facts) -> Facts:
        """Give the facts of which nothing is left to be said; where all wait for each other, all."""
        live = _all(map(self._uses, left))
        inner = [self._uses(fact.child) for fact in known]
        done = tuple(
            fact
            for i, fact in enumerate(known)
            if not 1 << self._bits[fact.root] & (live | _all(inner[:i]) | _all(inner[i + 1 :]))
        )
        return done if done or left else known

    def _apart(self, left: Open, known: Facts) -> list[tuple[Open, Facts]]:
        """Part what is left, with what is known, where the parts use nothing in common."""
        masks = [self._uses(node) for node in (*left, *known)]
        if all(own & masks[0] for own in masks):
            return [(left, known)]
        roots: list[int] = []
        for own in masks:
            touching = [other for other in roots if other & own]
            roots = [*(other for other in roots if not other & own), own | _all(touching)]
        return [
            (
                tuple(node for node in left if self._uses(node) & own),
                tuple(fact for fact in known if self._uses(fact) & own),
            )
            for own in roots
        ]

    def _decided(self, first: Diagram, others: Open, known: Facts) -> Diagram:
        """Decide between the first alternatives that are left; those with one rest are one factor."""
        assert isinstance(first, Sum)
        frees: dict[tuple[Open, Facts], list[Diagram]] = {}
        for parts in self._ways(first):
            after = self._learn(known, parts.facts)
            if after is not None:
                frees.setdefault((parts.open + others, after), []).append(parts.free)
        rests: dict[Diagram, list[Diagram]] = {}
        for key, own in frees.items():
            rests.setdefault(self._rest(*key), []).extend(own)
        ways = [self._meet(self._united(own), rest) for rest, own in rests.items()]
        some = tuple(way for way in ways if way is not EMPTY)
        if len(some) < 2:
            return some[0] if some else EMPTY
        return self._interner.share(Sum(some))  # not a union: a rest that is a sum stays one node

    def _united(self, alternatives: list[Diagram]) -> Diagram:
        return alternatives[0] if len(alternatives) == 1 else self._interner.share(union(alternatives))

    def _ways(self, alternatives: Sum) -> tuple[_Parts, ...]:
        """Part alternatives; of those that lead to the same, what is free is one factor."""
        known = self._known_ways.get(alternatives)
        if known is None:
            frees: dict[tuple[Facts, Open], list[Diagram]] = {}
            for parts in self._factored(alternatives):
                frees.setdefault((parts.facts, parts.open), []).append(parts.free)
            known = self._known_ways[alternatives] = tuple(
                _Parts(self._united(own), *key) for key, own in frees.items()
            )
        return known

    def _factored(self, alternatives: Sum) -> Iterator[_Parts]:
        """Part alternatives, those that begin with the same together: what they begin with is decided first."""
        share = self._interner.share
        alike: dict[tuple[Diagram, Facts], list[Open]] = {}
        for parts in map(self._parts, alternatives.children):
            alike.setdefault((parts.free, parts.facts), []).append(parts.open)
        tails: dict[Diagram, list[Diagram]] = {}
        for (free, facts), opens in alike.items():
            rests = [share(product(own)) for own in opens]
            if free is not UNIT or facts:
                yield self._joined(_Parts(free, facts, ()), self._parts(share(union(rests))))
                continue
            for own in opens:
                if own:
                    tails.setdefault(own[0], []).append(share(product(own[1:])))
                else:
                    yield _Parts(UNIT, (), ())
        heads: dict[Diagram, list[Diagram]] = {}
        for head, rests in tails.items():
            heads.setdefault(share(union(rests)), []).append(head)
        for tail, alike_heads in heads.items():
            first, rest = share(union(alike_heads)), self._parts(tail)
            assert isinstance(first, Sum)
            ways = self._ways(first)
            if any(way.open for way in ways):
                yield self._joined(self._parts(first), rest)
            else:
                yield from (self._joined(way, rest) for way in ways)

    def _joined(self, first: _Parts, second: _Parts) -> _Parts:
        free = self._meet(first.free, second.free)
        return _Parts(free, (*first.facts, *second.facts), (*first.open, *second.open))

    def _parts(self, node: Diagram) -> _Parts:
        known = self._parted.get(node)
        if known is None:
            known = self._parted[node] = self._parted_anew(node)
        return known

    def _parted_anew(self, node: Diagram) -> _Parts:
        if not self._uses(node):
            return _Parts(node, (), ())
        if isinstance(node, Used):
            return _Parts(UNIT, (node,), ())
        if isinstance(node, Sum):
            return _Parts(UNIT, (), (node,))
        assert isinstance(node, Product)
        return reduce(self._joined, map(self._parts, node.children))

    def _learn(self, known: Facts | None, facts: Facts) -> Facts | None:
        """Add facts to those that are known; None where they do not hold together."""
        for fact in facts:
            if known is None:
                return None
            key = known, fact
            if key not in self._learnt:
                self._learnt[key] = self._with(*key)
            known = self._learnt[key]
        return known

    def _with(self, known: Facts, fact: Used) -> Facts | None:
        """Add a fact; of two that are of one root and use nothing, one stays, of what both have in common."""
        for other in known:
            if other is fact:
                return known
            if other.root != fact.root:
                continue
            if other.excludes(fact):
                return None
            if self._uses(other.child) or self._uses(fact.child):
                continue
            child = self._meet(other.child, fact.child)
            if child is EMPTY:
                return None
            joined = self._interner.used(fact.root, child, {**other.places, **fact.places})
            return self._with(tuple(own for own in known if own is not other), joined)
        return tuple(sorted((*known, fact), key=self._place))

    def _place(self, fact: Used) -> tuple[int, int]:
        """Give a place in the order of facts: by root, each as it was met."""
        return self._places.setdefault(fact, (self._bits[fact.root], len(self._places)))


def _nothing(literal: Literal) -> int:
    return 0


def _all(parts: Iterable[int]) -> int:
    return reduce(or_, parts, 0)
