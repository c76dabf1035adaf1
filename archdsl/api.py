"""The calls that join the layers: compile, search, resume. `archdsl/__init__.py` is their only door."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archdsl import runs
from archdsl.codegen import load_backend, load_plugin
from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.evaluators.config import TrainingConfig, training_config
from archdsl.evaluators.data import load_dataset
from archdsl.evaluators.protocol import Evaluator, Score
from archdsl.evaluators.training import TrainingEvaluator, fit_to_data, training_evaluator
from archdsl.evaluators.trial import Budget
from archdsl.interop.published import PUBLISHED
from archdsl.runs import Progress, Run
from archdsl.searchspace import Architecture, Space
from archdsl.searchspace.dedup import LIMIT, Deduplicated
from archdsl.searchspace.dedup import dedup as count_networks
from archdsl.searchspace.equivalences import Progress as DedupProgress
from archdsl.strategies import Strategy


def compile(architecture: Architecture, *, seed: int | None = None) -> Any:
    """Build an architecture as a plain `torch.nn.Module`, untrained, on the current default device.

    It takes a batch of inputs and gives logits; in training mode a tuple of them and the auxiliary ones, if there are.
    `seed` fixes the initial weights.

    Raises:
        ArchdslError: torch is not installed, or an op has no lowering.

    >>> import archdsl
    >>> net = archdsl.compile(archdsl.load("digits_cells", width=4).sample(seed=0))
    >>> sum(p.numel() for p in net.parameters()) == archdsl.load("digits_cells", width=4).sample(seed=0).params
    True
    """
    return load_backend("torch").compile(architecture.graph, seed=seed)


def supernet(space: Space, *, seed: int | None = None) -> Any:
    """Build one weight-sharing module in which every choice of a space is kept open (`archdsl.codegen.Supernet`).

    Its alternatives are mixed by the softmax of architecture parameters; `seed` fixes the initial weights.

    Raises:
        ArchdslError: torch is not installed, or a choice cannot be kept open.
    """
    return load_backend("torch").compile(space.supergraph(), seed=seed)


def dedup(
    space: Space,
    *,
    cell: str | None = None,
    whole: bool = False,
    limit: int = LIMIT,
    progress: DedupProgress | None = None,
) -> Deduplicated:
    """Count how many networks the architectures of a space are, up to exact rewrites, and up to named inexact ones.

    Where a network decides all in one cell, one use of that cell stands for it. Equal fingerprints are verified.

    Args:
        space: The space; all its architectures are looked at.
        cell: Take one use of this cell; it is found by itself where it is the only one that decides.
        whole: Take whole networks in any case.
        limit: How many architectures are looked at; of more, only those keys are counted that need no look at each.
        progress: Is told of the stage, how much of it is done, and how much there is.

    Raises:
        UsageError: there is no such cell, or there are too many architectures.
        ArchdslError: the space is not well-typed.

    >>> import archdsl
    >>> text = "network n(x: vec[4]) -> vec[4] = x + (x |> choose { zero | relu | identity |> relu })"
    >>> found = archdsl.dedup(archdsl.loads(text))
    >>> found.decisions, found["fingerprints"]
    (3, 2)
    """
    return count_networks(space, cell=cell, whole=whole, published=PUBLISHED, limit=limit, progress=progress)


def search(
    space: Space,
    *,
    evaluate: Evaluator | Score | None = None,
    data: object = None,
    strategy: str | Strategy = "regularized_evolution",
    options: Mapping[str, object] | None = None,
    trials: int | None = None,
    time_limit: float | None = None,
    epochs: int = 1,
    training: Mapping[str, object] | TrainingConfig | None = None,
    device: str = "auto",
    seed: int = 0,
    out: str | Path | None = None,
    plugins: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> Run:
    """Search a space for the architecture that does best.

    Either `evaluate` measures an architecture (a function of it and a budget that gives a number to be maximized, or
    numbers by name of which the first is), or candidates are trained on `data`: a name, a path, arrays, or loaders.

    Args:
        space: Where to search; statics that stand for dims of the data take the data's values.
        evaluate: The user's own measurement.
        data: What to train on.
        strategy: A name, or an object with `ask` and `tell`.
        options: Options of a strategy that is named.
        trials: How many candidates to evaluate.
        time_limit: After how many seconds in trials no other begins.
        epochs: How long each candidate is trained.
        training: Settings of the training by name (`archdsl.evaluators.config.TrainingConfig`).
        device: `auto`, `cpu`, `cuda`, `cuda:1`, `mps`.
        seed: Where all chance comes from.
        out: The directory to write the run to; None keeps it in memory.
        plugins: Files of the user's own Python that the run needs.
        progress: Is told of each trial.

    Raises:
        UsageError: an argument cannot be meant.
        ArchdslError: the data do not fit, or all trials failed.

    >>> import archdsl
    >>> run = archdsl.search(archdsl.load("digits_cells"), evaluate=lambda arch, budget: -arch.params, trials=3)
    >>> len(run.trials), run.best in run.space
    (3, True)
    """
    if (evaluate is None) == (data is None):
        raise UsageError(Diagnostic("bad-evaluator", "a search needs one of `evaluate` and `data`"))
    for plugin in plugins:
        load_plugin(plugin)
    budget = Budget(epochs=epochs)
    described: dict[str, Any] = {}
    if evaluate is None:
        evaluator = trainer(data, training, device=device)
        space = fit_to_data(space, evaluator.dataset).space
        evaluator.check(space)
        described = evaluator.describe() if out is not None else {}
        evaluate = evaluator
    if plugins:
        described["plugins"] = [str(Path(plugin).resolve()) for plugin in plugins]
    return runs.search(
        space,
        evaluate,
        strategy=strategy,
        options=options,
        trials=trials,
        time_limit=time_limit,
        budget=budget,
        seed=seed,
        out_dir=out,
        evaluator_config=described,
        progress=progress,
    )


def trainer(
    data: object,
    training: Mapping[str, object] | TrainingConfig | None = None,
    *,
    device: str = "auto",
    measures_test: bool = False,
    final: bool = False,
) -> TrainingEvaluator:
    """Make the evaluator that trains candidates on data.

    Raises:
        UsageError: there are no such data, or a setting cannot be meant.
        ArchdslError: the data are broken.
    """
    config = training if isinstance(training, TrainingConfig) else training_config(training or {})
    origin = str(data) if isinstance(data, str | Path) else None
    return TrainingEvaluator(load_dataset(data), config, device, measures_test, final, origin)


def resume(
    path: str | Path,
    *,
    evaluate: Evaluator | Score | None = None,
    strategy: Strategy | None = None,
    trials: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Go on with a run exactly as it would have gone on; `trials` asks for more than it began with.

    A run that was evaluated by the user's own function needs that function again, as `evaluate`.

    Raises:
        UsageError: there is no run, or what it needs is not given.
        ArchdslError: it is damaged, or the data or the strategy are not what they were.
    """
    config = runs.read_run_config(path)
    for plugin in config.evaluator.get("plugins", ()):
        load_plugin(plugin)
    if evaluate is None:
        if config.evaluator.get("kind") != "training":
            message = f"the run `{path}` was evaluated by a function of your own: give it again, as `evaluate`"
            raise UsageError(Diagnostic("own-evaluator", message))
        evaluate = training_evaluator(config.evaluator)
    return runs.resume(path, evaluate, strategy=strategy, trials=trials, progress=progress)
