"""The second part of the reference says what programs mean; what it says of its examples is so."""

import re
from pathlib import Path

import pytest

from archdsl.diagnostics import ArchdslError, Source, render_all
from archdsl.elaborate import bind_network, load_program, supergraph
from archdsl.searchspace import loads
from archdsl.searchspace.check import check_program

REFERENCE = Path("grammar/README.md")
BLOCKS = re.findall(
    r"^```nas\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?",
    REFERENCE.read_text(encoding="utf-8").partition("\n# Part 2")[2],
    re.DOTALL | re.MULTILINE,
)

_MARK = re.compile(r"# (error|warning): \[([a-z-]+)\]$")
_SIZE = re.compile(r"^network (\w+).*# (\d+) architectures?\b", re.MULTILINE)
_OPEN = re.compile(r"^network (\w+).*\bsupergraph: \[([a-z-]+)\]$", re.MULTILINE)


def test_the_reference_has_examples_of_meaning() -> None:
    assert len(BLOCKS) > 20


@pytest.mark.parametrize(
    ("text", "addresses"), BLOCKS, ids=[re.findall(r"^network (\w+)", text, re.MULTILINE)[0] for text, _ in BLOCKS]
)
def test_what_the_reference_says_of_an_example_is_so(text: str, addresses: str) -> None:
    program = load_program(Source(str(REFERENCE), text))
    checked = check_program(program)
    announced = [
        (line, *mark.groups())
        for line, content in enumerate(text.splitlines(), 1)
        if (mark := _MARK.search(content)) is not None
    ]
    given = [(d.primary.span.line if d.primary else 0, d.level, d.code) for d in checked.diagnostics]
    assert given == announced, render_all(checked.diagnostics)
    sizes = {name: int(size) for name, size in _SIZE.findall(text)}
    assert {name: checked.sizes[name] for name in sizes} == sizes
    for name, code in _OPEN.findall(text):
        with pytest.raises(ArchdslError) as raised:
            supergraph(bind_network(program, name))
        assert [diagnostic.code for diagnostic in raised.value.diagnostics] == [code]
    if addresses:
        assert sorted(loads(text).choices) == sorted(addresses.split())
