"""From an op in a graph to the module that its lowering builds, checked against the declaration."""

import inspect
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from archdsl.codegen.lowering import Lowering, lowering_of
from archdsl.diagnostics import ArchdslError, Diagnostic, Label
from archdsl.ir import Graph, Node

from .example import empty_input


def build_op(graph: Graph, node: Node) -> nn.Module:
    """Build the module of an op.

    Raises:
        ArchdslError: no lowering, one that asks for a name that the op does not have, or one that gives no module.
    """
    lowering = lowering_of(node.op, "torch")
    module = lowering.build(**arguments(graph, node, lowering))
    if not isinstance(module, nn.Module):
        message = f"the lowering of op `{node.op}` gives a {type(module).__name__}, not an `nn.Module`"
        raise ArchdslError(_both("wrong-lowering", message, graph, node, lowering))
    return module


def build_lent(graph: Graph, first: Node, other: Node, module: nn.Module) -> tuple[Node, nn.Module]:
    """Give the module that serves two ops with one key: that of the op which reads the weights of the other.

    So a lowering of an op that is lent a layer builds a module that can do what that layer does as well.

    Raises:
        ArchdslError: the two modules have different tensors.
    """
    if first.owner.op == other.op:
        reader, both, plain = first, module, build_op(graph, other)
    else:
        reader, both, plain = other, build_op(graph, other), module
    shapes, needed = ({name: own.shape for name, own in part.state_dict().items()} for part in (both, plain))
    if shapes != needed:
        message = f"the module of op `{reader.op}` has not the tensors of the layer that it is lent"
        listed = ", ".join(f"`{name}` {list(shape)}" for name, shape in needed.items()) or "none"
        lowering = lowering_of(reader.op, "torch")
        raise ArchdslError(_both("wrong-lowering", message, graph, reader, lowering, f"that layer has {listed}"))
    return reader, both


def arguments(graph: Graph, node: Node, lowering: Lowering) -> dict[str, Any]:
    """Give what a lowering asks for by name: any statics and dims, and `kind`, that of the first tensor."""
    own: dict[str, Any] = {**dict(node.facts.dims), **dict(node.attributes)}
    known = {"kind": node.facts.kind, **own}
    parameters = inspect.signature(lowering.build).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        names = {*own, *(parameter.name for parameter in parameters)}
        return {name: value for name, value in known.items() if name in names}
    wanted = [parameter for parameter in parameters if parameter.name in known or parameter.default is parameter.empty]
    for parameter in wanted:
        if parameter.name not in known:
            message = f"the lowering of op `{node.op}` asks for `{parameter.name}`, which the op does not have"
            has = ", ".join(f"`{name}`" for name in own) or "none"
            raise ArchdslError(
                _both("wrong-lowering", message, graph, node, lowering, f"its statics and dims are {has}")
            )
    return {parameter.name: known[parameter.name] for parameter in wanted}


def check_op(graph: Graph, node: Node) -> None:
    """Compare an op's module with its declaration: the weights, and the shapes of what it gives on meta tensors.

    Raises:
        ArchdslError: they differ, or the module cannot run.
    """
    lowering = lowering_of(node.op, "torch")
    module = to_meta(graph, node)
    for message in _wrong_weights(node, module, lowering):
        raise ArchdslError(_both("wrong-lowering", message, graph, node, lowering))
    inputs = [empty_input(graph.type_of(value), 2) for value in node.inputs]
    try:
        with torch.no_grad():
            results = module(*inputs)
    except ArchdslError:
        raise
    except Exception as error:
        message = f"the module that op `{node.op}` is lowered to fails on {_types(graph, node)}: {error}"
        raise ArchdslError(_both("wrong-lowering", message, graph, node, lowering)) from error
    shapes = [tuple(y.shape[1:]) for y in (results if isinstance(results, tuple) else (results,))]
    declared = [type_.dims for type_ in node.types]
    if shapes != declared:
        given = ", ".join(str(list(shape)) for shape in shapes)
        needed = ", ".join(str(type_) for type_ in node.types)
        message = f"op `{node.op}` is declared to give {needed}, its module gives {given}"
        raise ArchdslError(_both("wrong-lowering", message, graph, node, lowering))


def _wrong_weights(node: Node, module: nn.Module, lowering: Lowering) -> Iterator[str]:
    """Say where the module's tensors are others than the op declares."""
    if node.facts.weights is None:
        return
    trained = dict(module.named_parameters())
    tensors = {**trained, **dict(module.named_buffers())}
    for weight in node.facts.weights:
        name = lowering.weights.get(weight.name, weight.name)
        own = tensors.get(name)
        trained.pop(name, None)
        if own is None:
            yield f"op `{node.op}` declares `{weight.name}`, its module has no `{name}`"
        elif tuple(own.shape) != weight.shape:
            yield f"op `{node.op}` declares `{weight.name}` as {list(weight.shape)}, its module has {list(own.shape)}"
    for name in trained:
        yield f"the module of op `{node.op}` trains `{name}`, which the op does not declare"


def to_meta(graph: Graph, node: Node) -> nn.Module:
    """Build an op's module on the meta device."""
    with torch.device("meta"):
        return build_op(graph, node).eval()


def _types(graph: Graph, node: Node) -> str:
    return ", ".join(str(graph.type_of(value)) for value in node.inputs)


def _both(code: str, message: str, graph: Graph, node: Node, lowering: Lowering, *notes: str) -> Diagnostic:
    """Name both places: the declaration, and the function that lowers it."""
    origin = graph.ops[node.op].origin if node.op in graph.ops else None
    primary = Label(origin, "declared here") if origin else None
    return Diagnostic(code, message, primary, notes=(f"lowered at {lowering.place}", *notes))
