"""Search strategies, which ask for trials and are told their results."""

from .given import Given
from .protocol import Strategy
from .random_search import RandomSearch
from .registry import register, resolve_options, strategy, strategy_names
from .regularized_evolution import RegularizedEvolution

__all__ = [
    "Given",
    "RandomSearch",
    "RegularizedEvolution",
    "Strategy",
    "register",
    "resolve_options",
    "strategy",
    "strategy_names",
]
