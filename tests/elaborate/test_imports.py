"""What a file imports, and what is said where that cannot be read."""

from pathlib import Path

import pytest

from archdsl.elaborate import load_program, read_source
from archdsl.searchspace.check import check_program

MAIN = "use other: part\n\nnetwork net(x: vec[4]) -> vec[4] = x |> part\n"


@pytest.mark.parametrize(
    ("data", "code", "file"),
    [
        (b"\xff\xfe\x00", "not-text", "main.nas"),
        (b"block part(x) = \0", "not-text", "main.nas"),
        (b"# " + b"-" * (1 << 20), "too-large", "main.nas"),
        (b"block part(x = relu", "unclosed-bracket", "other.nas"),
        (b"block part(x) { let y = x |> |> relu return y }", "syntax-error", "other.nas"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_mistake(tmp_path: Path, data: bytes, code: str, file: str) -> None:
    (tmp_path / "other.nas").write_bytes(data)
    path = tmp_path / "main.nas"
    path.write_text(MAIN, encoding="utf-8")
    (found,) = check_program(load_program(read_source(path), path)).diagnostics
    assert found.code == code
    assert found.primary
    assert Path(found.primary.span.source.path).name == file
    assert file == "other.nas" or found.primary.span.text == "other"


def test_what_a_broken_file_does_not_speak_of_is_unknown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "other.nas").write_text("block path(x = relu", encoding="utf-8")
    path = tmp_path / "main.nas"
    path.write_text(MAIN, encoding="utf-8")
    found = check_program(load_program(read_source(path), path)).diagnostics
    assert [own.code for own in found] == ["unknown-import", "unclosed-bracket"]
