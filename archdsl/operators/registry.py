"""Operators by name, with their options checked: what a configuration names becomes a value."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from archdsl.diagnostics import Diagnostic, UsageError, similar

from .composition import InTurn, OneOf, WithProbability
from .crossover import (
    AlignedCrossover,
    GroupCrossover,
    OnePointCrossover,
    StageSwap,
    SubtreeCrossover,
    UniformCrossover,
)
from .elements import FlipElements
from .morphisms import MORPHISMS, Morphism
from .mutation import ResampleDecision, ResampleDecisions, ResampleEach, ResampleNumber
from .neutral import ForcedMutation, NeutralMutation, PointMutation
from .protocols import Mutation
from .published import (
    AlterLearningRate,
    AmoebaNetMutation,
    BitMutation,
    EdgeAndOpFlips,
    HiddenStateMutation,
    MotifMutation,
    OpMutation,
)

Config = str | Mapping[str, Any]
"""The name of an operator, or a mapping with the name at `operator` and its options."""

_FACTORIES: dict[str, Callable[..., Any]] = {}

OperatorType = TypeVar("OperatorType", bound=type)


def register(factory: OperatorType) -> OperatorType:
    """Make a class of operators known under its `name`; to be used as a decorator, in a plug-in too."""
    name = factory.name  # type: ignore[attr-defined]
    if name in _FACTORIES:
        raise UsageError(Diagnostic("duplicate-operator", f"there is an operator named `{name}` already"))
    _FACTORIES[name] = factory
    return factory


for _factory in (
    AlignedCrossover,
    AlterLearningRate,
    AmoebaNetMutation,
    BitMutation,
    EdgeAndOpFlips,
    FlipElements,
    ForcedMutation,
    GroupCrossover,
    HiddenStateMutation,
    InTurn,
    MotifMutation,
    NeutralMutation,
    OnePointCrossover,
    OneOf,
    OpMutation,
    PointMutation,
    ResampleDecision,
    ResampleDecisions,
    ResampleEach,
    ResampleNumber,
    StageSwap,
    SubtreeCrossover,
    UniformCrossover,
    WithProbability,
    *MORPHISMS,
):
    register(_factory)


def operator_names() -> tuple[str, ...]:
    """Give the names of all operators, sorted.

    >>> "resample_decision" in operator_names()
    True
    """
    return tuple(sorted(_FACTORIES))


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
            near = similar(option, parameters)
            raise UsageError(
                Diagnostic(
                    "unknown-option",
                    f"the operator `{name}` has no option `{option}`",
                    notes=(f"its options are {', '.join(parameters)}",) if parameters else ("it has no options",),
                    help=f"an option with a similar name exists: `{near[0]}`" if near else None,
                )
            )
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
    made = operator_of(config)
    if len(inspect.signature(made.apply).parameters) != 3:
        raise UsageError(Diagnostic("bad-option", f"expected a mutation of decisions, got `{made.name}`"))
    return made  # type: ignore[no-any-return]


def morphism_of(config: Config) -> Morphism:
    """Make the morphism that a configuration describes.

    >>> morphism_of({"operator": "widen", "factors": [2.0]})
    Widen(factors=(2.0,))
    """
    made = operator_of(config)
    if not hasattr(made, "fidelity"):
        raise UsageError(Diagnostic("bad-option", f"expected a morphism, got `{made.name}`, which changes decisions"))
    return made  # type: ignore[no-any-return]


def _value(option: str, value: Any) -> Any:
    """Read an option: operators at `of`, lists as tuples."""
    if option == "of":
        if isinstance(value, (list, tuple)):
            return tuple(_value(option, own) for own in value)
        return mutation_of(value) if isinstance(value, (str, Mapping)) else value
    return tuple(value) if isinstance(value, list) else value


def _find(name: str) -> Callable[..., Any]:
    if name in _FACTORIES:
        return _FACTORIES[name]
    near = similar(name, _FACTORIES)
    raise UsageError(
        Diagnostic(
            "unknown-operator",
            f"there is no operator named `{name}`",
            notes=(f"the operators are {', '.join(operator_names())}",),
            help=f"an operator with a similar name exists: `{near[0]}`" if near else None,
        )
    )
