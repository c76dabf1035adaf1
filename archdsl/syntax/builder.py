"""From the productions of the grammar to the syntax tree: one method for each rule of `grammar/nas.lark`.

A method is named like its rule (or its `-> alias`, with a `_` where Python reserves the word) and gets the span of the
rule and the rule's children.
"""

import math
from typing import final

from archdsl.diagnostics import Diagnostic, Label, Source, Span

from . import ast
from .docs import cleaned
from .lexer import Token

# Whole numbers beyond are no size of anything, and would let a short text ask for a long computation.
LARGEST_INT = 2**63 - 1

_FACTORS = {"K": 10**3, "M": 10**6, "G": 10**9}

Bracket = ast.Expr | ast.Keyword | ast.Generator | ast.Slice | ast.Hole
Clauses = tuple[tuple[ast.Clause, ...], ast.Expr | None]


@final
class Builder:
    """Makes the nodes of one source, and collects what is wrong with single names, numbers and docs."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.diagnostics: list[Diagnostic] = []

    def span(self, token: Token) -> Span:
        """Give the place of a token."""
        return Span(self.source, token.start, token.end)

    # ------------------------------------------------------------ the file

    def start(
        self, span: Span, *items: Token | ast.Use | ast.Definition
    ) -> tuple[Token | ast.Use | ast.Definition, ...]:
        return items

    def use(self, span: Span, path: tuple[str, ...], *names: ast.Import) -> ast.Use:
        return ast.Use(span, path, names)

    def path(self, span: Span, *names: Token) -> tuple[str, ...]:
        return tuple(name.text for name in names)

    def import_(self, span: Span, name: Token, alias: Token | None) -> ast.Import:
        return ast.Import(span, name.text, alias and alias.text)

    # ------------------------------------------------------------ definitions

    def op(
        self,
        span: Span,
        name: Token,
        statics: tuple[ast.StaticParameter, ...] | None,
        tensors: tuple[ast.TensorParameter, ...],
        results: tuple[ast.TypeExpr, ...],
        *facts: ast.Require | ast.Fact | ast.State | ast.Law,
    ) -> ast.OpDefinition:
        return ast.OpDefinition(span, name.text, statics or (), tensors, results, facts, self.span(name))

    def block(
        self,
        span: Span,
        name: Token,
        statics: tuple[ast.StaticParameter, ...] | None,
        tensors: tuple[ast.TensorParameter, ...] | None,
        results: tuple[ast.TypeExpr, ...] | None,
        depth: ast.Expr | None,
        body: ast.Body,
    ) -> ast.Composite:
        where = self.span(name)
        return ast.Composite(span, "block", name.text, statics or (), tensors, results, depth, body, where)

    def cell(
        self,
        span: Span,
        name: Token,
        statics: tuple[ast.StaticParameter, ...] | None,
        tensors: tuple[ast.TensorParameter, ...] | None,
        results: tuple[ast.TypeExpr, ...] | None,
        body: ast.Body,
    ) -> ast.Composite:
        where = self.span(name)
        return ast.Composite(span, "cell", name.text, statics or (), tensors, results, None, body, where)

    def choice(
        self,
        span: Span,
        name: Token,
        statics: tuple[ast.StaticParameter, ...] | None,
        tensors: tuple[ast.TensorParameter, ...] | None,
        results: tuple[ast.TypeExpr, ...] | None,
        body: ast.Alternatives,
    ) -> ast.Composite:
        chosen = ast.Choose(body.span, body.members)
        where = self.span(name)
        return ast.Composite(span, "choice", name.text, statics or (), tensors, results, None, chosen, where)

    def network(
        self,
        span: Span,
        name: Token,
        statics: tuple[ast.StaticParameter, ...] | None,
        tensors: tuple[ast.TensorParameter, ...],
        results: tuple[ast.TypeExpr, ...] | None,
        body: ast.Body,
    ) -> ast.Composite:
        where = self.span(name)
        return ast.Composite(span, "network", name.text, statics or (), tensors, results, None, body, where)

    def function(
        self, span: Span, name: Token, statics: tuple[ast.StaticParameter, ...] | None, value: ast.Expr
    ) -> ast.Function:
        return ast.Function(span, name.text, statics or (), value, self.span(name))

    def fact(self, span: Span, name: Token, value: ast.Expr) -> ast.Fact:
        return ast.Fact(span, name.text, value)

    def weight(self, span: Span, name: Token, axes: tuple[ast.Expr, ...], guard: ast.Expr | None) -> ast.State:
        return ast.State(span, "weight", name.text, axes, guard)

    def buffer(self, span: Span, name: Token, axes: tuple[ast.Expr, ...], guard: ast.Expr | None) -> ast.State:
        return ast.State(span, "buffer", name.text, axes, guard)

    def law(self, span: Span, names: tuple[Token, ...], guard: ast.Expr | None) -> ast.Law:
        return ast.Law(span, tuple(n.text for n in names), guard, tuple(self.span(n) for n in names))

    def axes(self, span: Span, *sizes: ast.Expr) -> tuple[ast.Expr, ...]:
        return sizes

    # ------------------------------------------------------------ parameters and types

    def statics(self, span: Span, *parameters: ast.StaticParameter) -> tuple[ast.StaticParameter, ...]:
        return parameters

    def static(self, span: Span, name: Token, kind: Token | None, default: ast.Expr | None) -> ast.StaticParameter:
        return ast.StaticParameter(span, name.text, kind and kind.text, default)

    def family(self, span: Span, name: Token, members: ast.Range) -> ast.StaticParameter:
        return ast.StaticParameter(span, name.text, family=members)

    def tensors(self, span: Span, *parameters: ast.TensorParameter) -> tuple[ast.TensorParameter, ...]:
        return parameters

    def tensor(self, span: Span, name: Token, type: ast.TypeExpr | None) -> ast.TensorParameter:
        return ast.TensorParameter(span, name.text, type, variadic=False)

    def variadic(self, span: Span, name: Token, type: ast.TypeExpr | None) -> ast.TensorParameter:
        return ast.TensorParameter(span, name.text, type, variadic=True)

    def results(self, span: Span, *types: ast.TypeExpr) -> tuple[ast.TypeExpr, ...]:
        return types

    def type(self, span: Span, kind: Token, dims: tuple[ast.Expr | ast.EachDim, ...] | None) -> ast.TypeExpr:
        return ast.TypeExpr(span, kind.text, dims)

    def dims(self, span: Span, *dims: ast.Expr | ast.EachDim) -> tuple[ast.Expr | ast.EachDim, ...]:
        return dims

    def each_dim(self, span: Span, name: Token) -> ast.EachDim:
        return ast.EachDim(span, name.text)

    # ------------------------------------------------------------ bodies and statements

    def body(self, span: Span, *statements: ast.Statement) -> ast.Body:
        return ast.Body(span, statements, short=False)

    def short_body(self, span: Span, value: ast.Expr) -> ast.Body:
        return ast.Body(span, (ast.Return(value.span, (value,), ()),), short=True)

    def let(self, span: Span, names: tuple[Token, ...], value: ast.Expr, at: Token | None) -> ast.Let:
        address = at and at.text[1:-1]
        return ast.Let(span, tuple(n.text for n in names), value, address, tuple(self.span(n) for n in names))

    def names(self, span: Span, *names: Token) -> tuple[Token, ...]:
        return names

    def nodes(
        self,
        span: Span,
        name: Token,
        count: ast.Expr,
        seeds: tuple[ast.Expr, ...],
        index: Token | None,
        body: ast.Body,
    ) -> ast.Nodes:
        return ast.Nodes(span, name.text, count, seeds, index and index.text, body, self.span(name))

    def seeds(self, span: Span, *seeds: ast.Expr) -> tuple[ast.Expr, ...]:
        return seeds

    def setting(self, span: Span, name: Token, value: ast.Expr) -> ast.Setting:
        return ast.Setting(span, name.text, value)

    def require(self, span: Span, condition: ast.Expr) -> ast.Require:
        return ast.Require(span, condition)

    def return_(self, span: Span, *results: ast.Expr | ast.Keyword) -> ast.Return:
        values = tuple(result for result in results if not isinstance(result, ast.Keyword))
        named = tuple(result for result in results if isinstance(result, ast.Keyword))
        return ast.Return(span, values, named)

    # ------------------------------------------------------------ expressions

    def conditional(self, span: Span, then: ast.Expr, test: ast.Expr, other: ast.Expr) -> ast.Conditional:
        return ast.Conditional(span, then, test, other)

    def binary(self, span: Span, left: ast.Expr, operator: Token, right: ast.Expr) -> ast.Binary:
        return ast.Binary(span, operator.text, left, right, self.span(operator))  # type: ignore[arg-type]

    def unary(self, span: Span, operator: Token, operand: ast.Expr) -> ast.Unary:
        return ast.Unary(span, operator.text, operand)  # type: ignore[arg-type]

    def once(self, span: Span, word: Token, layer: ast.Expr) -> ast.Once:
        return ast.Once(span, word.text, layer)  # type: ignore[arg-type]

    def brackets(self, span: Span, base: ast.Expr, *arguments: Bracket) -> ast.Brackets:
        return ast.Brackets(span, base, arguments)

    def call(self, span: Span, base: ast.Expr, *arguments: ast.Expr | ast.Keyword | ast.Generator) -> ast.Call:
        return ast.Call(span, base, arguments)

    def member(self, span: Span, base: ast.Expr, name: Token) -> ast.Member:
        return ast.Member(span, base, name.text)

    def keyword(self, span: Span, name: Token, value: ast.Expr) -> ast.Keyword:
        return ast.Keyword(span, name.text, value)

    def slice(self, span: Span, start: ast.Expr | None, stop: ast.Expr | None) -> ast.Slice:
        return ast.Slice(span, start, stop)

    def hole(self, span: Span) -> ast.Hole:
        return ast.Hole(span)

    def name(self, span: Span, name: Token) -> ast.Name:
        return ast.Name(span, name.text)

    def number(self, span: Span, number: Token) -> ast.Number:
        return ast.Number(span, self._value(number), number.text)

    def string(self, span: Span, string: Token) -> ast.String:
        return ast.String(span, string.text[1:-1])

    def true(self, span: Span) -> ast.Bool:
        return ast.Bool(span, value=True)

    def false(self, span: Span) -> ast.Bool:
        return ast.Bool(span, value=False)

    def absent(self, span: Span) -> ast.Absent:
        return ast.Absent(span)

    def list(self, span: Span, *items: ast.Expr | ast.Generator) -> ast.ListExpr:
        return ast.ListExpr(span, items)

    def generator(self, span: Span, element: ast.Expr, clauses: Clauses) -> ast.Generator:
        return ast.Generator(span, element, *clauses)

    def clauses(self, span: Span, *parts: ast.Clause | ast.Expr | None) -> Clauses:
        *clauses, condition = parts
        return tuple(clauses), condition  # type: ignore[arg-type, return-value]

    def clause(self, span: Span, name: Token, source: ast.Expr | ast.Range) -> ast.Clause:
        return ast.Clause(span, name.text, source)

    def range(self, span: Span, start: ast.Expr, stop: ast.Expr, step: ast.Expr | None) -> ast.Range:
        return ast.Range(span, start, stop, step)

    def repeat(self, span: Span, count: ast.Expr, index: Token | None, body: ast.Expr) -> ast.Repeat:
        return ast.Repeat(span, count, index and index.text, body)

    def scan(self, span: Span, *arguments: ast.Expr | ast.Keyword) -> ast.Scan:
        return ast.Scan(span, arguments)

    # ------------------------------------------------------------ choices

    def choose(self, span: Span, alternatives: ast.Alternatives) -> ast.Choose:
        return ast.Choose(span, alternatives.members)

    def choose_of(
        self, span: Span, quantity: ast.Quantity, source: ast.Expr | ast.Range | ast.Alternatives
    ) -> ast.ChooseOf:
        return ast.ChooseOf(span, quantity, source)

    def one(self, span: Span) -> ast.Quantity:
        return ast.Quantity(span, "one")

    def any(self, span: Span) -> ast.Quantity:
        return ast.Quantity(span, "any")

    def exactly(self, span: Span, number: ast.Expr) -> ast.Quantity:
        return ast.Quantity(span, "exactly", number)

    def between(self, span: Span, low: ast.Expr, high: ast.Expr | None) -> ast.Quantity:
        return ast.Quantity(span, "between", low, high)

    def alternatives(self, span: Span, *members: ast.Alternative) -> ast.Alternatives:
        return ast.Alternatives(span, members)

    def alternative(
        self,
        span: Span,
        label: str | None,
        value: ast.Expr,
        clauses: Clauses | None,
        guard: ast.Expr | None,
        weight: ast.Expr | None,
    ) -> ast.Alternative:
        return ast.Alternative(span, label, value, *(clauses or ((), None)), guard, weight)

    def label(self, span: Span, name: Token) -> str:
        return name.text

    # ------------------------------------------------------------ docs and numbers

    def doc(self, token: Token) -> str:
        """Give the text of a doc."""
        return cleaned(token.text)

    def _value(self, token: Token) -> int | float:
        digits, factor = (token.text[:-1], _FACTORS[token.text[-1]]) if token.text[-1] in _FACTORS else (token.text, 1)
        whole = digits.isdecimal()
        if whole and len(digits.lstrip("0")) > len(str(LARGEST_INT)):
            value: int | float = LARGEST_INT + 1
        elif whole:
            value = int(digits) * factor
        else:
            value = float(digits) * factor
        vanishes = value == 0 and any(digit in "123456789" for digit in digits.lower().partition("e")[0])
        if vanishes or (value > LARGEST_INT if whole else math.isinf(value)):
            self.diagnostics.append(_out_of_range(self.span(token), whole))
            return 1
        return value


def _out_of_range(span: Span, whole: bool) -> Diagnostic:
    limits = f"a whole number of at most {LARGEST_INT}" if whole else "a number between 5e-324 and 1.79e308"
    shown = span.text if len(span.text) <= 30 else f"{span.text[:30]}…"
    return Diagnostic("number-out-of-range", f"expected {limits}, given `{shown}`", Label(span))
