"""Hypothesis strategies: valid values by construction, smaller ones first."""

import dataclasses
from typing import Any

from hypothesis import strategies as st

from archdsl.diagnostics import Source, Span
from archdsl.syntax import ast, format_module
from archdsl.syntax.docs import cleaned
from archdsl.syntax.lexer import tokenize
from archdsl.syntax.parser import load_tables
from archdsl.syntax.vocabulary import SOFT_WORDS

# ---------------------------------------------------------------- programs

NOWHERE = Span(Source("<made>", ""), 0, 0)

# Soft words are names wherever the grammar expects none of them.
NAMES = ["x", "y", "f", "n", "conv", "_a1", *sorted(SOFT_WORDS)]

names = st.sampled_from(NAMES)
numbers = st.sampled_from(["0", "1", "16", "0.25", "1e-4", "2.5e+10", "300M", "1.5K"]).map(
    lambda text: ast.Number(NOWHERE, 0, text)
)
strings = st.text("ab #|'", max_size=4).map(lambda text: ast.String(NOWHERE, text))
docs = st.lists(st.sampled_from(["", "a", "  b", 'say "hi"', "x  # y", "\tc"]), min_size=1, max_size=4).map(
    lambda lines: cleaned('"""' + "\n".join(lines) + '"""')
)


def _tuples(elements: st.SearchStrategy[Any], least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(elements, min_size=least, max_size=most).map(tuple)


def _node(kind: type, *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(*fields).map(lambda values: kind(NOWHERE, *values))


def _optional(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | part


def _clauses(part: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[tuple[ast.Clause, ...], ast.Expr | None]]:
    return st.tuples(_tuples(_node(ast.Clause, names, part | _ranges(part)), 1, 2), _optional(part))


def _ranges(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return _node(ast.Range, part, part, _optional(part))


def _generators(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(lambda element, clauses: ast.Generator(NOWHERE, element, *clauses), part, _clauses(part))


def _alternatives(part: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[ast.Alternative, ...]]:
    def alternative(
        label: str | None,
        value: ast.Expr,
        clauses: tuple[tuple[ast.Clause, ...], ast.Expr | None],
        guard: ast.Expr | None,
        weight: ast.Expr | None,
    ) -> ast.Alternative:
        return ast.Alternative(NOWHERE, label, value, clauses[0], clauses[1], guard, weight)

    one = st.builds(
        alternative,
        _optional(names),
        part,
        st.just(((), None)) | _clauses(part),
        _optional(part),
        _optional(part),
    )
    return _tuples(one, 1)


def _quantities(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.sampled_from([ast.Quantity(NOWHERE, "one"), ast.Quantity(NOWHERE, "any")])
        | _node(ast.Quantity, st.just("exactly"), part)
        | _node(ast.Quantity, st.just("between"), part, _optional(part))
    )


def _larger(part: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Give the expressions that are made of smaller ones."""
    operators = ["|>", "+", "-", "*", "/", "//", "%", "==", "!=", "<=", ">=", "<", ">", "in", "or", "and"]
    keywords, generators = _node(ast.Keyword, names, part), _generators(part)
    slices = _node(ast.Slice, _optional(part), _optional(part))
    arguments = part | keywords | generators
    alternatives = _alternatives(part)
    source = part | _ranges(part) | alternatives.map(lambda members: ast.Alternatives(NOWHERE, members))
    return st.one_of(
        st.builds(
            lambda op, left, right: ast.Binary(NOWHERE, op, left, right, NOWHERE),
            st.sampled_from(operators),
            part,
            part,
        ),
        _node(ast.Unary, st.sampled_from(["not", "-", "+"]), part),
        _node(ast.Brackets, part, _tuples(arguments | slices | st.just(ast.Hole(NOWHERE)), 1)),
        _node(ast.Call, part, _tuples(arguments)),
        _node(ast.Member, part, names),
        _node(ast.ListExpr, _tuples(part | generators)),
        _node(ast.Conditional, part, part, part),
        _node(ast.Choose, alternatives),
        _node(ast.ChooseOf, _quantities(part), source),
        _node(ast.Repeat, part, _optional(names), part),
        _node(ast.Once, st.sampled_from(["tied", "shared"]), part),
        _node(ast.Scan, _tuples(part | keywords, 1)),
    )


expressions: st.SearchStrategy[ast.Expr] = st.recursive(
    names.map(lambda name: ast.Name(NOWHERE, name))
    | numbers
    | strings
    | st.sampled_from([ast.Bool(NOWHERE, True), ast.Bool(NOWHERE, False), ast.Absent(NOWHERE)]),
    _larger,
    max_leaves=10,
)

types = _node(ast.TypeExpr, names, _optional(_tuples(expressions | _node(ast.EachDim, names), 1)))
statics = _node(ast.StaticParameter, names, _optional(names), _optional(expressions)) | _node(
    ast.StaticParameter, names, st.none(), st.none(), _ranges(expressions)
)
tensors = _node(ast.TensorParameter, names, _optional(types), st.booleans())


@st.composite
def _lets(draw: st.DrawFn, doc: bool = False) -> ast.Let:
    bound = draw(_tuples(names, 1, 2))
    address = draw(_optional(st.sampled_from(["s.3.op", "a@1"])))
    return ast.Let(NOWHERE, bound, draw(expressions), address, (NOWHERE,) * len(bound), draw(docs) if doc else None)


returns = _node(ast.Return, _tuples(expressions, 1, 2), _tuples(_node(ast.Keyword, names, expressions), 0, 2))
short_bodies = expressions.map(lambda value: ast.Body(NOWHERE, (ast.Return(NOWHERE, (value,), ()),), short=True))


@st.composite
def _bodies(draw: st.DrawFn, nested: bool = True) -> ast.Body:
    statements = st.one_of(_lets(), _node(ast.Setting, names, expressions), _node(ast.Require, expressions))
    if nested:
        statements |= st.builds(
            lambda name, count, seeds, index, body: ast.Nodes(NOWHERE, name, count, seeds, index, body, NOWHERE),
            names,
            expressions,
            _tuples(expressions, 0, 2),
            _optional(names),
            short_bodies | _bodies(nested=False),
        )
    return ast.Body(NOWHERE, (*draw(_tuples(statements)), draw(returns)), short=False)


_facts = st.one_of(
    _node(ast.Require, expressions),
    _node(ast.Fact, st.sampled_from(["macs", "depth"]), expressions),
    _node(ast.State, st.sampled_from(["weight", "buffer"]), names, _tuples(expressions, 1), _optional(expressions)),
    st.builds(
        lambda laws, guard: ast.Law(NOWHERE, laws, guard, (NOWHERE,) * len(laws)),
        _tuples(names, 1, 2),
        _optional(expressions),
    ),
)


@st.composite
def definitions(draw: st.DrawFn) -> ast.Definition:
    """Draw a definition, with or without a doc."""
    kind = draw(st.sampled_from(["fun", "let", "block", "choice", "cell", "network", "op"]))
    doc = draw(_optional(docs))
    if kind == "let":
        return dataclasses.replace(draw(_lets()), doc=doc)
    name, parameters = draw(names), draw(_tuples(statics))
    if kind == "fun":
        return ast.Function(NOWHERE, name, parameters, draw(expressions), NOWHERE, doc)
    inputs = draw(_tuples(tensors))
    results = draw(_tuples(types, 1, 2))
    if kind == "op":
        return ast.OpDefinition(NOWHERE, name, parameters, inputs, results, draw(_tuples(_facts)), NOWHERE, doc)
    body = ast.Choose(NOWHERE, draw(_alternatives(expressions))) if kind == "choice" else draw(short_bodies | _bodies())
    return ast.Composite(
        NOWHERE,
        kind,  # type: ignore[arg-type]
        name,
        parameters,
        inputs if kind == "network" else draw(_optional(st.just(inputs))),
        draw(_optional(st.just(results))),
        draw(_optional(expressions)) if kind == "block" else None,
        body,
        NOWHERE,
        doc,
    )


uses = _node(ast.Use, _tuples(names, 1), _tuples(_node(ast.Import, names, _optional(names))))


@st.composite
def modules(draw: st.DrawFn) -> ast.Module:
    """Draw a file. A doc at its very start is the file's, so without one the first definition has none either."""
    doc, imports, defined = draw(_optional(docs)), draw(_tuples(uses, 0, 2)), draw(_tuples(definitions()))
    if doc is None and not imports and defined:
        defined = (dataclasses.replace(defined[0], doc=None), *defined[1:])
    return ast.Module(NOWHERE, NOWHERE.source, doc, imports, defined)


@st.composite
def scattered(draw: st.DrawFn) -> tuple[ast.Module, str]:
    """Draw a file, and a text for it with its lines broken anywhere, needless brackets, and comments."""
    module = draw(modules())
    source = Source("<made>", format_module(module))
    words = [token.text for token in tokenize(source, load_tables()).tokens]
    gaps = [" "] * (len(words) + 1)
    kinds = st.sampled_from(["\n", "\n\n", " # c\n", "\n# c\n", "\n\n  # c\n\n", " # c\n # d\n", "\r\n\t"])
    for place, gap in draw(st.lists(st.tuples(st.integers(0, len(words)), kinds), max_size=6)):
        gaps[place] = gap
    for place in draw(st.sets(st.integers(0, len(words) - 1), max_size=4)):
        if words[place].isdigit():
            words[place] = f"({gaps[place]}{words[place]}\n)"
    return module, gaps[0] + "".join(word + gap for word, gap in zip(words, gaps[1:], strict=True))
