"""The journal: what a crash may leave is mended, what it may not leave is reported."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError
from archdsl.runs.journal import Contents, Journal, Record, from_line, read_journal, to_line
from archdsl.runs.reserve import Reserve

HEADER: Record = {"format": 1, "seed": 0}
RECORDS: list[Record] = [
    {"trial": 0, "decisions": {"net.a": 3, "net.b": "conv", "net.c": [0, 2]}, "error": None},
    {"trial": 1, "decisions": {"net.a": 5}, "error": 'Traceback:\n  a "quoted",\\"crc":"00000000"} text\n'},
    {"trial": 2, "decisions": {}, "error": "é\udc80"},
]
WHOLE = b"".join(map(to_line, (HEADER, *RECORDS)))
STARTS = [0, *(i + 1 for i, byte in enumerate(WHOLE) if byte == ord("\n"))]

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(WHOLE)
    return path


def opened(path: Path) -> Journal:
    return Journal(path, read_journal(path), Reserve(path.with_name("reserve")))


def without_crc(record: Record) -> Record:
    return {key: value for key, value in record.items() if key != "crc"}


@given(record=st.dictionaries(st.text().map("x{}".format), plain, min_size=1))
def test_a_line_reads_back_as_what_was_written(record: Record) -> None:
    line = to_line(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert from_line(line[:-1]) == record
    assert without_crc(json.loads(line)) == record


def test_a_journal_reads_back_as_what_was_written(path: Path) -> None:
    assert read_journal(path) == Contents(HEADER, tuple(RECORDS), len(WHOLE))


def test_a_journal_cut_at_any_byte_keeps_every_whole_line_and_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # nothing is lost here, and a thousand of them take a while
    for length in range(STARTS[1] - 1, len(WHOLE)):
        path.write_bytes(WHOLE[:length])
        # A line of which only the end is missing is whole: nothing that it says is lost.
        kept = [record for record, end in zip(RECORDS, STARTS[2:], strict=True) if end - 1 <= length]
        assert read_journal(path).records == tuple(kept)
        journal = opened(path)
        for record in RECORDS[len(kept) :]:
            journal.append(record)
        journal.close()
        assert path.read_bytes() == WHOLE


def test_a_cut_within_the_header_is_reported(path: Path) -> None:
    for length in (0, 1, STARTS[1] - 2):
        path.write_bytes(WHOLE[:length])
        with pytest.raises(ArchdslError, match=r"line 1 of .* \(the header\) is damaged"):
            read_journal(path)


def read_bytes(data: bytes) -> Contents:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda _: data)
        return read_journal(Path("journal.jsonl"))


def test_one_byte_that_changed_anywhere_is_reported_with_its_line() -> None:
    for position, byte in enumerate(WHOLE):
        line = max(number for number, start in enumerate(STARTS) if start <= position)
        for change in {1, 2, 4, 8, 16, 32, 64, 128, byte, byte ^ ord("\n")} - {0}:
            damaged = bytearray(WHOLE)
            damaged[position] ^= change
            with pytest.raises(ArchdslError, match=f"line {line + 1} of `journal.jsonl`"):
                read_bytes(bytes(damaged))


@given(length=st.integers(STARTS[2], STARTS[3] - 2), position=st.integers(0, STARTS[2] - 1), change=st.integers(1, 255))
def test_damage_before_a_torn_line_is_reported(length: int, position: int, change: int) -> None:
    damaged = bytearray(WHOLE[:length])
    damaged[position] ^= change
    with pytest.raises(ArchdslError, match="is damaged"):
        read_bytes(bytes(damaged))


@pytest.mark.parametrize("line", [1, 2])
def test_a_line_that_is_missing_is_reported(path: Path, line: int) -> None:
    path.write_bytes(WHOLE[: STARTS[line]] + WHOLE[STARTS[line + 1] :])
    with pytest.raises(ArchdslError, match=f"line {line + 1} of .* is damaged"):
        read_journal(path)


def test_zeros_after_the_last_line_are_cut_away(path: Path) -> None:
    path.write_bytes(WHOLE + bytes(100))  # as a file system may leave after a loss of power
    opened(path).close()
    assert path.read_bytes() == WHOLE


def test_a_line_is_on_the_disk_when_append_returns(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size))
    journal = opened(path)
    journal.append({"trial": 3})
    journal.close()
    assert synced == [path.stat().st_size]


def test_a_line_that_the_system_takes_in_pieces_is_written_whole(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    journal = opened(path)
    journal.append({"trial": 3})
    journal.close()
    assert read_journal(path).records[3] == {"trial": 3}


class FullDisk:
    """A disk that takes `room` more bytes, and more when a file is removed."""

    def __init__(self, room: int, number: int = errno.ENOSPC) -> None:
        self.room = room
        self.number = number
        self._write, self._unlink = os.write, os.unlink

    def write(self, descriptor: int, data: bytes) -> int:
        if self.room == 0:
            raise OSError(self.number, os.strerror(self.number))
        written = self._write(descriptor, data[: self.room])
        self.room -= written
        return written

    def unlink(self, path: Any, **options: Any) -> None:
        self.room += os.stat(path).st_size
        self._unlink(path, **options)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr(os, "write", self.write)
        patch.setattr(os, "unlink", self.unlink)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EIO])
def test_a_line_for_which_there_is_no_room_leaves_the_journal_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    journal = opened(path)
    FullDisk(5, number).install(monkeypatch)
    with pytest.raises(ArchdslError) as caught:
        journal.append({"trial": 3})
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "cannot-write"
    assert diagnostic.message == f"cannot write `{path}`: {os.strerror(number).lower()}"
    assert path.read_bytes() == WHOLE
    journal.close()


def test_a_full_disk_takes_one_more_line_in_the_room_held_in_reserve(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reserve(path.with_name("reserve")).secure()
    journal = opened(path)
    FullDisk(5).install(monkeypatch)
    journal.append({"trial": 3, "error": "x" * 20_000})
    journal.close()
    assert len(read_journal(path).records) == 4
    assert not path.with_name("reserve").exists()


def test_a_missing_journal_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchdslError, match=r"cannot read `.*journal.jsonl`: no such file"):
        read_journal(tmp_path / "journal.jsonl")
