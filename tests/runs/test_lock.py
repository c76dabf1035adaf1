"""The lock of a run: one process at a time, and never a stale one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archdsl.diagnostics import ArchdslError
from archdsl.runs.lock import RunLock, is_locked

HOLD = """
import os, sys, time
from pathlib import Path
from archdsl.runs.lock import RunLock
lock = RunLock(Path(sys.argv[1]))
"""
WAIT = """
os.write(1, b"held\\n")
time.sleep(60)
"""
FORK = """
if os.fork() == 0:
    os.write(1, b"child %d\\n" % os.getpid())
    time.sleep(60)
"""


@contextmanager
def holder(path: Path, *parts: str) -> Iterator[subprocess.Popen[str]]:
    code = "".join(parts)
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_second_lock_is_refused_and_the_first_holder_named(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", HOLD, WAIT) as process:
        assert line(process) == "held"
        assert is_locked(tmp_path / "lock")
        with pytest.raises(ArchdslError, match=rf"is being written by another process \(pid {process.pid}\)"):
            RunLock(tmp_path / "lock")


def test_a_second_lock_in_one_process_is_refused_too(tmp_path: Path) -> None:
    lock = RunLock(tmp_path / "lock")
    with pytest.raises(ArchdslError, match="is being written"):
        RunLock(tmp_path / "lock")
    lock.release()
    RunLock(tmp_path / "lock").release()


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", HOLD, WAIT) as process:
        assert line(process) == "held"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not is_locked(tmp_path / "lock")
        RunLock(tmp_path / "lock").release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_that_outlives_a_killed_process_holds_no_lock(tmp_path: Path) -> None:
    with holder(tmp_path / "lock", HOLD, FORK, WAIT) as process:
        lines = {line(process), line(process)}
        child = next(int(text.split()[1]) for text in lines if text.startswith("child"))
        try:
            process.send_signal(signal.SIGKILL)
            process.wait()
            os.kill(child, 0)  # it is alive
            RunLock(tmp_path / "lock").release()
        finally:
            os.kill(child, signal.SIGKILL)


def test_looking_at_a_lock_does_not_take_it(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "lock")
    RunLock(tmp_path / "lock").release()
    assert not is_locked(tmp_path / "lock")
    RunLock(tmp_path / "lock").release()


def test_a_lock_that_is_given_up_at_once_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = RunLock(tmp_path / "lock")
    monkeypatch.setattr(time, "sleep", lambda _: first.release())
    RunLock(tmp_path / "lock").release()
