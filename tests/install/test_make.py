"""The Makefile explains itself, and what it lacks."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # Without the variables by which a surrounding `make test` would speak to this make.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def complaint(python: Path, tmp_path: Path) -> str:
    """Return the one line that making an environment with this Python ends in."""
    done = make("test", f"PYTHON={python}", f"VENV={tmp_path / 'environment'}")
    assert done.returncode == 2
    assert done.stdout == ""
    assert not (tmp_path / "environment").exists()
    (line,) = done.stderr.splitlines()
    return line


def pretend(tmp_path: Path, change: str) -> Path:
    """Make a Python that runs what it is given after `change`."""
    python = tmp_path / "python"
    python.write_text(f"""#!/bin/sh\nexec '{sys.executable}' -c "{change}; exec(__import__('sys').argv[1])" "$2"\n""")
    python.chmod(0o755)
    return python


def test_help_is_the_default_and_lists_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    listed = re.findall(r"^make (\S+) +\S", make("help").stdout, re.MULTILINE)
    assert "test" in targets
    assert listed == targets
    assert make().stdout == make("help").stdout


def test_a_missing_python_is_named_in_one_line(tmp_path: Path) -> None:
    assert "cannot run /nonexistent; archdsl needs Python 3.11 or newer" in complaint(Path("/nonexistent"), tmp_path)


def test_a_python_that_is_too_old_is_named_in_one_line(tmp_path: Path) -> None:
    python = pretend(tmp_path, "import sys; sys.version_info = (3, 9, 18)")
    assert f"{python} is Python 3.9; archdsl needs 3.11 or newer" in complaint(python, tmp_path)


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    python = pretend(tmp_path, "import importlib.util as u; u.find_spec = lambda name: None")
    assert f"{python} lacks venv; on Debian and Ubuntu: apt install python3." in complaint(python, tmp_path)


def test_a_python_that_crashes_is_named_in_one_line(tmp_path: Path) -> None:
    assert "does not work" in complaint(pretend(tmp_path, "raise SystemExit(3)"), tmp_path)
