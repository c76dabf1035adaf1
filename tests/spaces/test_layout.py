from pathlib import Path

import pytest

from archdsl.syntax import format_module
from tests.syntax.walk import read


@pytest.mark.parametrize("path", sorted(Path("spaces").rglob("*.nas")), ids=str)
def test_a_shipped_file_has_the_layout_that_fmt_writes(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_module(read(text)) == text, f"run `archdsl fmt {path}`"
