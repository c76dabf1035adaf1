"""The PyTorch backend: modules, supernets and training loops."""

from typing import ClassVar, final

from archdsl.codegen.lowering import lowering_of
from archdsl.ir import Graph, Node
from archdsl.operators.weight_map import WeightMap

from . import lowerings as lowerings
from .build import check_op, to_meta
from .device import select_device
from .examined import Examined
from .example import empty_input
from .inheriting import take_weights
from .network import Network, build_network
from .profile import count_macs
from .program import count_parameters
from .supernet import Supernet, build_supernet


@final
class TorchBackend:
    """Compiles graphs to modules, and measures what declarations leave open."""

    name: ClassVar[str] = "torch"

    def compile(self, graph: Graph, *, seed: int | None = None) -> Network | Supernet:
        """Build an architecture's module or, where choices are open, a supernet.

        Raises:
            ArchdslError: an op has no lowering, or one that contradicts its declaration.
        """
        checked: set[tuple[object, ...]] = set()
        for part in graph.graphs():
            for node in part.nodes:
                if not isinstance(node, Node) or _is_standard(node.op):
                    continue
                use = (node.op, node.attributes, tuple(part.type_of(value) for value in node.inputs))
                if use not in checked:
                    checked.add(use)
                    check_op(part, node)
        return build_supernet(graph, seed) if graph.is_supergraph else build_network(graph, seed)

    def inherit(
        self, parent: Network | Supernet, graph: Graph, weight_map: WeightMap, *, seed: int | None = None
    ) -> Network | Supernet:
        """Build a graph's module with the weights that a map makes of another module's; what is fresh is as compiled.

        The module is on the other one's device, of its type, and trains if that one does.

        Raises:
            ValueError: the map does not give what the graph needs.
            ArchdslError: an op has no lowering, or one that contradicts its declaration.
        """
        module = self.compile(graph, seed=seed)
        take_weights(module, parent, weight_map, seed)
        return module

    def measure(self, graph: Graph, node: Node) -> tuple[int, int]:
        """Count the parameters and the multiply-accumulates of an op on its module, on the meta device."""
        check_op(graph, node)
        module = to_meta(graph, node)
        inputs = [empty_input(graph.type_of(value), 1) for value in node.inputs]
        return count_parameters(module), count_macs(module, *inputs)

    def examine(self, graph: Graph) -> Examined:
        """Build an architecture for tests."""
        return Examined(graph)

    def device(self, name: str) -> str:
        """Name the device that `auto`, `cpu`, `cuda:1` and so on stand for here.

        Raises:
            UsageError: there is no such device.
        """
        return str(select_device(name))


def _is_standard(op: str) -> bool:
    """Tell whether a lowering is ours: the tests hold those to the declarations."""
    return lowering_of(op, "torch").module.startswith(f"{lowerings.__name__}.")


backend = TorchBackend()

__all__ = ["Network", "Supernet", "TorchBackend", "backend"]
