"""The LALR(1) automaton: tokens in, nodes out, or the token at which no rule goes on.

We drive lark's tables ourselves for three things that its own loop cannot give: a soft word is a word or a name by
the state the parser is in, each node gets its exact span (brackets included), and its depth is known as it is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from archdsl.diagnostics import Span

from .builder import Builder
from .lexer import Token
from .tables import END, Rule, Tables
from .vocabulary import SOFT_WORDS

# How deep an expression may be nested, counting each operator of a chain. What reads a tree may call itself a few times
# for each level of it, and Python stops at 1000 calls.
DEEPEST = 100


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """The token at which no rule goes on, or with which a node becomes too deep."""

    tokens: tuple[Token, ...]
    index: int
    start: str
    too_deep: bool = False

    @property
    def token(self) -> Token:
        """The token itself."""
        return self.tokens[self.index]


_Entry = tuple[object, int, int, int]
"""What a state was reached by: a value, its start and its end, and how deep it is nested."""


def run(tables: Tables, start: str, tokens: tuple[Token, ...], builder: Builder) -> object | Failure:
    """Give what the builder makes of the tokens when read as one rule; the last token is `$END`."""
    actions, rules = tables.actions, tables.rules
    first, last = tables.starts[start]
    methods = [getattr(builder, rule.name) if rule.kind == "node" else None for rule in rules]
    states = [first]
    entries: list[_Entry] = []  # one for each state but the first
    for index, token in enumerate(tokens):
        kind, _, begin, end = token
        action = actions[states[-1]].get(kind)
        while action is None or action < 0:
            if action is None:
                if kind == "NAME" or token.text not in SOFT_WORDS:
                    return Failure(tokens, index, start)
                kind = "NAME"
            else:
                rule = rules[~action]
                if rule.kind == "unit":
                    states[-1] = tables.after_units(states[-2], states[-1], kind)
                else:
                    reduced = _reduce(rule, entries, token, builder, methods[~action])
                    if reduced[3] > DEEPEST:
                        return Failure(tokens, index, start, too_deep=True)
                    entries.append(reduced)
                    if rule.size:
                        del states[-rule.size :]
                    states.append(actions[states[-1]][rule.origin])
                if states[-1] == last and kind == END:
                    return entries[-1][0]
            action = actions[states[-1]].get(kind)
        states.append(action)
        entries.append((token, begin, end, 0))
    raise AssertionError("the last token is the end")


def _reduce(
    rule: Rule, stack: list[_Entry], token: Token, builder: Builder, method: Callable[..., object] | None
) -> _Entry:
    """Take the entries of a rule from the stack and give the one that they make."""
    if rule.size:
        entries = stack[-rule.size :]
        del stack[-rule.size :]
        start, end = entries[0][1], entries[-1][2]
        depth = entries[0][3] if rule.size == 1 else max([entry[3] for entry in entries])
    else:
        entries, start, end, depth = [], token.start, token.start, 0
    children = _flat(rule, entries) if rule.lists else [None if i < 0 else entries[i][0] for i in rule.children]
    if rule.kind == "list":
        return children, start, end, depth
    if method is None:
        return children[0], start, end, depth + 1
    return method(Span(builder.source, start, end), *children), start, end, depth + 1


def _flat(rule: Rule, entries: list[_Entry]) -> list[object]:
    """Give the children of a rule, with the members of its lists in their place."""
    children: list[object] = []
    for i in rule.children:
        value = None if i < 0 else entries[i][0]
        if i not in rule.lists:
            children.append(value)
        elif not children and isinstance(value, list):
            children = value  # nothing else holds this list: to go on with it keeps long lists linear
        else:
            assert isinstance(value, list)
            children.extend(value)
    return children


def expected(tables: Tables, failure: Failure) -> frozenset[str]:
    """Name the terminals that could stand where the automaton stopped."""
    first, last = tables.starts[failure.start]
    states = [first]
    for token in failure.tokens[: failure.index]:
        read = _shift(tables, last, states, token.kind) or _shift(tables, last, states, "NAME")
        assert read, "the tokens before a failure were read before"
    terminals = (symbol for symbol in tables.actions[states[-1]] if symbol.isupper())
    return frozenset(terminal for terminal in terminals if _shift(tables, last, states[:], terminal))


def _shift(tables: Tables, last: int, states: list[int], kind: str) -> bool:
    """Go on to the states after a terminal; or say that it is not expected, having reduced what could be reduced."""
    while True:
        action = tables.actions[states[-1]].get(kind)
        if action is None:
            return False
        if action >= 0:
            states.append(action)
            return True
        rule = tables.rules[~action]
        if rule.size:
            del states[-rule.size :]
        states.append(tables.actions[states[-1]][rule.origin])
        if states[-1] == last and kind == END:
            return True
