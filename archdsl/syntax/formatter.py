"""From the syntax tree to text: laid out for people, or on one line for comparing."""

from archdsl.diagnostics import ArchdslError, Source

from . import ast
from .comments import NO_NOTES, place_comments
from .definitions import WIDTH, definition, file
from .expressions import expression
from .layout import flat, tokens, write
from .lexer import tokenize
from .parser import load_tables, parse


def format_source(source: Source) -> str:
    r"""Lay out the text of a file anew; one with mistakes is refused.

    >>> format_source(Source("<text>", "fun double[n]=(2*n)"))
    'fun double[n] = 2 * n\n'
    """
    parsed = parse(source)
    if parsed.module is None or parsed.diagnostics:
        raise ArchdslError(parsed.diagnostics)
    return format_module(parsed.module)


def format_module(module: ast.Module) -> str:
    """Write a file: its comments and docs are kept, and lines broken where its author broke them or where they must be.

    The comments are those of the source, so a module that was changed has to be given without them.
    """
    layout = file(module)
    notes = NO_NOTES
    if module.comments:
        notes = place_comments(module, tokenize(module.source, load_tables()).tokens, tokens(layout))
    return f"{write(layout, WIDTH, notes).strip()}\n"


def format_expression(expression_: ast.Expr) -> str:
    """Write an expression on one line.

    >>> from archdsl.syntax import parse_expression
    >>> format_expression(parse_expression(Source("<text>", "( conv[3,c] )"))[0])
    'conv[3, c]'
    """
    return flat(expression(expression_))


def canonical_text(module: ast.Module) -> str:
    """Write a file without comments and docs, each definition on one line: what all files of one meaning share."""
    return "".join(f"{flat(definition(item))}\n" for item in (*module.uses, *module.definitions))
