"""What joins of tensors mean: `+`, `sum`, and `loose`, which tells what is left to be joined."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Span
from archdsl.syntax import ast

from .advice import shape_fixes
from .builtins import elements
from .faults import fail
from .unify import origins
from .values import ABSENT, NO_TENSORS, Absent, Any_, Defined, Env, OneMember, Tensor, TensorLike
from .worlds import holds_tensors, rank

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Joins:
    """The part of the interpreter that joins tensors."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def operands(self, values: Sequence[Any_], tree: ast.Call, env: Env) -> list[TensorLike] | None:
        """Give the tensors that a builtin is called on, None where it is called on something else."""
        flat: list[Any_] = []
        for value in values:
            items = elements(value)
            flat.extend(items if items is not None else [value])
        if not flat:
            of_tensors = any(map(holds_tensors, values)) or rank(tree, env) == 0
            return [] if of_tensors else None
        tensors = [value for value in flat if isinstance(value, (Tensor, Absent))]
        return tensors if len(tensors) == len(flat) else None

    def join(self, op: str, shown: str, operands: Sequence[TensorLike], env: Env, part: str, span: Span) -> TensorLike:
        """Add tensors of one type; absent ones are skipped, none left is absent, one left is itself.

        What an architecture lacks adds 0 where choices are kept open, so that a sum is there if an operand is.
        """
        present = [operand for operand in operands if isinstance(operand, Tensor)]
        if not present:
            return ABSENT
        first = present[0]
        for other in present[1:]:
            if other.type != first.type:
                fail(
                    "shape-mismatch",
                    f"the operands of `{shown}` have different types",
                    span,
                    f"needs one type, given {first.type} and {other.type}",
                    secondary=origins((first, other)),
                    fixes=shape_fixes(self._interpreter.program, (first, other), (other.type, first.type)),
                )
        if len(present) == 1:
            return first
        declared = self._interpreter.global_name(op, env.scope, span, part)
        assert isinstance(declared, Defined)
        if self._interpreter.opening is not None:
            return self._interpreter.opening.presence.add(declared, present, env.frame, span)
        return self._interpreter.apply(declared, present, env.frame, span)  # type: ignore[return-value]

    def loose(self, values: Sequence[Any_], tree: ast.Call, env: Env) -> Any_:
        """Give the tensors that no decision took as a source."""
        if self._interpreter.opening is not None:
            instance = env.frame.child(self._interpreter.part(tree, env)).instance
            found = self._interpreter.opening.presence.loose(values, instance, tree.span)
        else:
            members = self.operands(values, tree, env)
            found = None if members is None else tuple(filter(self._is_loose, members)) or NO_TENSORS
        if found is None:
            fail("wrong-kind", "`loose` takes node lists and tensors", tree.span, "given something else")
        return found

    def _is_loose(self, tensor: TensorLike) -> bool:
        if isinstance(tensor, Absent):
            return False
        assert not isinstance(tensor.member, OneMember), "a decision tells which member it takes"
        return tensor.member is None or not self._interpreter.handler.is_marked(tensor.member)
