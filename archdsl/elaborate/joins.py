"""What joins of tensors mean: `+`, `sum`, and `loose`, which tells what is left to be joined."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, final

from archdsl.diagnostics import Span
from archdsl.syntax import ast

from .advice import shape_fixes
from .builtins import elements
from .faults import TooVague, fail
from .unify import origins
from .vague import MOST_CASES
from .values import (
    ABSENT,
    NO_TENSORS,
    Absent,
    Any_,
    Builtin,
    Defined,
    Env,
    Named,
    OneMember,
    Tensor,
    TensorLike,
    Uncertain,
)
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
            found = None if members is None else self._loose(members)
        if found is None:
            fail("wrong-kind", "`loose` takes node lists and tensors", tree.span, "given something else")
        return found

    def _loose(self, members: Sequence[TensorLike]) -> Any_:
        """Give the members that are loose; where a walk stands for many, some may be so in a part of them."""
        found = [
            (member, state is None)
            for member in members
            if isinstance(member, Tensor) and (state := self._is_loose(member)) is not False
        ]
        if any(may_lack for _, may_lack in found):
            return Uncertain(tuple(member for member, _ in found), tuple(may_lack for _, may_lack in found))
        return tuple(member for member, _ in found) or NO_TENSORS

    def _is_loose(self, tensor: Tensor) -> bool | None:
        """Tell whether no decision took a tensor; None where that differs."""
        assert not isinstance(tensor.member, OneMember), "a decision tells which member it takes"
        if tensor.member is None:
            return True
        try:
            return not self._interpreter.handler.is_marked(tensor.member)
        except TooVague:
            return None

    def of_uncertain(self, layer: Any_, values: Sequence[Any_], tree: ast.Call, env: Env) -> Any_:
        """Apply an op, or `sum`, to tensors some of which may not be there, in every case; one must be there in each.

        What is no op could decide something, in another way in each case.
        """
        vague = self._interpreter.vague
        assert vague is not None, "a list is uncertain only where a walk stands for many"
        head = layer
        while isinstance(head, Named):
            head = head.layer
        if not (isinstance(head, Defined) and isinstance(head.definition, ast.OpDefinition)) and head != Builtin("sum"):
            raise TooVague
        operands: list[tuple[Tensor, bool]] = []
        for value in values:
            if isinstance(value, Uncertain):
                operands.extend(zip(value.items, value.may_lack, strict=True))
            else:
                tensors = self._interpreter.calls.tensors(value, tree, env)
                operands.extend((tensor, False) for tensor in tensors if isinstance(tensor, Tensor))
        unsure = [i for i, (_, may_lack) in enumerate(operands) if may_lack]
        if len(unsure) == len(operands) or 1 << len(unsure) > MOST_CASES:
            raise TooVague
        results = []
        for lacking in product((False, True), repeat=len(unsure)):
            left_out = {i for i, lacks in zip(unsure, lacking, strict=True) if lacks}
            present = [tensor for i, (tensor, _) in enumerate(operands) if i not in left_out]
            results.append(self._interpreter.apply(layer, present, env.frame, tree.span))
        return vague.join_all(results)
