"""An architecture as the text of plain PyTorch modules: read from what torch built, so that no op needs a writer."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import final

from torch import nn

from archdsl.backends.torch import layers
from archdsl.backends.torch.network import Network
from archdsl.codegen.names import module_path
from archdsl.ir import Node
from archdsl.ir.loops import in_line

from .leaves import LeafReader, OwnFunction
from .loops import loop_at
from .outline import outline, simplify
from .pieces import join_path
from .resolve import Resolver
from .text import LOAD, NAMES, write_class, write_header, write_imports, write_layer, write_network

_NOTHING: Mapping[str, str] = MappingProxyType({})

_JOINS = (layers.Add, layers.Mean, layers.Product, layers.Maximum, layers.Concat)


@final
@dataclass(frozen=True, slots=True)
class ModelSource:
    """The text of an exported model.

    `names` gives, for the path of each leaf in the compiled network, its path in the model; `functions` are the
    user's own that the text calls.
    """

    text: str
    names: Mapping[str, str]
    functions: tuple[OwnFunction, ...]

    def name_of(self, name: str) -> str | None:
        """Give the name in the model of a parameter or buffer of the compiled network; None if it has none."""
        path = name
        while path:
            path = path.rpartition(".")[0]
            if path in self.names:
                return join_path(self.names[path], name[len(path) + 1 :]).lstrip(".")
        return None


def model_source(
    network: Network, *, facts: Mapping[str, str] = _NOTHING, docs: Mapping[str, str] = _NOTHING
) -> ModelSource:
    """Write a compiled architecture as a Python file that needs torch and safetensors alone.

    Args:
        network: The compiled architecture.
        facts: What the head of the file says of it, by name.
        docs: A sentence on each definition, by its name, for the class that it becomes.

    Raises:
        ArchdslError: An op of the user's is lowered by a function that no file has under its name.
    """
    graph, scans = in_line(network.__dict__["graph"])
    loops = {node.id: loop_at(node, scans[node.id]) for node in graph.operations() if node.id in scans}
    leaves = {
        node.id: network.get_submodule(module_path(node.parameters))
        for node in graph.operations()
        if node.id not in loops
    }

    def hands_on(node: Node) -> bool:
        return type(leaves.get(node.id)) in (nn.Identity, *_JOINS)

    graph = simplify(graph, hands_on)
    reader = LeafReader()
    pieces = {node.id: reader.read(graph, node, leaves[node.id]) for node in graph.operations() if node.id not in loops}
    taken = {*NAMES, *reader.functions, *(name for name, value in vars(layers).items() if isinstance(value, type))}
    resolver = Resolver(graph, pieces, leaves, loops, taken)
    body = resolver.resolve(outline(graph))
    classes = [write_class(graph, own, docs.get(own.body.scope.definition)) for own in resolver.classes]
    written = write_network(graph, body, docs.get(graph.name))
    header = write_header(graph, facts, reader.functions.values())
    parts = [*(write_layer(layer) for layer in _used(reader, [*classes, written])), *classes, written, LOAD.strip()]
    imports = write_imports(parts, reader.functions)
    text = "\n\n\n".join([f"{header}\n\n{imports}", *parts]) + "\n"
    names = dict(zip(body.keys, body.attribute_paths(), strict=True))
    return ModelSource(text, names, tuple(reader.functions.values()))


def _used(reader: LeafReader, texts: list[str]) -> list[type[nn.Module]]:
    """Give the layers of ours that the text names; joins that became expressions are not among them."""
    return [layer for name, layer in reader.layers.items() if any(f"{name}(" in text for text in texts)]


__all__ = ["ModelSource", "OwnFunction", "model_source"]
