"""How the type of a tensor meets the type that a definition writes: names in it are bound to dims."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import final

from archdsl.diagnostics import Fix, Label, Span
from archdsl.ir import KINDS, Type
from archdsl.syntax import ast

from .faults import TooVague, fail
from .vague import sizes_of
from .values import DIFFERS, Any_, Tensor, describe

Evaluate = Callable[[ast.Expr, dict[str, Any_]], Any_]


def origins(tensors: Sequence[Tensor], what: str = "", place: Span | None = None) -> tuple[Label, ...]:
    """Show where tensors were made, but for those made at `place`; one text for all that are made at one place."""
    types: dict[Span, dict[str, None]] = {}
    for tensor in tensors:
        if tensor.origin is not None and tensor.origin != place:
            types.setdefault(tensor.origin, {})[str(tensor.type)] = None
    return tuple(Label(span, what + " and ".join(own)) for span, own in types.items())


@final
@dataclass(eq=False, slots=True)
class Unifier:
    """Matches the tensors of one use of a definition with its types, one after the other.

    `statics` are known before: a dim that is one of them must be equal to it. `span` is where the definition is used;
    None where only the caller knows. `gives` tells that the types are those of results; `advise` proposes how a tensor
    gets a type. `differing` are the names of dims that a vague tensor has no one number for.
    """

    name: str
    statics: dict[str, Any_]
    evaluate: Evaluate
    span: Span | None
    gives: bool = False
    advise: Callable[[Tensor, Type], tuple[Fix, ...]] | None = None
    bound: dict[str, int] = field(default_factory=dict)
    each: dict[str, list[int]] = field(default_factory=dict)
    variables: dict[str, Type] = field(default_factory=dict)
    differing: set[str] = field(default_factory=set)

    def __call__(self, expected: ast.TypeExpr, given: Tensor) -> None:
        """Match a tensor with a type."""
        usual = KINDS.get(expected.kind)
        if usual is None:
            self._variable(expected, given)
        elif expected.kind != given.type.kind:
            self._refuse("wrong-tensor-kind", expected, given)
        elif expected.dims is not None:
            if len(expected.dims) != len(usual):
                message = f"a type of kind `{expected.kind}` has {len(usual)} dims, given {len(expected.dims)}"
                fail("wrong-arity", message, expected.span, f"written `{expected.kind}[{', '.join(usual)}]`")
            self._dims(expected, expected.dims, given)

    def _variable(self, expected: ast.TypeExpr, given: Tensor) -> None:
        known = self.variables.get(expected.kind)
        if known is None:
            self.variables[expected.kind] = given.type
        elif known != given.type:
            fail(
                "shape-mismatch",
                f"the {'results' if self.gives else 'operands'} of `{self.name}` have different types",
                self.span,
                f"needs one type, given {known} and {given.type}",
                secondary=origins((given,), "gives ", self.span),
            )

    def _dims(self, expected: ast.TypeExpr, dims: tuple[ast.Expr | ast.EachDim, ...], given: Tensor) -> None:
        for dim, size in zip(dims, sizes_of(given.type), strict=True):
            if size is None:
                self._differ(dim)
            elif isinstance(dim, ast.EachDim):
                self.each.setdefault(dim.name, []).append(size)
            elif isinstance(dim, ast.Name) and dim.id not in self.statics:
                if dim.id in self.differing:
                    raise TooVague
                if self.bound.setdefault(dim.id, size) != size:
                    self._refuse("shape-mismatch", expected, given)
            elif self._size(dim) != size:
                self._refuse("shape-mismatch", expected, given)

    def _differ(self, dim: ast.Expr | ast.EachDim) -> None:
        """Bind a dim to no number; it may be bound once, and compared with nothing."""
        if not isinstance(dim, ast.Name) or dim.id in {*self.statics, *self.bound, *self.differing}:
            raise TooVague
        self.differing.add(dim.id)

    def _size(self, dim: ast.Expr) -> int:
        unknown: dict[str, Any_] = dict.fromkeys(self.differing, DIFFERS)
        value = self.evaluate(dim, {**self.statics, **self.bound, **unknown})
        if not isinstance(value, int) or isinstance(value, bool):
            text = " ".join(dim.span.text.split())
            message = f"`{self.name}` writes a dim as `{text}`, which is {describe(value)}"
            fail("wrong-kind", message, self.span, secondary=(Label(dim.span, "no whole number"),))
        return value

    def _refuse(self, code: str, expected: ast.TypeExpr, given: Tensor) -> None:
        needed = self._text(expected)
        if self.gives:
            message = f"`{self.name}` gives {given.type}, its type says {needed}"
            label = f"{given.type}"
        else:
            message = f"`{self.name}` needs {needed}, given {given.type}"
            label = f"given {given.type}"
        dims = ", ".join(f"{name} = {size}" for name, size in self.bound.items())
        fail(
            code,
            message,
            self.span,
            label,
            secondary=(
                Label(expected.span, f"says {needed}" if self.gives else f"needs {needed}"),
                *origins((given,), "gives ", self.span),
            ),
            notes=(f"the dims bound so far are {dims}",) if dims and not self.gives else (),
            fixes=self._fixes(expected, given),
        )

    def _fixes(self, expected: ast.TypeExpr, given: Tensor) -> tuple[Fix, ...]:
        """Propose what gives the tensor the dims that are known; the others stay."""
        if self.advise is None or expected.dims is None or expected.kind != given.type.kind:
            return ()
        known = {**self.statics, **self.bound}
        dims = [
            size
            if isinstance(dim, ast.EachDim) or (isinstance(dim, ast.Name) and dim.id not in known)
            else self._size(dim)
            for dim, size in zip(expected.dims, given.type.dims, strict=True)
        ]
        return self.advise(given, Type(expected.kind, tuple(dims)))

    def _text(self, expected: ast.TypeExpr) -> str:
        """Write a type with what is known of its dims."""
        if expected.dims is None:
            return expected.kind
        known = {**self.statics, **self.bound}
        shown: list[str] = []
        for dim in expected.dims:
            if isinstance(dim, ast.EachDim) or (isinstance(dim, ast.Name) and dim.id not in known):
                shown.append(dim.span.text)
            else:
                shown.append(str(self._size(dim)))
        return f"{expected.kind}[{', '.join(shown)}]"
