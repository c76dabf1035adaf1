"""What runs there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final

from archdsl.diagnostics import ArchdslError
from archdsl.evaluators.trial import Measurement

from .config import read_config
from .directory import CONFIG, JOURNAL, LOCK, is_run
from .journal import read_journal
from .lock import is_locked

State = Literal["running", "finished", "interrupted", "damaged"]


@final
@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in a few words; `best` is None where no trial is complete, `problem` says what is damaged."""

    dir: Path
    state: State
    network: str = ""
    strategy: str = ""
    done: int = 0
    wanted: int | None = None
    best: Measurement | None = None
    problem: str | None = None


def list_runs(root: str | Path = "runs") -> tuple[RunSummary, ...]:
    """Give the runs in a directory, by name; none where there is no such directory."""
    root = Path(root)
    return tuple(_summarize(path) for path in sorted(root.iterdir()) if is_run(path)) if root.is_dir() else ()


def _summarize(path: Path) -> RunSummary:
    try:
        config = read_config(path / CONFIG)
        records = read_journal(path / JOURNAL).records
    except ArchdslError as error:
        return RunSummary(path, "damaged", problem=error.diagnostics[0].message)
    is_over = config.is_over(len(records), sum(record["time"]["cost"] for record in records))
    # A look at the lock of a run that is over would only disturb who goes on with it.
    state: State = "finished" if is_over else "running" if is_locked(path / LOCK) else "interrupted"
    objectives = [_objective(record) for record in records if record["status"] == "complete"]
    best = max(objectives, key=lambda objective: objective.fitness, default=None)
    return RunSummary(path, state, config.space.network, config.strategy.name, len(records), config.trials, best)


def _objective(record: Mapping[str, Any]) -> Measurement:
    return Measurement(**record["measurements"][0])
