"""The grammar as plain data: what the lexer and the parser need to know of `grammar/nas.lark`.

To load lark and let it work the grammar out takes a third of a second. So this is done once after each edit of the
grammar, by `python -m archdsl.syntax`, and kept in `compiled.py` beside the digest of the grammar; as long as
the two differ, the tables are worked out anew in each process.
"""

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Literal, final

END = "$END"

RuleKind = Literal["unit", "group", "list", "node"]


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """A production: how many entries it takes from the stack, and what becomes of them.

    `unit`: its one entry stays as it is. `group`: the same, in brackets. `list`: a list of its children, which the
    rule above takes in. `node`: `name` is the builder's method that gets the children.
    """

    origin: str
    size: int
    kind: RuleKind
    name: str
    # The children: where in the entries each stands, or -1 for an optional part that is left out.
    children: tuple[int, ...]
    # Which of the entries are lists, whose members are children.
    lists: frozenset[int]


@final
@dataclass(frozen=True, slots=True)
class Tables:
    """What lark makes of the grammar.

    `actions[state]` maps a terminal to the state to shift to, or to `~rule` where a rule is to be reduced, and the
    origin of a rule to the state that follows it. Do not change the mappings.
    """

    pattern: str  # matches any terminal, in a group of its name
    ignored: frozenset[str]
    words: dict[str, str]  # the terminal of each word that looks like a name
    literals: dict[str, str]  # the text of each terminal that has one only
    rules: tuple[Rule, ...]
    actions: tuple[dict[str, int], ...]
    starts: dict[str, tuple[int, int]]  # for each rule that can be read alone: the first state, and that after it
    _after: dict[tuple[int, int, str], int] = field(default_factory=dict, init=False, compare=False, repr=False)

    def after_units(self, below: int, state: int, kind: str) -> int:
        """Give the state that units lead to before a terminal: a number is a product, a sum, a comparison at once."""
        key = below, state, kind
        known = self._after.get(key)
        if known is None:
            known = state
            while (action := self.actions[known].get(kind, 0)) < 0 and self.rules[~action].kind == "unit":
                known = self.actions[below][self.rules[~action].origin]
            self._after[key] = known
        return known

    def to_text(self) -> str:
        """Write the tables as compressed JSON in base64; equal rows are written once."""
        symbols = sorted({symbol for row in self.actions for symbol in row})
        index = {symbol: i for i, symbol in enumerate(symbols)}
        rows = [tuple((index[symbol], row[symbol]) for symbol in sorted(row)) for row in self.actions]
        distinct = list(dict.fromkeys(rows))
        parts = {
            "pattern": self.pattern,
            "ignored": sorted(self.ignored),
            "words": self.words,
            "literals": self.literals,
            "rules": [[r.origin, r.size, r.kind, r.name, r.children, sorted(r.lists)] for r in self.rules],
            "symbols": symbols,
            "rows": distinct,
            "states": [distinct.index(row) for row in rows],
            "starts": self.starts,
        }
        packed = zlib.compress(json.dumps(parts, separators=(",", ":")).encode(), level=9)
        return base64.b64encode(packed).decode()

    @classmethod
    def from_text(cls, text: str) -> "Tables":
        """Read what `to_text` wrote."""
        parts = json.loads(zlib.decompress(base64.b64decode(text)))
        symbols = parts["symbols"]
        rows = [{symbols[symbol]: action for symbol, action in row} for row in parts["rows"]]
        return cls(
            pattern=parts["pattern"],
            ignored=frozenset(parts["ignored"]),
            words=parts["words"],
            literals=parts["literals"],
            rules=tuple(
                Rule(origin, size, kind, name, tuple(children), frozenset(lists))
                for origin, size, kind, name, children, lists in parts["rules"]
            ),
            actions=tuple(rows[row] for row in parts["states"]),
            starts={name: (first, last) for name, (first, last) in parts["starts"].items()},
        )


@cache
def grammar_text() -> str:
    """Read the grammar that ships with the package."""
    return files("archdsl.grammar").joinpath("nas.lark").read_text(encoding="utf-8")


def digest(grammar: str) -> str:
    """Name a grammar by its content."""
    return hashlib.sha256(grammar.encode()).hexdigest()
