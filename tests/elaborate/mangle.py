"""Breaks programs: a part of one is put in the place of a part of another, or words change places."""

import re
from pathlib import Path
from random import Random

from archdsl.diagnostics import Source
from archdsl.elaborate.addresses import children
from archdsl.syntax import ast, parse

SPACES = tuple(sorted(path for path in Path("spaces").glob("*.nas")))
_WORD = re.compile(r"\w+|\|>|->|\.\.|[^\w\s]")


def texts() -> tuple[str, ...]:
    """Give the texts of the shipped spaces, NAS-Bench-101 with fewer vertices, so that it is checked at once."""
    return tuple(path.read_text(encoding="utf-8").replace("vertices = 7", "vertices = 4") for path in SPACES)


def parts(text: str) -> list[ast.Tree]:
    """Give all trees of a text."""
    module = parse(Source("space.nas", text)).module
    assert module is not None
    found: list[ast.Tree] = []
    todo: list[ast.Tree] = list(module.definitions)
    while todo:
        tree = todo.pop()
        found.append(tree)
        todo.extend(children(tree))
    return sorted(found, key=lambda tree: (tree.span.start, tree.span.end))


# What mistakes are made of: values of each kind, and forms that need others around them.
SPARE = (
    "0", "1", "-1", "2.5", "1e9", "true", '"same"', "[]", "[1, 2]", "absent", "x", "relu", "conv", "conv[3]",
    "identity", "concat", "sum", "len", "earlier", "choose { 1 | 2 }", "choose { relu | conv[3] }",
    "choose any of [1, 2, 3]",
    "choose 2 of earlier", "repeat 2 { relu }", "tied relu", "x |> relu", "relu(x)", "[e for e in earlier]", "1..3",
    "_", "(choose { a = absent | b = relu })", "1 if true else 2", "not true",
    "9223372036854775807", "1 // 0", "zero[2]",
)  # fmt: skip


def spliced(text: str, rng: Random, times: int) -> str:
    """Put parts in the places of others."""
    for _ in range(times):
        module = parse(Source("space.nas", text)).module
        if module is None or not module.definitions:
            return text
        trees = parts(text)
        if not trees:
            return text
        place = rng.choice(trees).span
        other = rng.choice(SPARE) if rng.random() < 0.5 else rng.choice(trees).span.text
        text = text[: place.start] + other + text[place.end :]
    return text


def scrambled(text: str, rng: Random, times: int) -> str:
    """Leave out, double, exchange or replace words."""
    words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
    for _ in range(times):
        (a, b), (c, d) = sorted(rng.sample(words, 2))
        match rng.randrange(4):
            case 0:
                text = text[:a] + text[b:]
            case 1:
                text = f"{text[:b]} {text[a:]}"
            case 2:
                text = text[:a] + text[c:d] + text[b:c] + text[a:b] + text[d:]
            case _:
                text = text[:a] + text[c:d] + text[b:]
        words = [(found.start(), found.end()) for found in _WORD.finditer(text)]
        if len(words) < 2:
            break
    return text
