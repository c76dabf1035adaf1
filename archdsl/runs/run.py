"""Runs, as Python sees them."""

from dataclasses import dataclass
from pathlib import Path
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.evaluators.trial import Candidate, Trial, best
from archdsl.searchspace import Architecture, Space

from .config import RunConfig, read_config
from .directory import CHECKPOINTS, CONFIG, JOURNAL, require_run
from .journal import read_journal
from .records import comparable, decisions_in, to_trial
from .texts import TEXTS, open_text


@final
@dataclass(frozen=True, slots=True)
class Run:
    """A search, finished or not: its configuration, its space and its trials.

    `dir` is None for a run that lived in memory.
    """

    config: RunConfig
    space: Space
    trials: tuple[Trial, ...]
    dir: Path | None = None

    @property
    def best_trial(self) -> Trial:
        """The complete trial of the best objective, the first of equal ones.

        Raises:
            ArchdslError: No trial is complete.
        """
        leader = best(self.trials)
        if leader is None:
            what = f"none of the {len(self.trials)} trials" if self.trials else "no trial"
            where = f" of the run `{self.dir}`" if self.dir else ""
            raise ArchdslError(Diagnostic("no-best", f"{what}{where} is complete, so that none is the best"))
        return leader

    @property
    def best(self) -> Architecture:
        """The architecture of the best trial."""
        return self.best_trial.architecture

    @property
    def weights(self) -> Path | None:
        """The trained weights of the best trial, if its evaluation kept them."""
        if self.dir is None or best(self.trials) is None:
            return None
        path = self.dir / CHECKPOINTS / f"trial-{self.best_trial.number}.safetensors"
        return path if path.exists() else None

    @property
    def is_finished(self) -> bool:
        """Whether all that was wanted is done."""
        return self.config.is_over(len(self.trials), sum(trial.cost for trial in self.trials))


def open_space(path: Path, config: RunConfig) -> Space:
    """Make the space of a run from the text that the run keeps."""
    return open_text(path / TEXTS / config.space.file, config.space.network, config.space.statics)


def load_run(path: str | Path, *, space: Space | None = None) -> Run:
    """Read a run, while it is written, too.

    Args:
        path: Its directory.
        space: Its space, if at hand; else it is made from the text that the run keeps.

    Raises:
        UsageError: There is no run.
        ArchdslError: The run is damaged, or its space needs a plug-in that is not there.
    """
    path = Path(path)
    require_run(path)
    config = read_config(path / CONFIG)
    space = open_space(path, config) if space is None else space
    trials: list[Trial] = []
    for record in read_journal(path / JOURNAL).records:
        architecture = Architecture(space, decisions_in(record))  # it was checked when it was asked for
        trials.append(to_trial(record, Candidate(architecture, tuple(record["parents"]), record["operator"])))
    return Run(config, space, tuple(trials), path)


def journals_equal(first: str | Path, second: str | Path) -> bool:
    """Tell whether the journals of two runs are equal in every field but times."""
    one, other = (comparable(read_journal(Path(path) / JOURNAL)) for path in (first, second))
    return one == other
