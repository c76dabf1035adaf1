"""What is used, joined with what is decided by itself: each use allows the labels of its class."""

from itertools import combinations
from itertools import product as combinations_of

from hypothesis import given
from hypothesis import strategies as st

from archdsl.searchspace.decided_once import pairs_used, roots_used
from archdsl.searchspace.diagram import EMPTY, Diagram, Interner, Literal, Meet, Used, product, union
from archdsl.searchspace.settling import Settler
from archdsl.testing.brute_force import Decisions, Key, key_of

from .test_diagram import members

LABELS = 4
Class = tuple[str, int, frozenset[int]]
"""A root, the number of a set of classes, and the labels of one of them."""


@st.composite
def edges(draw: st.DrawFn) -> list[list[Class | None]]:
    """Give choices between classes that they use; a set of classes parts all labels in two."""
    sets = [
        (root, number, draw(st.frozensets(st.integers(0, LABELS - 1), min_size=1, max_size=LABELS - 1)))
        for number, root in enumerate(draw(st.lists(st.sampled_from("ab"), min_size=1, max_size=4)))
    ]
    classes = [own for r, n, some in sets for own in ((r, n, some), (r, n, frozenset(range(LABELS)) - some))]
    return draw(st.lists(st.lists(st.sampled_from([None, *classes]), min_size=1, max_size=3), min_size=1, max_size=4))


def diagram_of(chosen: list[list[Class | None]]) -> Diagram:
    sorts: dict[int, object] = {}

    def used(root: str, number: int, labels: frozenset[int]) -> Used:
        child = union(Literal(f"{root}.label", label, 1.0) for label in sorted(labels))
        return Used(root, child, {sorts.setdefault(number, object()): 0 in labels})

    return product(
        union(
            product((Literal(f"e{i}", k, 1.0), *(() if own is None else (used(*own),)))) for k, own in enumerate(ways)
        )
        for i, ways in enumerate(chosen)
    )


def by_hand(chosen: list[list[Class | None]]) -> set[Key]:
    found: set[Key] = set()
    for picks in combinations_of(*(range(len(ways)) for ways in chosen)):
        allowed: dict[str, set[int]] = {}
        for own in (ways[k] for ways, k in zip(chosen, picks, strict=True)):
            if own is not None:
                allowed.setdefault(f"{own[0]}.label", set(range(LABELS))).intersection_update(own[2])
        for labels in combinations_of(*allowed.values()):
            decisions: Decisions = {f"e{i}": k for i, k in enumerate(picks)}
            found.add(key_of({**decisions, **dict(zip(allowed, labels, strict=True))}))
    return found


@given(edges())
def test_what_is_settled_holds_what_all_uses_allow_each_once(chosen: list[list[Class | None]]) -> None:
    interner = Interner()
    settled = Settler(interner, Meet(interner)).settle(interner.flatten(diagram_of(chosen)))
    assert not roots_used(settled)
    listed = [key_of(own) for own in members(settled)]
    assert len(listed) == len(set(listed))
    assert set(listed) == by_hand(chosen)
    assert (settled is EMPTY) == (not listed)


@given(edges(), st.integers(0, 3))
def test_what_may_end_early_is_settled_in_both_ways(chosen: list[list[Class | None]], most: int) -> None:
    first = chosen[: min(most, len(chosen) - 1)]
    interner = Interner()
    node = interner.flatten(union((diagram_of(first), diagram_of(chosen))))
    listed = [key_of(own) for own in members(Settler(interner, Meet(interner)).settle(node))]
    assert len(listed) == len(set(listed))
    assert set(listed) == by_hand(first) | by_hand(chosen)


@given(edges())
def test_the_roots_of_what_is_used_are_told(chosen: list[list[Class | None]]) -> None:
    used = {own[0] for ways in chosen for own in ways if own is not None}
    assert roots_used(diagram_of(chosen)) == used


@given(edges())
def test_pairs_of_uses_are_those_of_two_edges(chosen: list[list[Class | None]]) -> None:
    interner = Interner()

    def told(root: str, *both: frozenset[int]) -> tuple[str, frozenset[frozenset[int]]]:
        return root, frozenset(both)

    def labels(own: Used) -> frozenset[int]:
        return frozenset(label for member in members(own.child) for label in member.values() if isinstance(label, int))

    pairs = pairs_used(interner.flatten(diagram_of(chosen)))
    used = [[own for own in ways if own is not None] for ways in chosen]
    assert {told(a.root, labels(a), labels(b)) for a, b in pairs} == {
        told(a[0], a[2], b[2])
        for some, others in combinations(used, 2)
        for a, b in combinations_of(some, others)
        if a[0] == b[0] and a[2] != b[2]
    }


def test_classes_exclude_each_other_within_one_set_alone() -> None:
    interner, first, second = Interner(), object(), object()
    children = [Literal("r.label", label, 1.0) for label in (0, 1)]
    for sorts, excludes in (((first, first), True), ((first, second), False)):
        own, other = (Used("r", children[i], {sorts[i]: i}) for i in (0, 1))
        assert own.excludes(other) is excludes
    a, b = (interner.used("r", interner.flatten(child), {}) for child in children)
    assert Settler(interner, Meet(interner)).settle(product((a, b))) is EMPTY
