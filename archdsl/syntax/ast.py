"""The abstract syntax of the language: what a `.nas` file says, with the place of every part.

Spans do not count in comparisons, so `parse(format(module)) == module` states that formatting keeps the meaning.
"""

from dataclasses import dataclass, field
from typing import Literal, final

from archdsl.diagnostics import Source, Span


@dataclass(frozen=True, slots=True)
class Tree:
    """Anything that stands somewhere in a source."""

    span: Span = field(compare=False, repr=False)


# ---------------------------------------------------------------- expressions


@final
@dataclass(frozen=True, slots=True)
class Name(Tree):
    """A use of a name."""

    id: str


@final
@dataclass(frozen=True, slots=True)
class Number(Tree):
    """A number as written: `text` is `16`, `0.25`, `1e-4`, `300M`; `value` is an int unless it has a point or `e`."""

    value: int | float = field(compare=False)
    text: str


@final
@dataclass(frozen=True, slots=True)
class String(Tree):
    """A string in double quotes, without them."""

    value: str


@final
@dataclass(frozen=True, slots=True)
class Bool(Tree):
    """`true` or `false`."""

    value: bool


@final
@dataclass(frozen=True, slots=True)
class Absent(Tree):
    """`absent`: the tensor that is not there."""


@final
@dataclass(frozen=True, slots=True)
class Clause(Tree):
    """`for name in source`; several stand side by side, the last varies fastest."""

    name: str
    source: "Expr | Range"


@final
@dataclass(frozen=True, slots=True)
class Generator(Tree):
    """`expr for x in xs if condition`, as a list item or as a variadic argument."""

    element: "Expr"
    clauses: tuple[Clause, ...]
    condition: "Expr | None"


@final
@dataclass(frozen=True, slots=True)
class ListExpr(Tree):
    """`[a, b, f(x) for x in xs]`."""

    items: tuple["Expr | Generator", ...]


@final
@dataclass(frozen=True, slots=True)
class Conditional(Tree):
    """`then if test else other`."""

    then: "Expr"
    test: "Expr"
    other: "Expr"


BinaryOp = Literal["or", "and", "==", "!=", "<=", ">=", "<", ">", "in", "|>", "+", "-", "*", "/", "//", "%"]


@final
@dataclass(frozen=True, slots=True)
class Binary(Tree):
    """Two operands and an operator; `op_span` is the operator's own place."""

    op: BinaryOp
    left: "Expr"
    right: "Expr"
    op_span: Span = field(compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class Unary(Tree):
    """`not x`, `-x` or `+x`."""

    op: Literal["not", "-", "+"]
    operand: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Keyword(Tree):
    """`name = value` inside `[…]` or `(…)`."""

    name: str
    value: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Slice(Tree):
    """`[start:stop]`."""

    start: "Expr | None"
    stop: "Expr | None"


@final
@dataclass(frozen=True, slots=True)
class Hole(Tree):
    """`_`: a static that is left open."""


Argument = "Expr | Keyword | Generator | Slice | Hole"


@final
@dataclass(frozen=True, slots=True)
class Brackets(Tree):
    """`base[…]`: statics given to a definition, or an element of a list; only names can tell which."""

    base: "Expr"
    arguments: tuple["Expr | Keyword | Generator | Slice | Hole", ...]


@final
@dataclass(frozen=True, slots=True)
class Call(Tree):
    """`base(…)`: a layer applied to tensors, or a static builtin."""

    base: "Expr"
    arguments: tuple["Expr | Keyword | Generator", ...]


@final
@dataclass(frozen=True, slots=True)
class Member(Tree):
    """`base.name`."""

    base: "Expr"
    name: str


@final
@dataclass(frozen=True, slots=True)
class Range(Tree):
    """`start..stop step s`, both ends included; stands as a source only."""

    start: "Expr"
    stop: "Expr"
    step: "Expr | None"


@final
@dataclass(frozen=True, slots=True)
class Alternative(Tree):
    """`label = expr for … if … when … weight …`."""

    label: str | None
    value: "Expr"
    clauses: tuple[Clause, ...]
    condition: "Expr | None"
    guard: "Expr | None"
    weight: "Expr | None"


@final
@dataclass(frozen=True, slots=True)
class Choose(Tree):
    """`choose { a | b }`."""

    alternatives: tuple[Alternative, ...]


@final
@dataclass(frozen=True, slots=True)
class Quantity(Tree):
    """How many are chosen: `one` (an element, not a list), `any`, `k`, `low..high` or `low..` (`high` is None)."""

    kind: Literal["one", "any", "exactly", "between"]
    low: "Expr | None" = None
    high: "Expr | None" = None


@final
@dataclass(frozen=True, slots=True)
class Alternatives(Tree):
    """`{ a | b }` after `of`: what is chosen from, unlike in `choose 2 of (choose { xs | ys })`."""

    members: tuple[Alternative, ...]


@final
@dataclass(frozen=True, slots=True)
class ChooseOf(Tree):
    """`choose 2 of xs`, `choose one of 1..4`, `choose any of { a | b }`."""

    quantity: Quantity
    source: "Expr | Range | Alternatives"


@final
@dataclass(frozen=True, slots=True)
class Repeat(Tree):
    """`repeat n as i { layer }`."""

    count: "Expr"
    index: str | None
    body: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Once(Tree):
    """`tied f` (decisions made once) or `shared f` (and weights shared)."""

    kind: Literal["tied", "shared"]
    layer: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Scan(Tree):
    """`scan[cell, h0, …]`."""

    arguments: tuple["Expr | Keyword", ...]


Expr = (
    Name
    | Number
    | String
    | Bool
    | Absent
    | ListExpr
    | Conditional
    | Binary
    | Unary
    | Brackets
    | Call
    | Member
    | Choose
    | ChooseOf
    | Repeat
    | Once
    | Scan
)


# ---------------------------------------------------------------- types and parameters


@final
@dataclass(frozen=True, slots=True)
class EachDim(Tree):
    """`*c`: a dim that differs among variadic tensors."""

    name: str


@final
@dataclass(frozen=True, slots=True)
class TypeExpr(Tree):
    """`image[c, h, w]`, `image` (any dims) or `t` (a type variable)."""

    kind: str
    dims: tuple["Expr | EachDim", ...] | None


@final
@dataclass(frozen=True, slots=True)
class StaticParameter(Tree):
    """`name: kind = default`, or `name in low..high` of a family."""

    name: str
    kind: str | None = None
    default: "Expr | None" = None
    family: Range | None = None


@final
@dataclass(frozen=True, slots=True)
class TensorParameter(Tree):
    """`x: image[c, h, w]`, `x`, or `*xs: …` (variadic)."""

    name: str
    type: TypeExpr | None
    variadic: bool


# ---------------------------------------------------------------- statements


@final
@dataclass(frozen=True, slots=True)
class Let(Tree):
    """`let a, b = expr at "address"`."""

    names: tuple[str, ...]
    value: "Expr"
    at: str | None
    name_spans: tuple[Span, ...] = field(compare=False, repr=False)
    doc: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Nodes(Tree):
    """`nodes h[n] after (a, b) as i { … }`."""

    name: str
    count: "Expr"
    seeds: tuple["Expr", ...]
    index: str | None
    body: "Body"
    name_span: Span = field(compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class Setting(Tree):
    """`setting lr = choose one of 1e-4..1e-1`."""

    name: str
    value: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Require(Tree):
    """`require condition`."""

    condition: "Expr"


@final
@dataclass(frozen=True, slots=True)
class Return(Tree):
    """`return y, h, aux = head(z)`; the named ones are auxiliary outputs."""

    values: tuple["Expr", ...]
    auxiliaries: tuple[Keyword, ...]


Statement = Let | Nodes | Setting | Require | Return


@final
@dataclass(frozen=True, slots=True)
class Body(Tree):
    """`{ statements }`, or `= expr` (`short`), which is a body of one return."""

    statements: tuple[Statement, ...]
    short: bool


# ---------------------------------------------------------------- definitions


@final
@dataclass(frozen=True, slots=True)
class Fact(Tree):
    """`macs = expr` in an op."""

    name: str
    value: "Expr"


@final
@dataclass(frozen=True, slots=True)
class State(Tree):
    """`weight kernel[out, c] when bias` or `buffer mean[c]` in an op."""

    kind: Literal["weight", "buffer"]
    name: str
    dims: tuple["Expr", ...]
    guard: "Expr | None"


@final
@dataclass(frozen=True, slots=True)
class Law(Tree):
    """`law pure, keeps_zero when not bias` in an op."""

    names: tuple[str, ...]
    guard: "Expr | None"
    name_spans: tuple[Span, ...] = field(compare=False, repr=False)


@final
@dataclass(frozen=True, slots=True)
class OpDefinition(Tree):
    """`op name[statics](tensors) -> types { facts }`."""

    name: str
    statics: tuple[StaticParameter, ...]
    tensors: tuple[TensorParameter, ...]
    results: tuple[TypeExpr, ...]
    facts: tuple[Require | Fact | State | Law, ...]
    name_span: Span = field(compare=False, repr=False)
    doc: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Composite(Tree):
    """A block, choice, cell or network. `tensors` is None where the parentheses are left out.

    A choice's body is a `Choose`; the body of the others is a `Body`.
    """

    kind: Literal["block", "choice", "cell", "network"]
    name: str
    statics: tuple[StaticParameter, ...]
    tensors: tuple[TensorParameter, ...] | None
    results: tuple[TypeExpr, ...] | None
    depth: "Expr | None"
    body: Body | Choose
    name_span: Span = field(compare=False, repr=False)
    doc: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Function(Tree):
    """`fun name[statics] = expr`."""

    name: str
    statics: tuple[StaticParameter, ...]
    value: "Expr"
    name_span: Span = field(compare=False, repr=False)
    doc: str | None = None


Definition = OpDefinition | Composite | Function | Let


@final
@dataclass(frozen=True, slots=True)
class Import(Tree):
    """`name as alias` in a `use`."""

    name: str
    alias: str | None


@final
@dataclass(frozen=True, slots=True)
class Use(Tree):
    """`use std.image: conv_bn, sep_conv as sep`; without names, `image.conv_bn` finds what it defines."""

    path: tuple[str, ...]
    names: tuple[Import, ...]


@final
@dataclass(frozen=True, slots=True)
class Comment(Tree):
    """`# …` to the end of the line; `text` includes the `#`."""

    text: str


@final
@dataclass(frozen=True, slots=True)
class Module(Tree):
    """A whole file. Comments stand apart, by place; the formatter keeps them, comparisons do not."""

    source: Source = field(compare=False, repr=False)
    doc: str | None
    uses: tuple[Use, ...]
    definitions: tuple[Definition, ...]
    comments: tuple[Comment, ...] = field(compare=False, default=())
