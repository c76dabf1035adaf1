"""Says of each value in a class what its shape is, by the numbers of the class and the size of its input."""

from itertools import islice
from typing import Any

from archdsl.ir import CHANNELS, Graph, Value

from .classes import ClassDefinition, Parameter, relation
from .pieces import WIDTH, is_same


def shape_comments(graph: Graph, definition: ClassDefinition) -> dict[Value, str]:
    """Give the shape of each value that a class makes, without the batch; none where its uses have no common word.

    The height and width of an image are `h` and `w` of the last input.
    """
    sizes = _sizes(graph, definition)
    widths = [parameter for parameter in definition.parameters if parameter.kind == WIDTH]
    comments: dict[Value, str] = {}
    for at, step in enumerate(definition.body.steps):
        for index, value in enumerate(step.outputs):
            types = [graph.type_of(body.steps[at].outputs[index]) for body in definition.bodies]
            if any(own.kind != types[0].kind or len(own.dims) != len(types[0].dims) for own in types):
                continue
            known = iter(sizes if types[0].kind == "image" else ())
            texts = [
                _text(dim, widths if place == CHANNELS.get(types[0].kind) else [*islice(known, 1)])
                for place, dim in enumerate(zip(*(own.dims for own in types), strict=True))
            ]
            if None not in texts:
                comments[value] = f"[{', '.join(map(str, texts))}]"
    return comments


def _sizes(graph: Graph, definition: ClassDefinition) -> list[Parameter]:
    last = len(definition.inputs) - 1 - definition.inputs[::-1].index(max(definition.inputs))
    types = [graph.type_of(body.taken_in[last]) for body in definition.bodies]
    if any(own.kind != "image" for own in types):
        return []
    return [Parameter(name, name, tuple(own.dims[axis] for own in types)) for name, axis in (("h", 1), ("w", 2))]


def _text(values: tuple[Any, ...], bases: list[Parameter]) -> str | None:
    if all(is_same(value, values[0]) for value in values):
        return str(values[0])
    return relation(values, bases, multiples=True)
