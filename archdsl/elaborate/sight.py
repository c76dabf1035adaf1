"""What the names of a definition mean, as the text alone tells: bindings, the scopes they live in, their places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, final

from archdsl.diagnostics import Span
from archdsl.syntax import ast

BindingKind = Literal[
    "static", "family index", "tensor", "dim", "let", "node list", "setting", "index", "element", "list of nodes"
]


@final
@dataclass(eq=False, slots=True)
class Binding:
    """A name that is bound inside of a definition.

    `may_be_layer` tells whether its value may be applied to tensors; `dims` are the dims that a tensor's type binds.
    """

    name: str
    kind: BindingKind
    span: Span
    may_be_layer: bool = False
    dims: tuple[str, ...] = ()
    used: bool = False

    @property
    def noun(self) -> str:
        """Say what it is: `a static`, `an element`."""
        if self.kind == "let":
            return "a `let`"
        return f"{'an' if self.kind[0] in 'aei' else 'a'} {self.kind}"


@final
@dataclass(eq=False, slots=True)
class Sight:
    """The names in sight at a place: those of a scope, then those of the scopes around it."""

    outer: "Sight | None" = None
    own: dict[str, Binding] = field(default_factory=dict)

    def find(self, name: str) -> Binding | None:
        """Find what a name is bound to."""
        sight: Sight | None = self
        while sight is not None:
            if name in sight.own:
                return sight.own[name]
            sight = sight.outer
        return None

    def __iter__(self) -> Iterator[Binding]:
        sight: Sight | None = self
        while sight is not None:
            yield from sight.own.values()
            sight = sight.outer


def word(span: Span, name: str, after: int | None = None) -> Span:
    """Give the place of a word in a span, from the offset `after` on; where it is not met, the span itself."""
    start = span.start if after is None else after
    found = re.compile(rf"(?<![a-zA-Z_0-9]){re.escape(name)}(?![a-zA-Z_0-9])").search(span.source.text, start, span.end)
    return Span(span.source, found.start(), found.end()) if found else span


def index_span(tree: ast.Repeat | ast.Nodes) -> Span:
    """Give the place of the name after `as`."""
    assert tree.index is not None
    before = tree.count.span.end
    if isinstance(tree, ast.Nodes):
        before = max([before, *(seed.span.end for seed in tree.seeds)])
    return word(tree.span, tree.index, before)


def label_span(member: ast.Alternative) -> Span:
    """Give the place of the label of an alternative; an unlabelled one is labelled by its text."""
    return word(member.span, member.label) if member.label is not None else member.value.span


def path_span(use: ast.Use) -> Span:
    """Give the place of the file that a `use` names."""
    first = word(use.span, use.path[0], use.span.start + len("use"))
    last = first
    for part in use.path[1:]:
        last = word(use.span, part, last.end)
    return first.to(last)
