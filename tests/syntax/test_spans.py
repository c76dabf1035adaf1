from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given

from archdsl.diagnostics import Source, Span
from archdsl.syntax import ast, parse_expression
from tests.generators import scattered
from tests.syntax.walk import nodes, read

EXPRESSIONS = get_args(ast.Expr)


def check_spans(module: ast.Module) -> None:
    chosen = {id(d.body) for d in module.definitions if isinstance(d, ast.Composite)}
    for node in nodes(module):
        text = node.span.text
        if isinstance(node, EXPRESSIONS) and id(node) not in chosen:
            # The text of an expression says the same where it stands alone, so its span is neither too short nor long.
            assert parse_expression(Source("<text>", text)) == (node, ())
            assert text == text.strip()
        if isinstance(node, ast.Binary):
            assert node.op_span.text == node.op
        if isinstance(node, ast.Composite | ast.Function | ast.OpDefinition | ast.Nodes):
            assert node.name_span.text == node.name
        if isinstance(node, ast.Let):
            assert tuple(span.text for span in node.name_spans) == node.names
        for child in nodes(node):
            assert node.span.start <= child.span.start <= child.span.end <= node.span.end


@given(scattered())
def test_the_text_of_a_span_reads_as_its_node(made: tuple[ast.Module, str]) -> None:
    check_spans(read(made[1]))


@pytest.mark.parametrize("path", sorted(Path("spaces").rglob("*.nas")), ids=str)
def test_the_spans_of_shipped_spaces_are_exact(path: Path) -> None:
    check_spans(read(path.read_text(encoding="utf-8")))


TEXT = '''"""A file."""
use std.image: conv_bn as stem, relu  # what is used

"""A cell."""
cell c[n = 2, m in 0..3 step 1](a: image[ca, *hs], *bs) -> image {
  let x, y = stem[n, width = 3, _, 1:](a) at "s.1"
  nodes h[n] after (x, (y)) as i { return sum(f(e) for e in choose 1.. of earlier if true) }
  setting rate = choose one of 1e-4..1e-1
  require (n + 1) * 2 > 0
  return h[-1], aux = b.last
}
choice act[c](x) { a = tied conv[c] when c > 0 weight 2 | repeat 3 as j { relu } }
op relu[k: int](x: t) -> (t, t) { macs = k weight w[k, 1] when k > 2 buffer b[k] law pure, zero when k > 3 }
'''


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (ast.Use, ["use std.image: conv_bn as stem, relu"]),
        (ast.Import, ["conv_bn as stem", "relu"]),
        (ast.Comment, ["# what is used"]),
        (ast.StaticParameter, ["n = 2", "m in 0..3 step 1", "c", "k: int"]),
        (ast.TensorParameter, ["a: image[ca, *hs]", "*bs", "x", "x: t"]),
        (ast.TypeExpr, ["image[ca, *hs]", "image", "t", "t", "t"]),
        (ast.EachDim, ["*hs"]),
        (ast.Let, ['let x, y = stem[n, width = 3, _, 1:](a) at "s.1"']),
        (ast.Keyword, ["width = 3", "aux = b.last"]),
        (ast.Hole, ["_"]),
        (ast.Slice, ["1:"]),
        (ast.Range, ["0..3 step 1", "1e-4..1e-1"]),
        (ast.Generator, ["f(e) for e in choose 1.. of earlier if true"]),
        (ast.Clause, ["for e in choose 1.. of earlier"]),
        (ast.ChooseOf, ["choose 1.. of earlier", "choose one of 1e-4..1e-1"]),
        (ast.Quantity, ["1..", "one"]),
        (ast.Setting, ["setting rate = choose one of 1e-4..1e-1"]),
        (ast.Require, ["require (n + 1) * 2 > 0"]),
        (ast.Return, ["return sum(f(e) for e in choose 1.. of earlier if true)", "return h[-1], aux = b.last"]),
        (ast.Member, ["b.last"]),
        (ast.Alternative, ["a = tied conv[c] when c > 0 weight 2", "repeat 3 as j { relu }"]),
        (ast.Once, ["tied conv[c]"]),
        (ast.Repeat, ["repeat 3 as j { relu }"]),
        (ast.Fact, ["macs = k"]),
        (ast.State, ["weight w[k, 1] when k > 2", "buffer b[k]"]),
        (ast.Law, ["law pure, zero when k > 3"]),
        (ast.Binary, ["(n + 1) * 2 > 0", "(n + 1) * 2", "n + 1", "c > 0", "k > 2", "k > 3"]),
        (ast.Unary, ["-1"]),
    ],
    ids=lambda value: getattr(value, "__name__", " "),
)
def test_a_node_has_the_span_of_what_was_written_for_it(kind: type, texts: list[str]) -> None:
    assert [node.span.text for node in nodes(read(TEXT)) if isinstance(node, kind)] == texts


def test_lines_and_columns_count_code_points_from_one() -> None:
    above = '"""Größe."""\nlet x = "🙂"  # é\n'
    last: Any = read(f"{above}let y = x").definitions[-1]
    value: Span = last.value.span
    assert (value.line, value.column, value.start) == (3, 9, len(above) + 8)
