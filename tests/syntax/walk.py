"""What tests of the syntax need to see of a tree: every node in it."""

import dataclasses
from collections.abc import Iterator

from archdsl.diagnostics import Source
from archdsl.syntax import ast, parse


def read(text: str) -> ast.Module:
    """Read a text without mistakes."""
    parsed = parse(Source("<text>", text))
    assert not parsed.diagnostics, (text, parsed.diagnostics)
    assert parsed.module
    return parsed.module


def nodes(tree: object) -> Iterator[ast.Tree]:
    """Give a node and all nodes in it."""
    if isinstance(tree, ast.Tree):
        yield tree
        for field in dataclasses.fields(tree):
            yield from nodes(getattr(tree, field.name))
    elif isinstance(tree, tuple):
        for member in tree:
            yield from nodes(member)
