"""How backends say what an op is for them: a registry of lowerings by op name."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, final

from archdsl.diagnostics import ArchdslError, Diagnostic, similar

Function = TypeVar("Function", bound=Callable[..., Any])


@final
@dataclass(frozen=True, slots=True)
class Lowering:
    """How one backend builds an op.

    For torch, `build` takes any of the op's statics and bound dims by name and returns an `nn.Module`. For numpy, it
    takes the input arrays, and by name any of the statics and dims, `weights` (arrays by declared name) and `training`.
    Either may ask for `kind`, that of the op's first tensor: an op that is declared for several has one lowering.
    `weights` renames: from the names that the op declares to those that the module has, where they differ.
    """

    op: str
    build: Callable[..., Any]
    weights: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where the function stands, as `file:line`; of a class or another callable its full name."""
        function = inspect.unwrap(self.build)
        code = getattr(function, "__code__", None)
        if code is not None:
            return f"{code.co_filename}:{code.co_firstlineno}"
        named = function if hasattr(function, "__qualname__") else type(function)
        return f"{named.__module__}.{named.__qualname__}"

    @property
    def module(self) -> str:
        """The name of the Python module that it stands in."""
        return str(getattr(self.build, "__module__", ""))


_registry: dict[str, dict[str, Lowering]] = {}


def lowers(
    op: str, *, backend: str = "torch", weights: Mapping[str, str] | None = None
) -> Callable[[Function], Function]:
    """Register a function as the lowering of an op.

    The function takes any of the op's statics and bound dims by name, and as `kind` the kind of its first tensor. For
    the torch backend it returns an `nn.Module` that takes the op's tensors. `weights` maps the names of the declared
    weights to those of the module's parameters and buffers, where they differ.

    Raises:
        ArchdslError: the backend already has a lowering for this op, from another place.
    """

    def register(function: Function) -> Function:
        lowering = Lowering(op, function, weights or {})
        table = _registry.setdefault(backend, {})
        known = table.get(op)
        if known is not None and known.place != lowering.place:
            message = f"op `{op}` has two lowerings for `{backend}`: {known.place} and {lowering.place}"
            raise ArchdslError(Diagnostic("duplicate-lowering", message))
        table[op] = lowering
        return function

    return register


def lowering_of(op: str, backend: str) -> Lowering:
    """Give the lowering of an op.

    Raises:
        ArchdslError: there is none.
    """
    table = _registry.get(backend, {})
    if op in table:
        return table[op]
    near = similar(op, table)
    raise ArchdslError(
        Diagnostic(
            "missing-lowering",
            f"the {backend} backend has no lowering for op `{op}`",
            notes=(f"a lowering with a similar name exists: `{near[0]}` ({table[near[0]].place})",) if near else (),
            help=f'write `@archdsl.lowers("{op}")` on a function that builds it, and import its file (`--plugin FILE`)',
        )
    )


def lowered_ops(backend: str) -> frozenset[str]:
    """Give the names of all ops that a backend can build."""
    return frozenset(_registry.get(backend, {}))
