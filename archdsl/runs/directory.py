"""A run on the disk.

config.yaml      the resolved configuration
space/           the text of the space, and those of its imports
journal.jsonl    a header, then a line for each finished trial
checkpoints/     safetensors: the progress of the trial that is running, the weights of the best
result.json      what came out, once the run has ended
lock, reserve    keep other processes out, and room on the disk
"""

import errno
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import Any, Self, final

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.evaluators.protocol import TrialFiles

from .config import FORMAT, RunConfig, read_config
from .disk import cannot_write, replace_content, reporting, sync_directory, write_durably
from .journal import Journal, Record, read_journal, to_line
from .lock import RunLock
from .reserve import Reserve
from .texts import TEXTS

CONFIG, JOURNAL, RESULT, CHECKPOINTS = "config.yaml", "journal.jsonl", "result.json", "checkpoints"
LOCK, RESERVE = "lock", "reserve"


def is_run(path: Path) -> bool:
    """Tell whether a directory holds a run."""
    return (path / JOURNAL).is_file() and (path / CONFIG).is_file()


def read_run_config(path: str | Path) -> RunConfig:
    """Read the configuration of a run by its directory.

    Raises:
        UsageError: There is no run.
        ArchdslError: The configuration is damaged.
    """
    require_run(Path(path))
    return read_config(Path(path) / CONFIG)


def require_run(path: Path) -> None:
    """Refuse a path that holds no run.

    Raises:
        UsageError: There is none.
    """
    if not is_run(path):
        what = "" if path.is_dir() else ": there is no such directory"
        raise UsageError(Diagnostic("no-run", f"there is no run in `{path}`{what}"))


def create_run(path: Path, config: RunConfig, texts: Mapping[str, str]) -> None:
    """Make the directory of a run.

    It is made under a hidden name beside its place and renamed when all of it is on the disk, so that a directory with
    a run's name always holds a run. An empty directory is taken, any other is left alone.

    Args:
        path: The directory.
        config: What `config.yaml` is to say.
        texts: The texts of the space, by their paths relative to each other.

    Raises:
        UsageError: There is something already.
        ArchdslError: It cannot be written.
    """
    _refuse_to_overwrite(path)
    with reporting(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        hidden.mkdir()
    try:
        with reporting(path):
            _fill(hidden, config, texts)
        try:
            os.replace(hidden, path)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another process was faster
                _refuse_to_overwrite(path)
            raise cannot_write(error, path) from error
        with reporting(path):
            sync_directory(path.parent)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        raise


def _refuse_to_overwrite(path: Path) -> None:
    if is_run(path):
        raise UsageError(
            Diagnostic(
                "run-exists",
                f"there is a run in `{path}` already",
                help=f"go on with it: archdsl resume {quote(str(path))}",
            )
        )
    if path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir()))):
        raise UsageError(Diagnostic("not-empty", f"`{path}` exists and is not an empty directory"))


def _fill(path: Path, config: RunConfig, texts: Mapping[str, str]) -> None:
    (path / CHECKPOINTS).mkdir()
    for name, text in texts.items():
        target = path / TEXTS / name
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_content(target, text.encode())
    header: Record = {
        "format": FORMAT,
        "archdsl": config.archdsl,
        "network": config.space.network,
        "strategy": config.strategy.name,
        "seed": config.seed,
        "time": {"created": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")},
    }
    replace_content(path / CONFIG, config.to_yaml().encode())
    replace_content(path / JOURNAL, to_line(header))


@final
class RunDirectory:
    """A run that this process writes, and no other; a context manager that lets it go at the end."""

    def __init__(self, path: Path) -> None:
        """Lock a run, read its journal and cut away what a crash left.

        Raises:
            UsageError: There is no run.
            ArchdslError: Another process has it, it is damaged, or cannot be written.
        """
        require_run(path)
        self.path = path = path.absolute()  # an evaluation may go to another directory
        self._lock = RunLock(path / LOCK)
        try:
            self.config = read_config(path / CONFIG)
            contents = read_journal(path / JOURNAL)
            self.records = contents.records
            self._reserve = Reserve(path / RESERVE)
            self._journal = Journal(path / JOURNAL, contents, self._reserve)
            with reporting(path / CHECKPOINTS):
                (path / CHECKPOINTS).mkdir(exist_ok=True)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.close()
        self._lock.release()

    def reconfigure(self, config: RunConfig) -> None:
        """Replace the configuration."""
        write_durably(self.path / CONFIG, config.to_yaml().encode())
        self.config = config

    def begin(self, number: int, asked: Mapping[str, Any], best: int | None) -> TrialFiles:
        """Make ready for a trial: room for its line, and only such files as it and the best trial need.

        The name of its progress depends on what is asked for, lest it be taken for the progress of something else.
        """
        self._reserve.secure()
        key = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:8]
        folder = self.path / CHECKPOINTS
        files = TrialFiles(
            progress=folder / f"trial-{number}.{key}.progress.safetensors", weights=self.weights_of(number)
        )
        self._tidy({files.progress, *self._kept(best)})
        return files

    def finish(self, record: Record, best: int | None) -> None:
        """Write down a finished trial; after this, nothing can lose it."""
        self._journal.append(record)
        self._tidy(self._kept(best))

    def end(self, result: Record) -> None:
        """Write down what came out of the run."""
        write_durably(self.path / RESULT, (json.dumps(result, indent=2) + "\n").encode())
        with suppress(OSError):
            (self.path / RESERVE).unlink(missing_ok=True)

    def weights_of(self, number: int) -> Path:
        """Give where the weights of a trial are, if they were kept."""
        return self.path / CHECKPOINTS / f"trial-{number}.safetensors"

    def _kept(self, best: int | None) -> Collection[Path]:
        return () if best is None else (self.weights_of(best),)

    def _tidy(self, kept: Collection[Path]) -> None:
        folder = self.path / CHECKPOINTS
        with reporting(folder):
            for file in folder.iterdir():
                if file not in kept and file.is_file():
                    file.unlink(missing_ok=True)
