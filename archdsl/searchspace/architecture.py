"""An architecture: the decisions of a network under given statics, and the graph that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, final

from archdsl.ir import Graph, Label, label_text
from archdsl.ir.costs import measured_macs, measured_params

if TYPE_CHECKING:
    from .space import Space


@final
@dataclass(frozen=True, slots=True, eq=False)
class Architecture:
    """A member of a space: a label for each active decision, by address.

    The decisions are its identity; the graph is elaborated when it is asked for.
    """

    space: "Space"
    decisions: Mapping[str, Label]
    _graph: list[Graph] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "decisions", MappingProxyType(dict(self.decisions)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Architecture)
            and dict(self.decisions) == dict(other.decisions)
            and (self.space is other.space or self.space == other.space)
        )

    def __hash__(self) -> int:
        return hash(frozenset(self.decisions.items()))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.space, dict(self.decisions))

    @property
    def network(self) -> str:
        """The name of the network that it is an architecture of."""
        return self.space.network

    @property
    def graph(self) -> Graph:
        """The typed graph."""
        if not self._graph:
            self._graph.append(self.space.graph(self.decisions))
        return self._graph[0]

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings of the training that belong to the architecture, by name.

        A setting of a definition that the network uses bears the address of the use before its name.

        >>> import archdsl
        >>> text = "network n(x: vec[4]) -> vec[4] { setting momentum = choose one of [0.8, 0.9] return relu(x) }"
        >>> archdsl.loads(text).unrank(1).settings
        {'momentum': 0.9}
        """
        return self.space.settings(self.decisions)

    def remember(self, graph: Graph) -> None:
        """Keep a graph that was just elaborated from the same decisions."""
        if not self._graph:
            self._graph.append(graph)

    @property
    def params(self) -> int:
        """The number of trained weights; those that no declaration states are measured on the built module."""
        params = self.graph.params
        return measured_params(self.graph) if params is None else params

    @property
    def macs(self) -> int:
        """The multiply-accumulates of one example; those that no declaration states are measured."""
        macs = self.graph.macs
        return measured_macs(self.graph) if macs is None else macs

    @property
    def fingerprint(self) -> str:
        """A hash of the graph after exact rewrites: equal for architectures that are one network in other words."""
        from archdsl.ir.fingerprints import fingerprint

        return fingerprint(self.graph)

    def to_dict(self) -> dict[str, Any]:
        """Give the decisions as plain data: sets of indices or names as lists."""
        return {
            address: list(label) if isinstance(label, tuple) else label for address, label in self.decisions.items()
        }

    def save(self, path: Any) -> None:
        """Write the architecture's file (YAML); `load_architecture` reads it.

        Raises:
            ArchdslError: the file cannot be written.
        """
        from .files import save_architecture

        save_architecture(self, path)

    def __str__(self) -> str:
        lines = [f"{self.network}"]
        for address, label in self.decisions.items():
            lines.append(f"  {address} = {label_text(label)}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Architecture({self.network}, {len(self.decisions)} decisions)"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the architecture as IPython and Hypothesis show objects: by its decisions."""
        printer.text(str(self))

    def _repr_svg_(self) -> str:
        from archdsl.ir.draw import to_svg

        return to_svg(self.graph)


def _restore(space: "Space", decisions: dict[str, Label]) -> Architecture:
    return Architecture(space, decisions)
