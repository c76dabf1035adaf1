"""Runs a Python program that kills itself inside a write: `dying.py POINT COUNT PART SCRIPT|-m MODULE ARGUMENTS`.

At the COUNT-th write of the kind POINT, only PART of it (0 to 1) happens, then the process dies as if the power failed
for it alone:

    journal     part of a trial's line is written
    sync        the line is written, but not known to be on the disk
    checkpoint  part of a checkpoint lies in its temporary file
    replaced    a checkpoint has just taken its place
    creation    the directory of the run is filled, but does not have its name yet
"""

import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Death:
    """Wraps the system calls that write; they come here whoever makes them."""

    def __init__(self, point: str, count: int, part: float) -> None:
        self.point, self.left, self.part = point, count, part
        self.in_line = False
        self.write, self.fsync, self.replace = os.write, os.fsync, os.replace
        os.write, os.fsync, os.replace = self.dying_write, self.dying_fsync, self.dying_replace  # type: ignore[assignment]

    def is_now(self, point: str) -> bool:
        self.left -= point == self.point
        return point == self.point and self.left == 0

    def dying_write(self, descriptor: int, data: bytes) -> int:
        self.in_line = data.startswith(b'{"trial"')
        if self.in_line and self.is_now("journal"):
            self.write(descriptor, data[: int(self.part * len(data))])
            die()
        return self.write(descriptor, data)

    def dying_fsync(self, descriptor: int) -> None:
        if self.in_line and self.is_now("sync"):
            die()
        self.in_line = False
        self.fsync(descriptor)

    def dying_replace(self, source: Any, target: Any) -> None:
        is_checkpoint = str(target).endswith(".safetensors")
        if is_checkpoint and self.is_now("checkpoint"):
            os.truncate(source, int(self.part * Path(source).stat().st_size))
            die()
        if Path(source).is_dir() and self.is_now("creation"):
            die()
        self.replace(source, target)
        if is_checkpoint and self.is_now("replaced"):
            die()


if __name__ == "__main__":
    point, count, part, *program = sys.argv[1:]
    Death(point, int(count), float(part))
    if program[0] == "-m":
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = program
        runpy.run_path(program[0], run_name="__main__")
