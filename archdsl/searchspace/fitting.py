"""How a network's types meet the data's: statics that stand alone as dims take the data's values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from archdsl.diagnostics import ArchdslError, Diagnostic, Label
from archdsl.elaborate import bind_network
from archdsl.ir import KINDS, Type
from archdsl.syntax import ast

from .space import Space


@final
@dataclass(frozen=True, slots=True)
class Fitted:
    """A space whose network takes the data as they are; `bound` are the statics that the data decided."""

    space: Space
    bound: Mapping[str, int]


def fit(space: Space, inputs: Type, outputs: Type) -> Fitted:
    """Unify the types of a network with those of the data.

    A static that stands alone as a dim takes the data's value, unless the user set it. A literal, or a static that was
    set to something else, is a hard requirement. Data are never resized, padded or repeated.

    Raises:
        ArchdslError: the types do not fit; the diagnostic shows both and what mends it.
    """
    network = space.elaborated
    definition = network.definition
    tensors = definition.tensors or ()
    if len(tensors) != 1 or tensors[0].type is None:
        message = f"`{network.name}` takes {len(tensors)} inputs; training needs a network of one"
        raise ArchdslError(Diagnostic("data-mismatch", message, Label(definition.name_span, "declared here")))
    bound: dict[str, int] = {}
    _unify(space, tensors[0].type, inputs, bound, f"input `{tensors[0].name}`")
    results = definition.results or ()
    if results:
        _unify(space, results[0], outputs, bound, "output")
    given = {**{name: space.statics[name] for name in network.user_set}, **bound}
    fitted = Space(bind_network(network.program, network.name, given), space.spec)
    if not results:
        _check_output(fitted, outputs)
    return Fitted(fitted, bound)


def _unify(space: Space, declared: ast.TypeExpr, data: Type, bound: dict[str, int], place: str) -> None:
    network = space.elaborated
    actual = _shown(space, declared, bound)
    if declared.kind in KINDS and declared.kind != data.kind:
        _refuse(space, declared, data, place, actual, ())
    statics: Mapping[str, Any] = space.statics
    for dim, size in zip(declared.dims or (), data.dims, strict=False):
        if isinstance(dim, ast.Name) and dim.id in statics:
            if dim.id in bound:
                if bound[dim.id] != size:
                    both = f"`{dim.id}` would be both {bound[dim.id]} and {size}"
                    _refuse(space, declared, data, place, actual, (both,))
            elif dim.id in network.user_set:
                if statics[dim.id] != size:
                    how = f"`{dim.id}` was set to {statics[dim.id]}; left alone, it becomes {size}"
                    _refuse(space, declared, data, place, actual, (how,))
            else:
                bound[dim.id] = size
        elif isinstance(dim, ast.Number) and dim.value != size:
            how = f"the dim {dim.text} is written in the network; a static in its place would become {size}"
            _refuse(space, declared, data, place, actual, (how,))


def _shown(space: Space, declared: ast.TypeExpr, bound: Mapping[str, int]) -> str:
    dims = []
    for dim in declared.dims or ():
        name = dim.id if isinstance(dim, ast.Name) else None
        value = bound.get(name, space.statics.get(name)) if name else None
        dims.append(str(value) if value is not None else dim.span.text)
    return f"{declared.kind}[{', '.join(dims)}]"


def _refuse(space: Space, declared: ast.TypeExpr, data: Type, place: str, actual: str, notes: tuple[str, ...]) -> None:
    message = f"the {place} of `{space.network}` is {actual}, the data give {data}"
    raise ArchdslError(Diagnostic("data-mismatch", message, Label(declared.span, f"here {actual}"), notes=notes))


def _check_output(space: Space, outputs: Type) -> None:
    graph = space.sample(seed=0).graph
    main = [graph.type_of(output.value) for output in graph.outputs if not output.auxiliary]
    if main != [outputs]:
        given = ", ".join(map(str, main))
        message = f"`{space.network}` gives {given}, the data need {outputs}"
        place = Label(space.elaborated.definition.name_span, f"gives {given}")
        raise ArchdslError(Diagnostic("data-mismatch", message, place))
