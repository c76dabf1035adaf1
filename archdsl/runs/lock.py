"""The lock that keeps two processes from writing one run."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic

from .disk import reporting

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@final
class RunLock:
    """A lock on a run directory that dies with its process, however that ends.

    The operating system holds it for the open file, so that a killed process leaves no stale lock. A forked child (a
    worker that loads data) shares the open file and could outlive its parent; it closes its share at once.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            ArchdslError: Another process has it.
        """
        with reporting(path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not self._is_taken_soon():
            holder = ""
            with suppress(OSError):  # some systems keep others from reading, too
                holder = os.read(self._descriptor, 20).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise ArchdslError(
                Diagnostic(
                    "run-in-use",
                    f"the run `{path.parent}` is being written by another process" + (f" ({holder})" if holder else ""),
                )
            )
        _held.add(self._descriptor)
        with suppress(OSError):  # who holds the lock is only for messages; a full disk may go without
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, f"pid {os.getpid()}\n".encode())

    def _is_taken_soon(self) -> bool:
        """Try for a fifth of a second, in which a dying process ends and a look from `is_locked` is over."""
        for _ in range(10):
            try:
                _try_lock(self._descriptor)
            except OSError:
                time.sleep(0.02)
            else:
                return True
        return False

    def release(self) -> None:
        """Let another process have the run."""
        if self._descriptor in _held:
            _held.discard(self._descriptor)
            os.close(self._descriptor)


_held: set[int] = set()


def _close_inherited() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inherited)


def is_locked(path: Path) -> bool:
    """Tell whether a process holds the lock, without taking it."""
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        _try_lock(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
