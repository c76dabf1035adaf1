"""Ops that read the weights of another op: a `shared` layer is lent to them as a static."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, final

from archdsl.diagnostics import Label, similar
from archdsl.ir import Facts, SharedLayer, Weight
from archdsl.syntax import ast

from .addresses import NOWHERE, Frame
from .chosen import part_of_chosen
from .faults import fail
from .ops import attributes_of
from .values import Any_, Defined, Env, Named, Tied, describe

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
@dataclass(frozen=True, slots=True)
class Lent:
    """The op whose weights are read, and their key."""

    layer: Defined
    key: str
    static: ast.StaticParameter


@final
class Loans:
    """The part of the interpreter that lends the weights of shared layers."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def take(self, reader: Defined, names: dict[str, Any_]) -> Lent | None:
        """Put what an op may know of the layer that it is given in its place; None if it is given none."""
        lent: Lent | None = None
        for parameter in reader.definition.statics:
            if parameter.kind != "layer":
                continue
            if lent is not None:
                message = f"`{reader.definition.name}` takes two layers, and its weights have one place"
                fail("not-shared", message, parameter.span, "a second layer")
            lent = self._lent(reader, parameter, names[parameter.name])
            statics = self._interpreter.application.statics_of(lent.layer)
            assert isinstance(lent.layer.definition, ast.OpDefinition)
            attributes = attributes_of(statics, lent.layer.definition)
            names[parameter.name] = SharedLayer(lent.layer.definition.name, attributes)
        return lent

    def _lent(self, reader: Defined, parameter: ast.StaticParameter, value: Any_) -> Lent:
        while isinstance(value, Named):
            value = value.layer
        if not isinstance(value, Tied) or not value.shared:
            self._refuse(reader, parameter, describe(value) if not isinstance(value, Tied) else "a tied layer")
        frame, layer = Frame("", "", value.instance), value.layer
        while isinstance(layer, Named):
            frame, layer = frame.child(layer.part), layer.layer
        if not isinstance(layer, Defined) or not isinstance(layer.definition, ast.OpDefinition) or layer.open:
            self._refuse(reader, parameter, "a layer that is not one op with all its statics")
        key = frame.child(layer.part, part_of_chosen(layer)).parameters
        return Lent(layer, key, parameter)

    @staticmethod
    def _refuse(reader: Defined, parameter: ast.StaticParameter, given: str) -> NoReturn:
        message = f"`{reader.definition.name}` reads the weights of a `shared` op, given {given}"
        place = Label(parameter.span, "declared here")
        note = f"for example `let {parameter.name} = shared embed[vocab, d]`, and then `[{parameter.name}]`"
        fail("not-shared", message, reader.span, "no `shared` op", secondary=(place,), notes=(note,))

    def check(self, reader: Defined, lent: Lent, facts: Facts) -> None:
        """Hold the weights that an op reads to those that the lent layer has.

        Those of the lent layer must follow from its statics, for it may be applied later, or never.
        """
        definition = lent.layer.definition
        assert isinstance(definition, ast.OpDefinition)
        statics = self._interpreter.application.statics_of(lent.layer)
        cache = self._interpreter.program.cache
        cache.prepare(definition)
        states = [fact for fact in definition.facts if isinstance(fact, ast.State)]
        for state in states:
            for part in (*state.dims, state.guard):
                free = set() if part is None else set(cache.names_in(part)) - set(statics)
                dims = sorted(free & _dims_of(definition))
                if dims:
                    message = f"the weights of `{definition.name}` follow from its input, and so cannot be lent"
                    label = f"`{dims[0]}` is a dim of the input"
                    fail(
                        "not-shared", message, reader.span, "reads these weights", secondary=(Label(state.span, label),)
                    )
        own = tuple(self._weight(state, statics, lent.layer) for state in states if self._holds(state, statics, lent))
        if own != facts.weights:
            message = f"`{reader.definition.name}` needs other weights than `{definition.name}` has"
            note = f"needed {_shown(facts.weights or ())}, there are {_shown(own)}"
            secondary = (Label(lent.layer.span, "lent here"),)
            fail("unlike-weights", message, None, secondary=secondary, notes=(note,))

    def _holds(self, state: ast.State, statics: Mapping[str, Any_], lent: Lent) -> bool:
        return state.guard is None or self._value(state.guard, statics, lent.layer) is True

    def _weight(self, state: ast.State, statics: Mapping[str, Any_], layer: Defined) -> Weight:
        sizes = [self._value(dim, statics, layer) for dim in state.dims]
        return Weight(state.name, tuple(size for size in sizes if isinstance(size, int)), state.kind)

    def _value(self, tree: ast.Expr, statics: Mapping[str, Any_], layer: Defined) -> Any_:
        return self._interpreter.evaluate(tree, Env(layer.scope, dict(statics), NOWHERE))


def _dims_of(definition: ast.OpDefinition) -> set[str]:
    types = [parameter.type for parameter in definition.tensors if parameter.type is not None]
    dims = [dim for type_ in types for dim in type_.dims or ()]
    return {
        dim.name if isinstance(dim, ast.EachDim) else dim.id for dim in dims if isinstance(dim, (ast.EachDim, ast.Name))
    }


def _shown(weights: tuple[Weight, ...]) -> str:
    return " and ".join(f"{weight.name}{list(weight.shape)}" for weight in weights) or "none"


def static_of(layer: SharedLayer, tree: ast.Member) -> Any_:
    """Give a static of a lent layer, as `table.vocab` asks for it."""
    statics: dict[str, Any_] = dict(layer.attributes)
    if tree.name not in statics:
        near = similar(tree.name, statics)
        note = f"a static with a similar name exists: `{near[0]}`" if near else f"its statics are {', '.join(statics)}"
        fail("unknown-static", f"`{layer.op}` has no static `{tree.name}`", tree.span, "no such static", notes=(note,))
    return statics[tree.name]
