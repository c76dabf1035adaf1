"""Kills searches and resumes them: no finished trial may be lost, and the journals must equal that of a whole run.

`make crash` searches with the real command, which trains. `--toy` searches without training, in seconds. Half of the
kills come at a random moment, half inside a write (see `dying.py`).
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from archdsl.runs import journals_equal
from archdsl.runs.directory import is_run

ROOT = Path(__file__).parents[2]
CHILD = str(ROOT / "tests" / "runs" / "child.py")
DYING = str(ROOT / "tests" / "runs" / "dying.py")
POINTS = ("journal", "checkpoint", "sync", "replaced", "creation")
SEARCH = ("--data", "digits", "--strategy", "regularized_evolution", "--trials", "4", "--epochs", "2")


@dataclass(frozen=True)
class Program:
    """What is killed: a command that searches into a directory and one that resumes; `writes` checkpoints in all."""

    search: tuple[str, ...]
    resume: tuple[str, ...]
    trials: int
    writes: int

    def begin(self, run: Path, *dying: str) -> subprocess.Popen[str]:
        """Start a search, or go on with it if the directory is there."""
        command = (*self.resume, str(run)) if is_run(run) else (*self.search, str(run))
        return subprocess.Popen(
            [sys.executable, *([DYING, *dying] if dying else []), *command],
            cwd=run.parent,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, run: Path) -> float:
        """Run to the end; give the seconds that it took."""
        start = time.monotonic()
        process = self.begin(run)
        _, errors = process.communicate()
        if process.returncode != 0:
            sys.exit(f"crash: the run in {run} could not be brought to its end:\n{errors}")
        return time.monotonic() - start


TOY = Program((CHILD, "search"), (CHILD, "resume"), trials=8, writes=8 * 5)
CLI = ("-m", "archdsl.cli")
REAL = Program((*CLI, "search", "digits_cells", *SEARCH, "--out"), (*CLI, "resume"), trials=4, writes=4 * 3)


def kill_at_some_moment(program: Program, run: Path, seconds: float, rng: random.Random) -> None:
    """Kill a search at a random moment between its first trial and its end."""
    while True:
        process = program.begin(run)
        while not is_run(run) and process.poll() is None:
            time.sleep(0.002)
        time.sleep(rng.random() * seconds / 2)
        os.killpg(process.pid, signal.SIGKILL)
        _, errors = process.communicate()
        if process.returncode == -signal.SIGKILL:
            return
        if process.returncode != 0:
            sys.exit(f"crash: the run in {run} failed:\n{errors}")
        shutil.rmtree(run)  # it was faster; the next draw may be earlier


def kill_in_a_write(program: Program, run: Path, point: str, rng: random.Random) -> None:
    """Let a search die inside a write."""
    times = {"creation": 1, "checkpoint": program.writes, "replaced": program.writes}.get(point, program.trials)
    process = program.begin(run, point, str(rng.randint(1, times)), f"{rng.random():.3f}")
    _, errors = process.communicate()
    if process.returncode != -signal.SIGKILL:
        sys.exit(f"crash: the run in {run} did not die at {point}, but ended with {process.returncode}:\n{errors}")


def finished(run: Path) -> set[bytes]:
    """Give the whole lines of a run's journal."""
    journal = run / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True) if journal.exists() else []
    return {line for line in lines if line.endswith(b"\n")}


def main(arguments: list[str] | None = None) -> int:
    """Kill, resume, compare; print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None, help="draw the moments by this seed")
    parser.add_argument("--toy", action="store_true", help="search without training")
    options = parser.parse_args(arguments)
    program = TOY if options.toy else REAL
    rng = random.Random(options.seed)
    lost = equal = 0
    with tempfile.TemporaryDirectory(prefix="archdsl-crash-") as folder:
        whole = Path(folder) / "whole"
        seconds = program.finish(whole)
        for number in range(options.kills):
            run = Path(folder) / f"run-{number}"
            if number % 2 == 0:
                kill_at_some_moment(program, run, seconds, rng)
            else:
                kill_in_a_write(program, run, POINTS[number // 2 % len(POINTS)], rng)
            before = finished(run)
            program.finish(run)
            lost += len(before - finished(run))
            equal += journals_equal(run, whole)
            shutil.rmtree(run)
    print(f"{options.kills} kills, {lost} finished trials lost, {equal} journals equal")
    return 0 if lost == 0 and equal == options.kills else 1


if __name__ == "__main__":
    sys.exit(main())
