"""A mistake that needs three particular decisions is found in a huge space, in a bounded number of steps."""

from pathlib import Path

import pytest

from archdsl.elaborate import Budget
from archdsl.searchspace import Space, check_space, loads
from archdsl.searchspace.diagram import count
from archdsl.searchspace.explore import Explorer

TEXT = Path("benchmarks/needles.nas").read_text(encoding="utf-8")

# Of how many combinations of three decisions one is wrong, and what is said of it.
NEEDLES = {
    "statics": (75, "it happens when statics.first = 4, statics.second = 2, statics.third = 5"),
    "widths": (
        64,
        "it happens when widths.first.grow = by[k=1], widths.second.grow = by[k=3], widths.third.grow = by[k=4]",
    ),
    "parts": (128, "it happens when parts.f = more, parts.taken = [3], kernel = 7"),
}


def needle(network: str, *, wrong: bool) -> Space:
    return loads(TEXT, network=network, wrong=wrong)


@pytest.mark.parametrize("network", NEEDLES)
def test_a_mistake_that_needs_three_decisions_is_found(network: str) -> None:
    verdict = needle(network, wrong=True).verdict
    (diagnostic,) = verdict.diagnostics
    assert (verdict.kind, diagnostic.code) == ("refuted", "illegal-op")
    assert diagnostic.notes[-1] == NEEDLES[network][1]


@pytest.mark.parametrize("network", NEEDLES)
def test_it_is_found_in_few_steps(network: str) -> None:
    assert needle(network, wrong=False).size() > 10**20
    budget = Budget()
    before = budget.steps
    verdict, _ = check_space(needle(network, wrong=True).elaborated, budget)
    assert verdict.kind == "refuted"
    assert verdict.walks < 500
    assert before - budget.steps < 50_000


@pytest.mark.parametrize("network", NEEDLES)
def test_all_else_is_right(network: str) -> None:
    right, _ = Explorer(needle(network, wrong=True).elaborated).explore()
    combinations, _ = NEEDLES[network]
    size = needle(network, wrong=False).size()
    assert count()(right) * combinations == size * (combinations - 1)
