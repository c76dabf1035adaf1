"""Search strategies, which ask for trials and are told their results."""

from .protocol import Strategy
from .random_search import RandomSearch
from .registry import register, resolve_options, strategy, strategy_names
from .regularized_evolution import RegularizedEvolution

__all__ = [
    "RandomSearch",
    "RegularizedEvolution",
    "Strategy",
    "register",
    "resolve_options",
    "strategy",
    "strategy_names",
]
