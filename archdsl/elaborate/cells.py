"""The cells of a network, each by itself."""

from collections.abc import Mapping

from archdsl.ir import Input, Label
from archdsl.syntax import ast

from .handlers import Replay
from .interpreter import Interpreter
from .network import Network
from .values import Defined, Tensor


def cell_networks(network: Network, decisions: Mapping[str, Label]) -> dict[str, Network]:
    """Give each cell that an architecture uses as a network, by the root of its decisions.

    Its statics and its inputs are those of the first use; what it decides has the addresses that it has in the network.
    A cell that is given without tensors, and makes a layer, is none that could stand alone.

    Raises:
        ArchdslError: the decisions are of no architecture.
    """
    found: dict[str, Network] = {}
    interpreter = Interpreter(network.program, Replay(decisions))

    def note(root: str, layer: Defined, inputs: tuple[Tensor, ...]) -> None:
        definition = layer.definition
        assert isinstance(definition, ast.Composite)
        if root not in found and inputs:
            statics = interpreter.application.statics_of(layer)
            names = _names(definition, len(inputs))
            ports = tuple(Input(name, tensor.type) for name, tensor in zip(names, inputs, strict=True))
            found[root] = Network(network.program, definition, statics, ports, root, frozenset(), layer.scope)

    interpreter.use_cell = note
    network.walk(interpreter, tuple(Tensor(port.type) for port in network.inputs))
    return found


def _names(definition: ast.Composite, count: int) -> list[str]:
    """Give a name to each tensor; those of a variadic parameter are numbered."""
    parameters = definition.tensors or ()
    rest = count - len(parameters) + 1
    names: list[str] = []
    for parameter in parameters:
        name = parameter.name
        names.extend(f"{name}{index}" for index in range(rest)) if parameter.variadic else names.append(name)
    return names
