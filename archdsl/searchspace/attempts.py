"""How a network is explored: exactly, or where that takes many walks, with walks that stand for many, if they can."""

from collections.abc import Callable, Iterator

from archdsl.elaborate import Budget, Network
from archdsl.elaborate.faults import TooVague

from .apart import Apart, KnownParts
from .explore import Explorer

MOST_WALKS = 256
"""A part that takes more, and has paths that differ in types alone, is first walked for many at once."""
SHARE = 8
"""A part of a budget, one in so many, may go into walks that come to nothing."""


def explorers(
    network: Network,
    budget: Budget,
    apart: Callable[[], Apart | None] = lambda: None,
    known: KnownParts | None = None,
) -> Iterator[Explorer]:
    """Give the explorers to try, one after the other, until one does not raise `Wide` or `TooVague`.

    What is `known` was walked exactly.
    """
    exact = Explorer(network, budget, apart(), known, bound=MOST_WALKS)
    yield exact
    share = Budget(budget.steps // SHARE, budget.depth, budget.seconds / SHARE)
    try:
        joining = Explorer(network, share, apart(), joins=True)
    except TooVague:
        pass
    else:
        yield joining
    exact.bound = None  # it goes on with what it knows
    yield exact
