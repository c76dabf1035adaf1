"""A full disk ends a run with one error, and what was finished is kept."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archdsl.diagnostics import ArchdslError
from archdsl.runs import journals_equal, load_run, resume, search
from archdsl.searchspace import Architecture
from tests.strategies.toy import score, toy_space

LIMITED = """
import resource, sys
from pathlib import Path
from archdsl.diagnostics import ArchdslError
from archdsl.runs import search
from tests.strategies.toy import score, toy_space

toy_space().size()
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    search(toy_space(), score, trials=12, out_dir=Path(sys.argv[1]))
except ArchdslError as error:
    print("\\n".join(map(str, error.diagnostics)), file=sys.stderr)
    sys.exit(error.exit_code)
"""


def limited(path: Path, size: int) -> subprocess.CompletedProcess[str]:
    """Run a search in a process whose files may not become larger than `size`."""
    command = [sys.executable, "-c", LIMITED, str(path), str(size)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": "."})


@pytest.mark.parametrize("trials", [0, 1, 6])
def test_a_journal_that_may_grow_no_more_ends_the_run_with_one_line_and_it_can_be_resumed(
    tmp_path: Path, trials: int
) -> None:
    search(toy_space(), score, trials=12, out_dir=tmp_path / "whole")
    lines = (tmp_path / "whole" / "journal.jsonl").read_bytes().splitlines(keepends=True)
    size = len(b"".join(lines[: trials + 1])) + 300  # within a line, and enough for the other files
    process = limited(tmp_path / "run", max(size, 600))
    journal = tmp_path / "run" / "journal.jsonl"
    assert process.returncode == 1
    assert process.stderr == f"error[cannot-write]: cannot write `{journal}`: file too large\n"
    kept = journal.read_bytes()
    assert kept.endswith(b"\n")
    assert load_run(tmp_path / "run").trials
    resume(tmp_path / "run", score)
    assert journal.read_bytes().startswith(kept)
    assert journals_equal(tmp_path / "run", tmp_path / "whole")


def test_a_run_that_finds_no_room_at_all_leaves_nothing_behind(tmp_path: Path) -> None:
    process = limited(tmp_path / "run", 100)
    assert process.returncode == 1
    assert process.stderr == f"error[cannot-write]: cannot write `{tmp_path / 'run'}`: file too large\n"
    assert list(tmp_path.iterdir()) == []


def test_an_evaluation_that_finds_the_disk_full_ends_the_run_and_is_no_failed_trial(tmp_path: Path) -> None:
    room = [2]

    def writing(architecture: Architecture) -> float:
        if not room[0]:
            raise OSError(28, os.strerror(28), str(tmp_path / "cache"))
        room[0] -= 1
        return score(architecture)

    with pytest.raises(ArchdslError, match=r"cannot write `.*cache`: no space left on device"):
        search(toy_space(), writing, trials=5, out_dir=tmp_path / "run")
    assert [trial.status for trial in load_run(tmp_path / "run").trials] == ["complete"] * 2
    room[0] = 100
    resume(tmp_path / "run", writing)
    search(toy_space(), score, trials=5, out_dir=tmp_path / "whole")
    assert journals_equal(tmp_path / "run", tmp_path / "whole")
