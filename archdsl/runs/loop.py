"""The loop of a search: ask, evaluate, write down, tell."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol, final

from archdsl.diagnostics import ArchdslError, Diagnostic
from archdsl.evaluators.protocol import Evaluator
from archdsl.evaluators.trial import Candidate, Seeds, Trial, best
from archdsl.searchspace import Space
from archdsl.strategies import Strategy

from .attempt import attempt
from .config import RunConfig
from .directory import RunDirectory
from .records import differences, to_asked, to_record, to_trial
from .seeds import seeds_of

_PATIENCE = 3
"""How many trials may all fail before the run stops."""


class Progress(Protocol):
    """Is told how a run goes, to show it."""

    def replayed(self, trials: Sequence[Trial]) -> None: ...

    def started(self, number: int, candidate: Candidate) -> None: ...

    def finished(self, trial: Trial) -> None: ...


@final
@dataclass(frozen=True, slots=True)
class Loop:
    """A search, ready to run; `directory` is None where nothing is written.

    The strategy's generator and the evaluation's seed of each trial follow from the run's seed and the trial's number.
    So a new strategy, asked and told what the journal holds, stands where the old one stood.
    """

    space: Space
    evaluator: Evaluator
    strategy: Strategy
    config: RunConfig
    directory: RunDirectory | None = None
    progress: Progress | None = None

    def run(self) -> tuple[Trial, ...]:
        """Replay what was done and do the rest.

        Raises:
            ArchdslError: What was done cannot be replayed, all trials fail, or the disk is full.
        """
        trials = self._replay()
        seconds, leader = sum(trial.cost for trial in trials), best(trials)
        if self.progress:
            self.progress.replayed(trials)
        while not self.config.is_over(len(trials), seconds):
            trial = self._step(len(trials), leader)
            trials.append(trial)
            seconds, leader = seconds + trial.cost, _better(leader, trial)
            if self.progress:
                self.progress.finished(trial)
            if len(trials) % _PATIENCE == 0:
                self._refuse_if_all_fail(trials)
        self._refuse_if_all_fail(trials)
        return tuple(trials)

    def _replay(self) -> list[Trial]:
        trials: list[Trial] = []
        for record in self.directory.records if self.directory else ():
            seeds = seeds_of(self.config.seed, len(trials))
            candidate = self._ask(len(trials), seeds)
            if found := differences(candidate, self.config.budget, seeds, record):
                raise ArchdslError(
                    Diagnostic(
                        "changed-run",
                        f"cannot replay trial {len(trials)} of the run: the strategy asks for something else now",
                        notes=(*found, self._suspects()),
                    )
                )
            trials.append(to_trial(record, candidate))
            self._tell(trials[-1])
        return trials

    def _suspects(self) -> str:
        begun, now = self.config.archdsl, version("archdsl")
        if begun != now:
            return f"the run was begun by archdsl {begun}, this is {now}"
        return "the space, the strategy, the configuration or archdsl itself was changed"

    def _step(self, number: int, leader: Trial | None) -> Trial:
        seeds, budget = seeds_of(self.config.seed, number), self.config.budget
        candidate = self._ask(number, seeds)
        files = None
        if self.directory:
            files = self.directory.begin(number, to_asked(candidate, budget, seeds), _number(leader))
        if self.progress:
            self.progress.started(number, candidate)
        trial = attempt(number, candidate, budget, seeds, self.evaluator, files)
        if self.directory:
            self.directory.finish(to_record(trial, time.time()), _number(_better(leader, trial)))
        self._tell(trial)
        return trial

    def _ask(self, number: int, seeds: Seeds) -> Candidate:
        with self._blaming(f"asked for trial {number}"):
            candidate: Any = self.strategy.ask(random.Random(seeds.ask))
        if not isinstance(candidate, Candidate):
            raise self._bad_strategy(f"expected a `Candidate` when asked for trial {number}, got {candidate!r}")
        if self._is_users_own and candidate.architecture not in self.space:
            raise self._bad_strategy(
                f"expected an architecture of `{self.space.name}` when asked for trial {number}, "
                f"got {dict(candidate.architecture.decisions)!r}"
            )
        return candidate

    def _tell(self, trial: Trial) -> None:
        with self._blaming(f"told of trial {trial.number}"):
            self.strategy.tell(trial)

    @property
    def _is_users_own(self) -> bool:
        return self.config.strategy.options is None

    @contextmanager
    def _blaming(self, when: str) -> Iterator[None]:
        """Say that the user's own strategy broke; if one of ours did, that is a bug, which stays as it is."""
        try:
            yield
        except Exception as error:
            if not self._is_users_own or isinstance(error, ArchdslError):
                raise
            raise self._bad_strategy(f"{type(error).__name__}: {error}, when {when}") from error

    def _bad_strategy(self, message: str) -> ArchdslError:
        return ArchdslError(Diagnostic("bad-strategy", f"the strategy `{self.config.strategy.name}`: {message}"))

    def _refuse_if_all_fail(self, trials: Sequence[Trial]) -> None:
        """Stop a run in which nothing ever ended well; a trial that a constraint ruled out is no failure."""
        if not trials or any(trial.status in ("complete", "infeasible") for trial in trials):
            return
        first = trials[0].error or "no message"
        which = f"all {len(trials)} trials failed, the first one" if len(trials) > 1 else "the only trial failed"
        reason = first.rstrip().splitlines()[-1][:200]
        raise ArchdslError(Diagnostic("trials-fail", f"{which} with: {reason}", notes=(first,)))


def _better(leader: Trial | None, trial: Trial) -> Trial | None:
    return best((trial,) if leader is None else (leader, trial))


def _number(trial: Trial | None) -> int | None:
    return None if trial is None else trial.number
