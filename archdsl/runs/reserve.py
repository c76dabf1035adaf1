"""Room on the disk that is kept for the journal."""

import os
from contextlib import suppress
from pathlib import Path
from typing import final

from .disk import write_durably

_SIZE = 1 << 16
"""More than a line of the journal takes, with the longest traceback that is kept."""


@final
class Reserve:
    """A file that does nothing but take room, so that a full disk cannot keep a finished trial out of the journal.

    It is given up when the journal finds the disk full, and must be had again before another trial begins.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def secure(self) -> None:
        """Take the room, if it is not taken.

        Raises:
            ArchdslError: There is none.
        """
        if not self._path.exists():
            write_durably(self._path, os.urandom(_SIZE))  # random, lest the file system compresses it

    def release(self) -> bool:
        """Give the room back; False if there was none."""
        with suppress(OSError):
            self._path.unlink()
            return True
        return False
