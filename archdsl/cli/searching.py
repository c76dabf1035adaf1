"""Commands that train and search: train, search, resume, runs, report.

What they need is imported when one of them runs: no other command waits for it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.evaluators.trial import Budget
from archdsl.searchspace import Space

from .architectures import refuse_existing
from .inputs import (
    ArchArgument,
    AtOption,
    FillOption,
    Found,
    JsonOption,
    PluginOption,
    SeedOption,
    SetOption,
    SpaceArgument,
    find_architecture,
    open_space,
    plugins,
    say_moved,
    size_text,
    statics,
)
from .output import Interrupted, RunProgress, console, print_json, print_table

if TYPE_CHECKING:
    from archdsl.evaluators.training import TrainingEvaluator
    from archdsl.runs import Run, RunSummary

DataOption = Annotated[
    str, typer.Option("--data", metavar="NAME|PATH", help="digits, fashion_mnist, cifar10:PATH, an .npz, a folder.")
]
EpochsOption = Annotated[int, typer.Option("--epochs", help="How long each candidate is trained.")]
DeviceOption = Annotated[str, typer.Option("--device", help="auto, cpu, cuda[:n], mps.")]
TrainingOption = Annotated[
    list[str] | None,
    typer.Option("--training", metavar="NAME=VALUE", help="A setting of the training, such as learning_rate=0.1."),
]
DirOption = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The run's directory; never overwritten.")]


def search(
    space: SpaceArgument,
    data: DataOption = "digits",
    strategy: Annotated[
        str, typer.Option("--strategy", metavar="NAME", help="A wrong name lists them all.")
    ] = "regularized_evolution",
    trials: Annotated[int | None, typer.Option("--trials", help="How many candidates to train.")] = None,
    time: Annotated[str | None, typer.Option("--time", metavar="30m", help="No trial begins after it.")] = None,
    epochs: EpochsOption = 1,
    settings: SetOption = None,
    options: Annotated[
        list[str] | None, typer.Option("--option", metavar="NAME=VALUE", help="An option of the strategy.")
    ] = None,
    training: TrainingOption = None,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    out: DirOption = None,
    plugin: PluginOption = None,
) -> None:
    """Search a space for the architecture that does best on data."""
    from archdsl import api

    files = plugins(plugin)
    loaded = open_space(space, settings)
    evaluator = api.trainer(data, statics(training), device=device)
    if trials is None and time is None:
        trials = 20
    fitted = _announce(loaded, evaluator)
    _search(
        fitted, evaluator, strategy, statics(options), trials, seconds(time) if time else None, epochs, seed,
        out or _fresh(fitted.network), files,
    )  # fmt: skip


def train(
    arch: ArchArgument,
    data: DataOption = "digits",
    epochs: EpochsOption = 20,
    at: AtOption = None,
    settings: SetOption = None,
    fill: FillOption = None,
    training: TrainingOption = None,
    final: Annotated[bool, typer.Option("--final", help="Train on validation samples too; measure on test.")] = False,
    repeats: Annotated[int, typer.Option("--repeats", help="How many trainings, each from its own seed.")] = 1,
    device: DeviceOption = "auto",
    seed: SeedOption = 0,
    out: DirOption = None,
    plugin: PluginOption = None,
) -> None:
    """Train one architecture, from scratch, and keep its weights."""
    from archdsl import api

    files = plugins(plugin)
    found = find_architecture(arch, at, settings, fill, seed)
    say_moved(found)
    architecture = found.architecture
    evaluator = api.trainer(data, statics(training), device=device, final=final)
    if not final and evaluator.dataset.test is not None:
        evaluator = replace(evaluator, measures_test=True)
    fitted = _announce(architecture.space, evaluator)
    moved, dropped = fitted.transfer(architecture)
    say_moved(Found(moved, None, dropped))
    _search(
        fitted, evaluator, "given", {"decisions": moved.to_dict()}, repeats, None, epochs, seed,
        out or _fresh(fitted.network), files,
    )  # fmt: skip


def _announce(space: Space, evaluator: "TrainingEvaluator") -> Space:
    """Print what was found before anything is trained."""
    from archdsl.codegen import load_backend
    from archdsl.evaluators.training import fit_to_data

    for line in evaluator.dataset.describe():
        console.print(line, markup=False)
    fitted = fit_to_data(space, evaluator.dataset)
    evaluator.check(fitted.space)
    if fitted.bound:
        bound = ", ".join(f"{name} = {value}" for name, value in fitted.bound.items())
        console.print(f"bound by the data: {bound}", markup=False)
    console.print(f"space: {fitted.space.network}, {size_text(fitted.space)}", markup=False)
    console.print(f"device: {load_backend('torch').device(evaluator.device)}", markup=False)
    return fitted.space


def _fresh(network: str) -> Path:
    number = 1
    while (path := Path("runs") / f"{network}-{number}").exists():
        number += 1
    return path


def _search(
    space: Space,
    evaluator: "TrainingEvaluator",
    strategy: str,
    options: Mapping[str, Any],
    trials: int | None,
    limit: float | None,
    epochs: int,
    seed: int,
    out: Path,
    files: tuple[str, ...],
) -> None:
    from archdsl import runs

    console.print(f"run: {out}", markup=False)
    described = {**evaluator.describe(), **({"plugins": list(files)} if files else {})}
    with RunProgress(trials, epochs) as progress:
        shown = replace(evaluator, progress=progress.epoch)
        try:
            run = runs.search(
                space, shown, strategy=strategy, options=options, trials=trials, time_limit=limit,
                budget=Budget(epochs=epochs), seed=seed, out_dir=out, evaluator_config=described, progress=progress,
            )  # fmt: skip
        except KeyboardInterrupt:
            raise Interrupted(str(out)) from None
    _summary(run)


def _summary(run: "Run") -> None:
    trial = run.best_trial
    shown = ", ".join(f"{m.name} {m.value:.4g}" for m in trial.measurements[:2])
    console.print(f"best: trial {trial.number}, {shown}", style="bold", markup=False)
    if run.dir is not None:
        console.print(
            f"archdsl show {run.dir}; archdsl report {run.dir}; archdsl compile {run.dir} --out net", markup=False
        )


def resume(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="The run's directory.")],
    trials: Annotated[int | None, typer.Option("--trials", help="How many trials are wanted now.")] = None,
) -> None:
    """Go on with a run that was stopped or killed, exactly as it would have gone on."""
    from archdsl import runs
    from archdsl.evaluators.training import training_evaluator

    config = runs.read_run_config(path)
    plugins(list(config.evaluator.get("plugins", ())))
    if config.evaluator.get("kind") != "training":
        message = f"the run `{path}` was evaluated by a function of your own: resume it from Python"
        raise UsageError(Diagnostic("own-evaluator", message))
    evaluator = training_evaluator(config.evaluator)
    with RunProgress(trials or config.trials, config.budget.epochs) as progress:
        try:
            run = runs.resume(path, replace(evaluator, progress=progress.epoch), trials=trials, progress=progress)
        except KeyboardInterrupt:
            raise Interrupted(str(path)) from None
    _summary(run)


def list_(
    root: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to look.")] = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """List the runs in a folder."""
    from archdsl.runs import list_runs

    found = list_runs(root)
    rows = [
        (str(run.dir), run.network, run.strategy, run.done, run.wanted or "-", run.state, _best(run)) for run in found
    ]
    columns = ("run", "network", "strategy", "trials", "of", "state", "best")
    if as_json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    elif not rows:
        console.print(f"there is no run in {root}", markup=False)
    else:
        print_table(columns, rows)


def _best(run: "RunSummary") -> str:
    if run.problem is not None:
        return run.problem
    return f"{run.best.name} {run.best.value:.4g}" if run.best else "-"


list_.__name__ = "runs"


def report(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="The run's directory.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.")] = None,
) -> None:
    """Write a run as one HTML file: the best architectures, accuracy over trials, cost, lineage."""
    from archdsl.runs import load_run
    from archdsl.runs.report import report as write_report

    target = out or path / "report.html"
    if out is not None:
        refuse_existing(out)
    text = write_report(load_run(path))
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ArchdslError(Diagnostic("unwritable-file", f"cannot write `{target}`: {error.strerror}")) from None
    console.print(str(target), markup=False)


def seconds(text: str) -> float:
    """Read a length of time.

    >>> seconds("30m"), seconds("90"), seconds("1.5h")
    (1800.0, 90.0, 5400.0)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if match is None or float(match.group(1)) <= 0:
        raise UsageError(Diagnostic("bad-option", f"expected a time such as 90, 30m or 2h, given `{text}`"))
    return float(match.group(1)) * {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}[match.group(2)]


COMMANDS: tuple[Callable[..., None], ...] = (train, search, resume, list_, report)
