import re
from pathlib import Path

import pytest

from archdsl.syntax import canonical_text, format_module
from tests.syntax.walk import read

PAGES = [Path(__file__).with_name("examples.md"), Path("grammar/README.md")]
EXAMPLES = [
    text
    for page in PAGES
    for text in re.findall(r"^```nas\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
]


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.splitlines()[0][:40])
def test_an_example_reads_back_from_its_layout(text: str) -> None:
    module = read(text)
    once = format_module(module)
    assert read(once) == module
    assert format_module(read(once)) == once
    assert canonical_text(read(once)) == canonical_text(module)
    assert max(map(len, once.splitlines())) <= 120


def test_long_and_short_parts_are_laid_out_like_this() -> None:
    text = Path(__file__).with_name("layout.nas").read_text(encoding="utf-8")
    squeezed = " ".join(re.sub("#.*", "", text).split())
    assert format_module(read(text)) == text
    assert canonical_text(read(squeezed)) == canonical_text(read(text))
