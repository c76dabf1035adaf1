"""Strategies by name, with their options checked and resolved."""

import inspect
from collections.abc import Callable, Mapping
from typing import cast

from archdsl.diagnostics import Diagnostic, UsageError, unknown_name, unknown_option
from archdsl.searchspace import Space

from .given import Given
from .protocol import Strategy
from .random_search import RandomSearch
from .regularized_evolution import RegularizedEvolution

Factory = Callable[..., Strategy]
"""Makes a strategy from a space and options, which are keyword-only and have defaults."""

_FACTORIES: dict[str, Factory] = {}


def register(factory: type[Strategy]) -> type[Strategy]:
    """Make a class of strategies known under its `name`; to be used as a decorator, in a plug-in too."""
    if factory.name in _FACTORIES:
        raise UsageError(Diagnostic("duplicate-strategy", f"there is a strategy named `{factory.name}` already"))
    _FACTORIES[factory.name] = factory
    return factory


register(Given)
register(RandomSearch)
register(RegularizedEvolution)


def strategy_names() -> tuple[str, ...]:
    """Give the names of all strategies, sorted.

    >>> strategy_names()
    ('given', 'random_search', 'regularized_evolution')
    """
    return tuple(sorted(_FACTORIES))


def strategy(name: str, space: Space, **options: object) -> Strategy:
    """Make the strategy of this name; options that are not given have the defaults of its paper."""
    resolved = resolve_options(name, options)
    return _find(name)(space, **resolved)


def resolve_options(name: str, options: Mapping[str, object], *, trials: int | None = None) -> dict[str, object]:
    """Give all options of a strategy: those given, then those that suit the number of trials, then the defaults.

    >>> resolve_options("regularized_evolution", {"tournament_size": 2}, trials=20)
    {'population_size': 5, 'tournament_size': 2, 'identity_probability': 0.0, 'distinct': True,
     'mutation': 'resample_decision'}
    """
    factory = _find(name)
    parameters = inspect.signature(factory).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}
    for option in options:
        if option not in defaults:
            raise unknown_option(f"the strategy `{name}`", option, defaults)
    suited: Mapping[str, object] = {}
    if type(trials) is int and hasattr(factory, "sizes_for"):
        suited = cast(Mapping[str, object], factory.sizes_for(trials, options))
    return {**defaults, **suited, **options}


def _find(name: str) -> Factory:
    if name in _FACTORIES:
        return _FACTORIES[name]
    raise unknown_name("unknown-strategy", ("strategy", "strategies"), name, _FACTORIES)
