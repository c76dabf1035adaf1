"""Guards that exclude each other never hold together."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from archdsl.ir.guards import Guard, Is, either, every, excludes, negated, worlds

ATOMS = [Is(address, (label,), (0, 1, 2)) for address in "abc" for label in range(3)]


@st.composite
def guards(draw: st.DrawFn, depth: int = 2) -> Guard:
    """Draw a guard over three choices of three labels; the parts of an `Either` exclude each other."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(ATOMS))
    parts = draw(st.lists(guards(depth=depth - 1), min_size=1, max_size=3))
    if draw(st.booleans()):
        return every(parts)
    address = draw(st.sampled_from("abc"))
    return either(every((Is(address, (label,), (0, 1, 2)), part)) for label, part in enumerate(parts))


@given(guards(), guards())
def test_what_excludes_another_never_holds_with_it(one: Guard, other: Guard) -> None:
    if excludes(one, other):
        assert not any(all(truth) for _, truth in worlds([one, other]))


@given(guards())
def test_a_guard_never_holds_with_its_negation(guard: Guard) -> None:
    assert not any(all(truth) for _, truth in worlds([guard, negated(guard)]))


def test_combinations_of_decisions_exclude_each_other() -> None:
    each = [every((Is("a", (a,), (0, 1)), Is("b", (b,), (0, 1)))) for a in range(2) for b in range(2)]
    assert all(excludes(one, other) for one, other in combinations(each, 2))
    assert excludes(each[0], either(each[1:]))
    assert excludes(either(each[2:]), either(each[:2]))
    assert not excludes(each[0], either(each[:2]))
