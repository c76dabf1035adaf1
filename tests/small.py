"""The shipped spaces, at statics under which each is checked at once."""

from typing import Any

from archdsl.searchspace import Space, load

STATICS: dict[str, dict[str, Any]] = {
    "nas_bench_101": {"vertices": 5},
    "enas_rnn": {"n": 6},
    "nasnet": {"c": 8, "n": 1},
    "hierarchical": {"nodes_of_cell": 3},
}
"""What is set for a space that at its own size takes longer than a test may."""


def load_small(name: str) -> Space:
    """Load a shipped space."""
    return load(name, **STATICS.get(name, {}))
