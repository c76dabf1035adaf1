"""What commands print: diagnostics, tables, progress."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from archdsl.diagnostics import Diagnostic, render, to_json

if TYPE_CHECKING:
    from rich.progress import Progress

    from archdsl.evaluators.trial import Candidate, Trial

console = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else 160)
errors = Console(stderr=True, soft_wrap=True, highlight=False)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C in a run that can be resumed."""

    def __init__(self, directory: str) -> None:
        super().__init__()
        self.directory = directory


def print_diagnostics(diagnostics: Iterable[Diagnostic], *, as_json: bool = False) -> None:
    """Print diagnostics: as JSON lines on standard output, or as text on standard error."""
    for diagnostic in diagnostics:
        if as_json:
            print(to_json(diagnostic))
            continue
        text = render(diagnostic)
        head, _, rest = text.partition("\n")
        color = "red" if diagnostic.level == "error" else "yellow"
        errors.print(head, style=f"bold {color}", markup=False)
        if rest:
            errors.print(rest, markup=False)
        errors.print()


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers stand at the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    data = [list(row) for row in rows]
    for i, name in enumerate(columns):
        numeric = all(isinstance(row[i], (int, float)) for row in data)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in data:
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row))
    console.print(table)


def bar() -> "Progress":
    """Give a progress bar on standard error, with the time that is left; it is shown where somebody looks."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def busy(what: str) -> AbstractContextManager[object]:
    """Say on standard error what takes time, where somebody looks."""
    return errors.status(what) if sys.stderr.isatty() else nullcontext()


@final
class RunProgress:
    """Shows how a run goes: a line for each trial, and a bar with the time that is left."""

    def __init__(self, total: int | None, epochs: int) -> None:
        self._bar = bar()
        self._trials = self._bar.add_task("trials", total=total)
        self._epochs = self._bar.add_task("epochs", total=epochs)
        self._best = float("-inf")

    def __enter__(self) -> "RunProgress":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def replayed(self, trials: "Sequence[Trial]") -> None:
        """Show that finished trials were read from the journal."""
        if trials:
            console.print(f"{len(trials)} finished trials replayed from the journal")
            self._bar.update(self._trials, completed=len(trials))
            self._best = max((trial.fitness for trial in trials if trial.is_complete), default=self._best)

    def started(self, number: int, candidate: "Candidate") -> None:
        """Show that a trial begins."""
        self._bar.update(self._epochs, description=f"trial {number}", completed=0)

    def finished(self, trial: "Trial") -> None:
        """Print a trial's line."""
        self._bar.advance(self._trials)
        if not trial.is_complete:
            reason = (trial.error or "").strip().splitlines()
            console.print(f"trial {trial.number:>3}  {trial.status}: {reason[-1] if reason else ''}", markup=False)
            return
        mark = " *" if trial.fitness > self._best else ""
        self._best = max(self._best, trial.fitness)
        shown = "  ".join(f"{m.name} {_number(m.value)}" for m in trial.measurements)
        console.print(f"trial {trial.number:>3}  {shown}  {trial.cost:.1f} s{mark}", markup=False)

    def epoch(self, report: Any) -> None:
        """Move the bar of the epochs."""
        self._bar.update(self._epochs, completed=report.epoch, total=report.epochs)


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) and abs(value) >= 1 else f"{value:.4f}"
