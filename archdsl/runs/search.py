"""Searching, and going on with a search."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.evaluators.protocol import Evaluator, FunctionEvaluator, Score
from archdsl.evaluators.trial import Budget, Trial, best
from archdsl.searchspace import Space
from archdsl.strategies import Strategy, resolve_options
from archdsl.strategies import strategy as make_strategy

from .config import RunConfig, SpaceConfig, StrategyConfig, to_config
from .directory import RunDirectory, create_run
from .journal import Record
from .loop import Loop, Progress
from .run import Run, open_space
from .texts import texts_of


def search(
    space: Space,
    evaluate: Evaluator | Score,
    *,
    strategy: str | Strategy = "regularized_evolution",
    options: Mapping[str, object] | None = None,
    trials: int | None = None,
    time_limit: float | None = None,
    budget: Budget | None = None,
    seed: int = 0,
    out_dir: str | Path | None = None,
    evaluator_config: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> Run:
    """Search a space for the architecture that does best.

    An architecture that comes up again is evaluated again: the seeds differ, so that its results do.

    Args:
        space: Where to search.
        evaluate: A function `score(architecture, budget)` that gives a number to be maximized, or numbers by name, of
            which the first is the objective; or an evaluator.
        strategy: The name of a strategy, or any object with its two methods, `ask` and `tell`.
        options: Options of the strategy; those that are not given suit the number of trials.
        trials: How many candidates to evaluate, failed ones included.
        time_limit: After how many seconds in trials no other begins.
        budget: The fidelity of each trial.
        seed: From which, with its number, the seeds of each trial follow.
        out_dir: The directory to write the run to, which can then be resumed; None keeps it in memory.
        evaluator_config: What the run should say of its evaluator, as plain data.
        progress: Is told of each trial.

    Raises:
        UsageError: An argument cannot be meant, or `out_dir` is taken.
        ArchdslError: All trials failed, or the run cannot be written.
    """
    file, texts = texts_of(space)
    place = SpaceConfig(file=file, network=space.network, statics=dict(space.statics), origin=space.spec)
    config = to_config(
        {
            "space": place,
            "strategy": _strategy_config(strategy, options or {}, trials),
            "evaluator": dict(evaluator_config or {}),
            "budget": budget or Budget(),
            "trials": trials,
            "time_limit": time_limit,
            "seed": seed,
        }
    )
    evaluator, chosen = _to_evaluator(evaluate), _to_strategy(strategy, space, config)
    if out_dir is None:
        return Run(config, space, Loop(space, evaluator, chosen, config, progress=progress).run())
    create_run(Path(out_dir), config, texts)
    with RunDirectory(Path(out_dir)) as directory:
        return _run(Loop(space, evaluator, chosen, config, directory, progress), Path(out_dir), directory)


def resume(
    path: str | Path,
    evaluate: Evaluator | Score,
    *,
    space: Space | None = None,
    strategy: Strategy | None = None,
    trials: int | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Run:
    """Go on with a run exactly as it would have gone on.

    What was done is replayed: the strategy is asked and told again, nothing is evaluated again. The trial that was
    interrupted goes on from its last checkpoint, if its evaluator writes such.

    Args:
        path: The directory of the run.
        evaluate: The function or the evaluator of the run.
        space: Its space, if at hand; else it is made from the text that the run keeps.
        strategy: Its strategy, new, if that was an object of the user's own.
        trials: How many trials are wanted now; None leaves it as it was.
        time_limit: How many seconds in trials are wanted now; None leaves it as it was.
        progress: Is told of each trial.

    Raises:
        UsageError: There is no run, or an argument cannot be meant.
        ArchdslError: Another process has the run, it is damaged, it cannot be replayed, or all trials failed.
    """
    with RunDirectory(Path(path)) as directory:
        ends = {"trials": trials, "time_limit": time_limit}
        given = {name: end for name, end in ends.items() if end is not None}
        config = to_config({**directory.config.model_dump(), **given})
        if strategy is None and config.strategy.options is None:
            raise UsageError(
                Diagnostic(
                    "own-strategy",
                    f"the run `{path}` has a strategy of your own, `{config.strategy.name}`: resume it from Python, "
                    "with a new one as `strategy`",
                )
            )
        space = open_space(Path(path), config) if space is None else space
        chosen = _to_strategy(strategy or config.strategy.name, space, config)
        if config != directory.config:
            directory.reconfigure(config)
        loop = Loop(space, _to_evaluator(evaluate), chosen, config, directory, progress)
        return _run(loop, Path(path), directory)


def _run(loop: Loop, path: Path, directory: RunDirectory) -> Run:
    run = Run(loop.config, loop.space, loop.run(), path)
    directory.end(_result(run, directory))
    return run


def _result(run: Run, directory: RunDirectory) -> Record:
    """Give what came out, as plain data: as in the journal, times stand apart."""
    leader = best(run.trials)
    weights = leader and directory.weights_of(leader.number)
    return {
        "network": run.config.space.network,
        "strategy": run.config.strategy.name,
        "seed": run.config.seed,
        "trials": dict(Counter(trial.status for trial in run.trials)),
        "best": leader and _result_of(leader),
        "weights": str(weights.relative_to(directory.path)) if weights and weights.exists() else None,
        "time": {"cost": round(sum(trial.cost for trial in run.trials), 6)},
    }


def _result_of(trial: Trial) -> Record:
    return {
        "trial": trial.number,
        "measurements": {measurement.name: measurement.value for measurement in trial.measurements},
        "decisions": trial.architecture.to_dict(),
    }


def _strategy_config(strategy: str | Strategy, options: Mapping[str, object], trials: int | None) -> StrategyConfig:
    if isinstance(strategy, str):
        return StrategyConfig(name=strategy, options=resolve_options(strategy, options, trials=trials))
    if options:
        raise UsageError(Diagnostic("bad-option", "a strategy that is an object takes no options here"))
    if not (callable(getattr(strategy, "ask", None)) and callable(getattr(strategy, "tell", None))):
        raise UsageError(
            Diagnostic(
                "bad-strategy", f"expected the name of a strategy or an object with `ask` and `tell`, got {strategy!r}"
            )
        )
    name = getattr(strategy, "name", None)
    return StrategyConfig(name=name if isinstance(name, str) else type(strategy).__qualname__, options=None)


def _to_strategy(strategy: str | Strategy, space: Space, config: RunConfig) -> Strategy:
    return make_strategy(strategy, space, **config.strategy.options or {}) if isinstance(strategy, str) else strategy


def _to_evaluator(evaluate: Evaluator | Score) -> Evaluator:
    if hasattr(evaluate, "evaluate") and hasattr(evaluate, "quantities"):
        return evaluate
    return FunctionEvaluator(evaluate)
