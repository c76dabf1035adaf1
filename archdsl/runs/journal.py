"""The journal of a run: one line of JSON for each trial, on the disk before the next trial begins.

A line ends with the CRC-32 of what stands before it:

    {"trial":3,"decisions":{…},…,"crc":"9ae0daaf"}

so that what a crash may leave, a last line that is not whole, differs from damage. The former is cut away, for a trial
is finished only when its line is; the latter is reported, for it would lose a finished trial.
"""

import json
import os
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from archdsl.diagnostics import ArchdslError, Diagnostic

from .disk import cannot_write, is_full, reporting
from .reserve import Reserve

Record = dict[str, Any]
"""Plain data: what a line of the journal holds."""

_SEAL = b',"crc":"%08x"}'
_SEAL_LENGTH = len(_SEAL % 0)
_SEALED = re.compile(rb',"crc":"[0-9a-f]{8}"\}')


def to_line(record: Mapping[str, Any]) -> bytes:
    """Write a record as a line, sealed by its checksum."""
    body = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()[:-1]
    return body + _SEAL % zlib.crc32(body) + b"\n"


def from_line(line: bytes) -> Record | None:
    """Read a line (without its end); None if its checksum does not hold."""
    body = line[:-_SEAL_LENGTH]
    if line[len(body) :] != _SEAL % zlib.crc32(body):
        return None
    record = json.loads(body + b"}")
    return record if isinstance(record, dict) else None


@final
@dataclass(frozen=True, slots=True)
class Contents:
    """What a journal holds: its header, a record for each finished trial, and the length of this sound part."""

    header: Record
    records: tuple[Record, ...]
    length: int


def read_journal(path: Path) -> Contents:
    """Read a journal, disregarding a last line that is not whole.

    Raises:
        ArchdslError: The journal is damaged; the error names the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArchdslError(
            Diagnostic("unreadable-journal", f"cannot read `{path}`: {(error.strerror or str(error)).lower()}")
        ) from error
    *lines, rest = data.split(b"\n")
    records: list[Record] = []
    for number, line in enumerate(lines):
        record = from_line(line)
        if record is None or (number > 0 and record.get("trial") != number - 1):
            raise _damaged(path, number)
        records.append(record)
    length = len(data) - len(rest)
    if _SEALED.search(rest):  # only the end of the line is missing, or it is not what it was
        record = from_line(rest)
        if record is None or (records and record.get("trial") != len(records) - 1):
            raise _damaged(path, len(lines))
        records.append(record)
        length = len(data)
    if not records:
        raise _damaged(path, 0)
    return Contents(records[0], tuple(records[1:]), length)


def _damaged(path: Path, line: int) -> ArchdslError:
    what = f"trial {line - 1}" if line else "the header"
    kept = f"the {line - 1} trials before it are sound" if line > 1 else "no trial stands before it"
    return ArchdslError(
        Diagnostic(
            "damaged-journal",
            f"line {line + 1} of `{path}` ({what}) is damaged",
            notes=(kept, "its checksum does not hold: something other than archdsl, or a failing disk, changed it"),
        )
    )


@final
class Journal:
    """A journal that is being written.

    What follows its sound part, left by a crash, is cut away when it is opened.
    """

    def __init__(self, path: Path, contents: Contents, reserve: Reserve) -> None:
        self._path = path
        self._reserve = reserve
        with reporting(path):
            self._descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
            os.ftruncate(self._descriptor, contents.length)
            self._length = os.lseek(self._descriptor, -1, os.SEEK_END) + 1
            if os.read(self._descriptor, 1) != b"\n":
                self._write(b"\n")

    def append(self, record: Mapping[str, Any]) -> None:
        """Add a line and wait until it is on the disk.

        Where the disk is full, the line is written into the room that was held in reserve.

        Raises:
            ArchdslError: There was no room. The journal is as it was.
        """
        line = to_line(record)
        try:
            self._write(line)
        except OSError as error:
            if not is_full(error) or not self._reserve.release():
                raise cannot_write(error, self._path) from error
            with reporting(self._path):
                self._write(line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _write(self, line: bytes) -> None:
        try:
            os.lseek(self._descriptor, self._length, os.SEEK_SET)
            rest = line
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            os.fsync(self._descriptor)
        except OSError:
            with suppress(OSError):  # if even this fails, the next process that opens the journal does it
                os.ftruncate(self._descriptor, self._length)
            raise
        self._length += len(line)
