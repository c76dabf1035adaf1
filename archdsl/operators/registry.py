"""Operators by name, with their options checked: what a configuration names becomes a value."""

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from archdsl.diagnostics import Diagnostic, UsageError, unknown_name, unknown_option

from .protocols import Mutation

if TYPE_CHECKING:
    from .morphisms import Morphism

Config = str | Mapping[str, Any]
"""The name of an operator, or a mapping with the name at `operator` and its options."""


class Named(Protocol):
    """What can be registered: it bears a name."""

    name: ClassVar[str]


OperatorType = TypeVar("OperatorType", bound=Named)

_FACTORIES: dict[str, Any] = {}


def register(factory: type[OperatorType]) -> type[OperatorType]:
    """Make a class of operators known under its `name`; to be used as a decorator, in a plug-in too."""
    if factory.name in _FACTORIES:
        raise UsageError(Diagnostic("duplicate-operator", f"there is an operator named `{factory.name}` already"))
    _FACTORIES[factory.name] = factory
    return factory


def operator_names() -> tuple[str, ...]:
    """Give the names of all operators, sorted.

    >>> "resample_decision" in operator_names()
    True
    """
    return tuple(sorted(_FACTORIES))


def morphism_types() -> "tuple[type[Morphism], ...]":
    """Give all classes of morphisms, sorted by name."""
    found = (own for _, own in sorted(_FACTORIES.items()) if hasattr(own, "fidelity"))
    return tuple(found)


def operator(name: str, **options: Any) -> Any:
    """Make the operator of this name; options that are not given have their defaults.

    Operators among the options are given as values, or as a configuration has them.

    >>> operator("resample_decision", where="*.op")
    ResampleDecision(where='*.op', kind=None)
    """
    factory = _find(name)
    parameters = inspect.signature(factory).parameters
    for option in options:
        if option not in parameters:
            raise unknown_option(f"the operator `{name}`", option, parameters)
    missing = [own.name for own in parameters.values() if own.default is own.empty and own.name not in options]
    if missing:
        raise UsageError(Diagnostic("bad-option", f"the operator `{name}` needs the option `{missing[0]}`"))
    try:
        return factory(**{option: _value(option, value) for option, value in options.items()})
    except (TypeError, ValueError) as error:
        raise UsageError(Diagnostic("bad-option", f"the options of `{name}` cannot be meant: {error}")) from None


def operator_of(config: Config) -> Any:
    """Make the operator that a configuration describes, as it stands in YAML.

    >>> operator_of({"operator": "one_of", "of": ["op_mutation", {"operator": "resample_decisions", "count": 2}]}).of
    (OpMutation(where=None), ResampleDecisions(count=2, where=None, kind=None))
    """
    if isinstance(config, str):
        return operator(config)
    given: object = config
    if not isinstance(given, Mapping) or not isinstance(given.get("operator"), str):
        raise UsageError(
            Diagnostic("bad-option", f"expected an operator's name, or a mapping with it at `operator`, got {config!r}")
        )
    return operator(config["operator"], **{str(own): value for own, value in config.items() if own != "operator"})


def mutation_of(config: Config) -> Mutation:
    """Make the mutation that a configuration describes.

    >>> mutation_of("crossover_of_points")
    Traceback (most recent call last):
    archdsl.diagnostics.diagnostic.UsageError: error[unknown-operator]: there is no operator named `crossover_of_points`
    """
    made: Mutation = operator_of(config)
    if len(inspect.signature(made.apply).parameters) != 3:
        raise UsageError(Diagnostic("bad-option", f"expected a mutation of decisions, got `{made.name}`"))
    return made


def morphism_of(config: Config) -> "Morphism":
    """Make the morphism that a configuration describes.

    >>> morphism_of({"operator": "widen", "factors": [2.0]})
    Widen(factors=(2.0,))
    """
    made: Morphism = operator_of(config)
    if not hasattr(made, "fidelity"):
        raise UsageError(Diagnostic("bad-option", f"expected a morphism, got `{made.name}`, which changes decisions"))
    return made


def _value(option: str, value: Any) -> Any:
    """Read an option: operators at `of`, lists as tuples."""
    if option == "of":
        if isinstance(value, (list, tuple)):
            return tuple(_value(option, own) for own in value)
        return mutation_of(value) if isinstance(value, (str, Mapping)) else value
    return tuple(value) if isinstance(value, list) else value


def _find(name: str) -> Any:
    if name in _FACTORIES:
        return _FACTORIES[name]
    raise unknown_name("unknown-operator", ("operator", "operators"), name, _FACTORIES)
