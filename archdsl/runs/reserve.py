"""Room on the disk that is kept for the journal."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import final

from .disk import cannot_write, sync

_SIZE = 1 << 16
"""More than a line of the journal takes, with the longest error that is kept."""


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
        if self._path.exists() and self._path.stat().st_size == _SIZE:
            return
        try:
            self._path.write_bytes(os.urandom(_SIZE))  # random, lest the file system compresses it
            sync(self._path)
        except OSError as error:
            self.release()
            if error.errno != errno.EFBIG:  # a limit on the size of a file says nothing of the room on the disk
                raise cannot_write(error, self._path.parent) from error

    def release(self) -> bool:
        """Give the room back; False if there was none."""
        with suppress(OSError):
            self._path.unlink()
            return True
        return False
