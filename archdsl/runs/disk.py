"""Writes that are either whole or absent, whatever happens to the process or the disk."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from archdsl.diagnostics import ArchdslError, Diagnostic

CANNOT_WRITE = "cannot-write"
"""The code of a diagnostic that says that the disk is full, read-only or broken; it ends a run, never just a trial."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def is_full(error: OSError) -> bool:
    """Tell whether the disk has no room for us: it is full, read-only, or we are at a quota or limit."""
    return error.errno in _FULL


def cannot_write(error: OSError, path: Path | str) -> ArchdslError:
    """Give the error for a failed write."""
    reason = (error.strerror or str(error)).lower()
    return ArchdslError(Diagnostic(CANNOT_WRITE, f"cannot write `{path}`: {reason}"))


@contextmanager
def reporting(path: Path) -> Iterator[None]:
    """Turn what the operating system says of a write to `path` into an `ArchdslError`."""
    try:
        yield
    except OSError as error:
        raise cannot_write(error, path) from error


def write_durably(target: Path, data: bytes) -> None:
    """Replace the content of a file: whoever looks finds the former one or the new one, whole, after a crash too.

    Raises:
        ArchdslError: It cannot be written, and is as it was.
    """
    with reporting(target):
        replace_content(target, data)


def replace_content(target: Path, data: bytes) -> None:
    """Do what `write_durably` does, but leave an `OSError` to the caller.

    The temporary file has a fixed name, so that one that a killed process left is overwritten.
    """
    temporary = target.with_name(f".{target.name}.new")
    try:
        temporary.write_bytes(data)
        sync(temporary)
        os.replace(temporary, target)
        sync_directory(target.parent)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Wait until a file is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on the disk."""
    if sys.platform != "win32":  # which knows no such thing
        sync(path)
