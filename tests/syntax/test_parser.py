from typing import Any

import pytest

from archdsl.diagnostics import Source
from archdsl.syntax import ast, format_expression, parse, parse_expression
from archdsl.syntax.vocabulary import SOFT_WORDS
from tests.syntax.walk import nodes, read


def grouped(text: str) -> str:
    """Write an expression with brackets around every operator."""
    expression, diagnostics = parse_expression(Source("<text>", text))
    assert expression is not None, diagnostics
    return _grouped(expression)


def _grouped(part: ast.Expr) -> str:
    match part:
        case ast.Binary():
            return f"({_grouped(part.left)} {part.op} {_grouped(part.right)})"
        case ast.Unary():
            return f"({part.op} {_grouped(part.operand)})"
        case ast.Conditional():
            return f"({_grouped(part.then)} if {_grouped(part.test)} else {_grouped(part.other)})"
        case ast.Once():
            return f"({part.kind} {_grouped(part.layer)})"
        case ast.ChooseOf(source=ast.Range(start=start, stop=stop)):
            return f"(choose one of {_grouped(start)}..{_grouped(stop)})"
        case ast.ChooseOf(source=ast.Binary() | ast.Name() as source):
            return f"(choose one of {_grouped(source)})"
        case _:
            return format_expression(part)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a // b % c / d * e", "((((a // b) % c) / d) * e)"),
        ("-a * +b", "((- a) * (+ b))"),
        ("-a[0](x)", "(- a[0](x))"),
        ("a |> b + c |> d", "((a |> (b + c)) |> d)"),
        ("a |> b == c", "((a |> b) == c)"),
        ("not a == b", "(not (a == b))"),
        ("not a in b and not c", "((not (a in b)) and (not c))"),
        ("a or b and c or d", "((a or (b and c)) or d)"),
        ("a if b else c if d else e", "(a if b else (c if d else e))"),
        ("a |> b if c or d else e |> f", "((a |> b) if (c or d) else (e |> f))"),
        ("tied a[1] |> b", "((tied a[1]) |> b)"),
        ("choose one of a + b |> c", "((choose one of (a + b)) |> c)"),
        ("2 * choose one of 1..n - 1", "(2 * (choose one of 1..(n - 1)))"),
        ("a + -choose one of b * c == d", "((a + (- (choose one of (b * c)))) == d)"),
        ("(choose one of a) + b", "((choose one of a) + b)"),
    ],
)
def test_operators_bind_as_the_reference_says(text: str, meaning: str) -> None:
    assert grouped(text) == meaning


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16", 16),
        ("007", 7),
        ("0.25", 0.25),
        ("1e-4", 1e-4),
        ("2.5E+3", 2500.0),
        ("0.0", 0.0),
        ("3K", 3000),
        ("300M", 300_000_000),
        ("2G", 2 * 10**9),
        ("1.5K", 1500.0),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_a_number_keeps_its_text_and_has_its_value(text: str, value: float) -> None:
    number, _ = parse_expression(Source("<text>", text))
    assert isinstance(number, ast.Number)
    assert (number.text, number.value, type(number.value)) == (text, value, type(value))


@pytest.mark.parametrize("text", ["9223372036854775808", "10000000000G", "1e309", "1e308K", "1e-400", "0.0001e-330"])
def test_a_number_beyond_what_is_held_is_refused(text: str) -> None:
    parsed = parse(Source("<text>", f"let n = {text}"))
    assert [d.code for d in parsed.diagnostics] == ["number-out-of-range"]


@pytest.mark.parametrize("text", ["0..5", "0 .. 5", "1.5..2.5", "1e-4..1e-1", "n..5", "0..n"])
def test_a_range_is_not_taken_for_a_number(text: str) -> None:
    start, stop = (part.strip() for part in text.split(".."))
    choose, _ = parse_expression(Source("<text>", f"choose one of {text}"))
    assert isinstance(choose, ast.ChooseOf)
    assert isinstance(choose.source, ast.Range)
    assert (format_expression(choose.source.start), format_expression(choose.source.stop)) == (start, stop)


@pytest.mark.parametrize("word", sorted(SOFT_WORDS))
def test_a_soft_word_is_a_name_where_no_word_is_expected(word: str) -> None:
    text = f"""use {word}.{word}: {word} as {word}
    fun {word}[{word}: {word} = {word}] = {word}[{word} = {word}]({word}).{word}
    block {word}({word}: {word}[{word}, *{word}]) -> {word} depth {word} {{
      let {word} = [{word} for {word} in {word}..{word} step {word} if {word}] at "{word}"
      nodes {word}[{word}] after ({word}) as {word} = {word}
      return repeat {word} as {word} {{ {word} }}, {word} = choose {{ {word} = {word} weight {word} | {word} }}
    }}"""
    names = [node.id for node in nodes(read(text)) if isinstance(node, ast.Name)]
    assert set(names) == {word}
    assert len(names) == 19


def test_what_is_chosen_from_is_told_from_a_choice_of_what_is_chosen_from() -> None:
    listed, chosen = (
        parse_expression(Source("<text>", text))[0]
        for text in ("choose 2 of { a | b }", "choose 2 of choose { a | b }")
    )
    assert isinstance(listed, ast.ChooseOf)
    assert isinstance(listed.source, ast.Alternatives)
    assert isinstance(chosen, ast.ChooseOf)
    assert isinstance(chosen.source, ast.Choose)


def test_the_first_doc_is_that_of_the_file_and_others_belong_to_the_next_definition() -> None:
    module = read(
        '# licence\n"""The file."""\nuse a: b\n"""One."""\nlet x = 1\nfun y = 2\n"""\n  Two.\n    More.\n"""\nlet z = 3'
    )
    assert module.doc == "The file."
    assert [definition.doc for definition in module.definitions] == ["One.", None, "Two.\n  More."]
    assert read('"""The file, even here."""\nfun y = 2').definitions[0].doc is None


def test_comments_are_kept_apart_and_do_not_count() -> None:
    module = read("# one  \nfun f = 1 # two\r\n#three")
    assert [(comment.text, comment.span.line) for comment in module.comments] == [
        ("# one", 1),
        ("# two", 2),
        ("#three", 3),
    ]
    assert module == read("fun f = 1")


def test_definitions_keep_their_order() -> None:
    module = read("use b: x\nfun two = 1\nop one(x: t) -> t { }\nuse a\nlet three = 2")
    assert [use.path for use in module.uses] == [("b",), ("a",)]
    assert [getattr(d, "name", "let") for d in module.definitions] == ["two", "one", "let"]


def test_a_mistake_in_one_definition_leaves_the_others() -> None:
    parsed = parse(
        Source(
            "<text>",
            '"""Doc."""\nuse a: b\nblock f(x) = (x\n"""Lost."""\ncell g(x) { return [x }\n"""Kept."""\nblock h(x) = x\n'
            "let n = \nlet m = 1\nop k(x: t) -> t {\nfun p = 1",
        )
    )
    assert [(d.code, d.primary.span.line) for d in parsed.diagnostics if d.primary] == [
        ("unclosed-bracket", 3),
        ("unclosed-bracket", 5),
        ("syntax-error", 8),
        ("unclosed-bracket", 10),
    ]
    assert parsed.module
    assert parsed.module.doc == "Doc."
    assert len(parsed.module.uses) == 1
    kept: list[Any] = list(parsed.module.definitions)
    assert [getattr(d, "name", None) or d.names[0] for d in kept] == ["h", "m", "p"]
    assert kept[0].doc == "Kept."


def test_an_empty_file_is_a_module_without_definitions() -> None:
    empty = read("")
    assert (empty.doc, empty.uses, empty.definitions, empty.comments) == (None, (), (), ())
    assert read(" \n\t# nothing\n\ufeff") == empty


def test_a_file_may_begin_with_a_byte_order_mark_and_end_its_lines_in_any_way() -> None:
    assert read("\ufefffun f = 1\r\nfun g = 2\r\n") == read("fun f = 1\nfun g = 2\n")
