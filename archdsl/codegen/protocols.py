"""What a backend is to the rest of the project, and how one is reached."""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.ir import Graph, Label, Node
from archdsl.ir.costs import measure_with
from archdsl.operators.weight_map import WeightMap


class Backend(Protocol):
    """Turns graphs into something that runs."""

    name: ClassVar[str]

    def compile(self, graph: Graph, *, seed: int | None = None) -> Any:
        """Build an architecture or, where choices are open, a supernet; `seed` fixes the initial weights."""
        ...

    def inherit(self, parent: Any, graph: Graph, weight_map: WeightMap, *, seed: int | None = None) -> Any:
        """Build a graph as `compile` does, with the weights that a map makes of those of what was built before."""
        ...

    def measure(self, graph: Graph, node: Node) -> tuple[int, int]:
        """Count the parameters and the multiply-accumulates of an op on its built module."""
        ...

    def examine(self, graph: Graph) -> "Examined":
        """Build an architecture for tests."""
        ...

    def device(self, name: str) -> str:
        """Name the device that `auto` and so on stand for here."""
        ...


class Examined(Protocol):
    """An architecture as a backend builds it, opened for tests: arrays in, arrays out, all in float64."""

    @property
    def tensors(self) -> Mapping[tuple[str, str], tuple[tuple[int, ...], str]]:
        """The shape and the kind, `weight` or `buffer`, of each tensor, by parameters key and declared name."""
        ...

    @property
    def undeclared(self) -> tuple[str, ...]:
        """The names of the tensors that no declaration knows of."""
        ...

    def run(self, inputs: Sequence[Any], weights: Mapping[str, Any], *, training: bool = False) -> list[Any]:
        """Give the outputs."""
        ...

    def gradients(
        self, inputs: Sequence[Any], weights: Mapping[str, Any], factors: Sequence[Any], *, training: bool = False
    ) -> tuple[Sequence[Any], Mapping[str, Mapping[str, Any]]] | None:
        """Give the derivatives of the outputs, times factors and summed, by inputs and by trained weights.

        None where a backend has no derivatives.
        """
        ...


class Supernet(Protocol):
    """The weights of all choices of a graph in one module; a relaxation says how the choices are mixed."""

    @property
    def choices(self) -> Mapping[str, Sequence[Label]]:
        """The labels of each open choice, in the order of its coefficients."""
        ...

    def decided(self, decisions: Mapping[str, Label]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Give the coefficients (one-hot) and the gates (0 or 1) under which it computes one architecture."""
        ...


_BACKENDS = {"torch": "pip install 'archdsl[torch]'", "numpy": "pip install archdsl"}


def load_backend(name: str = "torch") -> Backend:
    """Import a backend.

    Raises:
        UsageError: there is no such backend.
        ArchdslError: what it needs is not installed.
    """
    if name not in _BACKENDS:
        known = ", ".join(f"`{own}`" for own in _BACKENDS)
        raise UsageError(Diagnostic("unknown-backend", f"there is no backend `{name}`", notes=(f"there are {known}",)))
    try:
        module = importlib.import_module(f"archdsl.backends.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("archdsl"):
            raise
        message = f"the {name} backend needs `{error.name}`, which is not installed"
        raise ArchdslError(Diagnostic("missing-package", message, help=_BACKENDS[name])) from None
    backend: Backend = module.backend
    return backend


# An op whose declaration states no cost has a lowering, and this module is what knows who built it.
measure_with(lambda graph, node: load_backend("torch").measure(graph, node))
