"""An op for several kinds of tensors is declared once for each; the kind of its first tensor tells which is meant."""

from collections.abc import Sequence

from archdsl.diagnostics import Diagnostic, Label
from archdsl.ir import KINDS, NUMERIC
from archdsl.syntax import ast


def kinds_of(definition: ast.OpDefinition) -> frozenset[str]:
    """Give the kinds that the first tensor of an op may have; a type variable stands for any kind of numbers."""
    first = definition.tensors[0].type if definition.tensors else None
    if first is None:
        return frozenset(KINDS)
    return frozenset({first.kind}) if first.kind in KINDS else NUMERIC


def select(definitions: Sequence[ast.OpDefinition], kind: str) -> ast.OpDefinition | None:
    """Give the declaration for a first tensor of this kind."""
    return next((definition for definition in definitions if kind in kinds_of(definition)), None)


def overload_mistake(known: Sequence[ast.OpDefinition], other: ast.OpDefinition) -> Diagnostic | None:
    """Tell why a declaration cannot stand beside those of one name before it.

    All have the same statics and as many tensors, so that `conv[16, 3]` is one layer, whatever it is applied to.
    """
    first = known[0]
    place = (Label(first.name_span, "first defined here"),)
    if any(kinds_of(other) & kinds_of(definition) for definition in known):
        message = f"`{other.name}` is defined twice"
        return Diagnostic("duplicate-name", message, Label(other.name_span, "defined again here"), place)
    arity = [parameter.variadic for parameter in first.tensors]
    differs = (
        "statics"
        if first.statics != other.statics
        else "numbers of tensors"
        if arity != [parameter.variadic for parameter in other.tensors]
        else None
    )
    if differs is None:
        return None
    message = f"`{other.name}` is declared for several kinds of tensors with different {differs}"
    return Diagnostic("unlike-declarations", message, Label(other.name_span, "declared here for another kind"), place)
