"""From text to the syntax tree."""

import dataclasses
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from keyword import iskeyword
from typing import TYPE_CHECKING, Any, cast, final

from archdsl.diagnostics import Diagnostic, Label, Source, Span, by_place

from . import ast, compiled
from .automaton import DEEPEST, Failure, expected, run
from .builder import Builder
from .lexer import Token, tokenize
from .mistakes import Situation, explain
from .names import unfit_names
from .recovery import pieces
from .tables import Rule, RuleKind, Tables, digest, grammar_text

if TYPE_CHECKING:
    import lark.grammar

# A text for people stays far below; what is above is a mistake, such as a data file given instead of a space.
LARGEST_TEXT = 500_000

# How many mistakes are told; to look for what mends one takes longer than to read a definition.
MOST_MISTAKES = 50

Item = Token | ast.Use | ast.Definition


@final
@dataclass(frozen=True, slots=True)
class Parsed:
    """What was read: the definitions without mistakes, and the mistakes. No module where nothing could be read."""

    module: ast.Module | None
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> Parsed:
    """Read a file.

    >>> parse(Source("<text>", "fun double[n] = 2 * n")).module.definitions[0].name
    'double'
    """
    if too_large := _too_large(source):
        return Parsed(None, (too_large,))
    tables = load_tables()
    lexed = tokenize(source, tables)
    tokens = lexed.tokens
    builder = Builder(source)
    doc = None
    if tokens[0].kind == "DOC":
        doc, tokens = builder.doc(tokens[0]), tokens[1:]
    found = run(tables, "start", tokens, builder)
    failures: list[Failure] = []
    if isinstance(found, Failure):
        builder = Builder(source)
        items, failures = _recover(tables, tokens, builder)
    else:
        items = cast(tuple[Item, ...], found)
    uses, definitions, misplaced = _assemble(items, builder)
    module = ast.Module(Span(source, 0, len(source.text)), source, doc, uses, definitions, lexed.comments)
    diagnostics = [
        *(_explain(tables, source, failure) for failure in failures[:MOST_MISTAKES]),
        *builder.diagnostics,
        *misplaced,
        *unfit_names(source, tokens, helpful=not failures),
    ]
    return Parsed(module, _at_most(MOST_MISTAKES, by_place(diagnostics), len(failures[MOST_MISTAKES:])))


def parse_expression(source: Source) -> tuple[ast.Expr | None, tuple[Diagnostic, ...]]:
    """Read an expression that stands alone.

    >>> parse_expression(Source("<text>", "conv[16, 3]"))[0].base.id
    'conv'
    """
    if too_large := _too_large(source):
        return None, (too_large,)
    tables, builder = load_tables(), Builder(source)
    tokens = tokenize(source, tables).tokens
    found = run(tables, "expr", tokens, builder)
    if isinstance(found, Failure):
        return None, (_explain(tables, source, found),)
    return cast(ast.Expr, found), by_place([*builder.diagnostics, *unfit_names(source, tokens)])


def _too_large(source: Source) -> Diagnostic | None:
    if len(source.text) <= LARGEST_TEXT:
        return None
    message = f"expected a text of at most {LARGEST_TEXT} characters, given {len(source.text)}"
    return Diagnostic("text-too-large", message, Label(Span(source, LARGEST_TEXT, LARGEST_TEXT + 1)))


def _at_most(most: int, diagnostics: tuple[Diagnostic, ...], untold: int) -> tuple[Diagnostic, ...]:
    """Leave out what no one would read, and say so."""
    given = len(diagnostics) + untold
    if given <= most:
        return diagnostics
    message = f"expected at most {most} mistakes, given {given}: no more are shown"
    return (*diagnostics[:most], Diagnostic("too-many-mistakes", message, diagnostics[most - 1].primary))


def _assemble(
    items: Iterable[Item], builder: Builder
) -> tuple[tuple[ast.Use, ...], tuple[ast.Definition, ...], list[Diagnostic]]:
    """Give each doc to the definition that follows it."""
    uses: list[ast.Use] = []
    definitions: list[ast.Definition] = []
    misplaced: list[Diagnostic] = []
    doc: Token | None = None
    for item in (*items, None):
        if doc and (item is None or isinstance(item, Token | ast.Use)):
            message = "expected a definition after a doc string that does not begin the file"
            misplaced.append(Diagnostic("misplaced-doc", message, Label(builder.span(doc))))
            doc = None
        if isinstance(item, Token):
            doc = item
        elif isinstance(item, ast.Use):
            uses.append(item)
        elif item is not None:
            definitions.append(dataclasses.replace(item, doc=builder.doc(doc)) if doc else item)
            doc = None
    return tuple(uses), tuple(definitions), misplaced


def _recover(tables: Tables, tokens: tuple[Token, ...], builder: Builder) -> tuple[tuple[Item, ...], list[Failure]]:
    """Read each definition by itself, so that a mistake in one hides none in another."""
    items: list[Item] = []
    failures: list[Failure] = []
    for piece in pieces(builder.source.text, tokens, frozenset(tables.words.values())):
        found = run(tables, "start", piece, builder)
        if isinstance(found, Failure):
            failures.append(found)
        else:
            items.extend(cast(tuple[Item, ...], found))
    return tuple(items), failures


def _explain(tables: Tables, source: Source, failure: Failure) -> Diagnostic:
    """Say what is wrong where the automaton stopped."""
    if failure.too_deep:
        last = failure.tokens[failure.index - 1]
        message = f"expected an expression of at most {DEEPEST} levels, given a deeper one"
        return Diagnostic("too-deep", message, Label(Span(source, last.start, last.end)))

    def reads(text: str) -> bool:
        trial = Source(source.path, text)
        builder = Builder(trial)
        return not isinstance(run(tables, failure.start, tokenize(trial, tables).tokens, builder), Failure)

    return explain(
        Situation(source, failure.tokens, failure.index, expected(tables, failure), reads),
        tables,
    )


# The rules that a whole text can be read as.
STARTS = ("start", "expr")


@cache
def load_tables() -> Tables:
    """Give the tables of the grammar, once for each process."""
    grammar = grammar_text()
    if digest(grammar) == compiled.DIGEST:
        return Tables.from_text(compiled.TABLES)
    return compile_grammar(grammar)


def compile_grammar(grammar: str) -> Tables:
    """Let lark work out the tables of a grammar; a conflict in it is an error."""
    from lark import Lark
    from lark.common import ParserConf
    from lark.lexer import BasicLexer
    from lark.parsers.lalr_analysis import LALR_Analyzer, Shift

    loaded = Lark(grammar, parser=None, lexer="basic", start=list(STARTS))
    analysis = LALR_Analyzer(ParserConf(loaded.rules, {}, list(STARTS)), strict=True)
    analysis.compute_lalr()  # type: ignore[no-untyped-call]
    table: Any = analysis.parse_table
    firsts = [table.start_states[start] for start in STARTS]
    rules = sorted(loaded.rules, key=lambda rule: (rule.origin.name, rule.order))
    number = {rule: ~i for i, rule in enumerate(rules)}
    terminals = BasicLexer(loaded.lexer_conf).terminals
    names = re.compile(next(t.pattern.to_regexp() for t in terminals if t.name == "NAME"))
    words = {t.pattern.value: t.name for t in terminals if t.pattern.type == "str" and names.fullmatch(t.pattern.value)}
    states = {
        state: {str(symbol): (action is Shift, arg) for symbol, (action, arg) in sorted(row.items())}
        for state, row in table.states.items()
    }
    place = {state: i for i, state in enumerate(_in_order(states, firsts))}
    return Tables(
        pattern="|".join(f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in terminals if t.name not in words.values()),
        ignored=frozenset(loaded.ignore_tokens),
        words=words,
        literals={str(t.name): t.pattern.value for t in terminals if t.pattern.type == "str"},
        rules=tuple(_rule(rule) for rule in rules),
        actions=tuple(
            {symbol: place[arg] if shift else number[arg] for symbol, (shift, arg) in states[state].items()}
            for state in place
        ),
        starts={start: (place[table.start_states[start]], place[table.end_states[start]]) for start in STARTS},
    )


def _in_order(states: dict[Any, dict[str, tuple[bool, Any]]], firsts: list[Any]) -> list[Any]:
    """Give the states as they are reached: an order that is the same each time, unlike that of lark."""
    order = dict.fromkeys(firsts)
    reached = list(order)
    for state in reached:
        for shift, following in states[state].values():
            if shift and following not in order:
                order[following] = None
                reached.append(following)
    return reached


def _rule(rule: "lark.grammar.Rule") -> Rule:
    """Say what lark's tree builder would do with a rule."""
    options = rule.options
    origin = str(rule.origin.name)
    kept = [not getattr(symbol, "filter_out", False) for symbol in rule.expansion]
    # In `empty_indices`, each True is an optional part that is left out, each False the next symbol.
    parts = options.empty_indices or (False,) * len(kept)
    children: list[int] = []
    at = 0
    for left_out in parts:
        if left_out:
            children.append(-1)
        else:
            children += [at] if kept[at] else []
            at += 1
    lists = frozenset(i for i, s in enumerate(rule.expansion) if not s.is_term and s.name.startswith("_"))
    name = str(rule.alias or options.template_source or origin)
    kind: RuleKind = "node"
    if origin.startswith("_"):
        kind = "list"
    elif options.expand1 and not rule.alias and len(children) == 1 and not lists:
        kind = "unit" if len(kept) == 1 else "group"
    return Rule(origin, len(kept), kind, f"{name}_" if iskeyword(name) else name, tuple(children), lists)
