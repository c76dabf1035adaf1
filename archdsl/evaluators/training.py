"""Evaluates a candidate by training it on a dataset."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, final

from archdsl.codegen import load_backend
from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.ir import Type
from archdsl.searchspace import Space
from archdsl.searchspace.fitting import Fitted, fit

from .config import TrainingConfig, with_settings
from .data import load_dataset
from .dataset import Dataset
from .protocol import Quantity, TrialFailure, TrialFiles
from .trial import Budget, Candidate, Status


def types_of(dataset: Dataset) -> tuple[Type, Type]:
    """Give the types of a dataset's samples and of the logits that it needs."""
    return Type(dataset.kind, dataset.shape), Type("vec", (len(dataset.classes),))


def fit_to_data(space: Space, dataset: Dataset) -> Fitted:
    """Bind the statics of a space that the data decide.

    Raises:
        ArchdslError: the network does not fit the data.
    """
    return fit(space, *types_of(dataset))


@final
@dataclass(frozen=True)
class TrainingEvaluator:
    """Trains on the training split and measures `accuracy` on the validation split.

    The epochs are the budget's. A `setting` of the space replaces the value that `config` has under its name.
    `measures_test` measures `test_accuracy` as well, once, after the training; `final`
    trains on training and validation samples together and measures on the test split alone.

    `origin` is what the user named as data, so that a run can find them again.
    """

    dataset: Dataset
    config: TrainingConfig = field(default_factory=TrainingConfig)
    device: str = "auto"
    measures_test: bool = False
    final: bool = False
    origin: str | None = None
    progress: Callable[[Any], None] | None = None

    def __post_init__(self) -> None:
        if not self.final and self.dataset.validation is None:
            raise UsageError(Diagnostic("missing-split", f"`{self.dataset.name}` has no validation split to select by"))
        if (self.final or self.measures_test) and self.dataset.test is None:
            raise UsageError(Diagnostic("missing-split", f"`{self.dataset.name}` has no test split"))

    @property
    def quantities(self) -> Mapping[str, Quantity]:
        """The measurements: accuracies are shares of 1."""
        return {"loss": Quantity("minimize", "nats"), "params": Quantity("minimize"), "macs": Quantity("minimize")}

    def check(self, space: Space) -> None:
        """Check that what a space sets is known here.

        Raises:
            UsageError: a setting of the space is unknown, or has a value that it cannot have.
        """
        with_settings(self.config, space.sample(seed=0).settings)

    def evaluate(
        self, candidate: Candidate, budget: Budget, *, seed: int, files: TrialFiles | None = None
    ) -> Mapping[str, float]:
        """Compile, train and measure a candidate; a diverged training and too little memory are failures."""
        if budget.fraction != 1 or budget.resolution is not None:
            raise UsageError(Diagnostic("bad-budget", "training has epochs as its only fidelity"))
        config = with_settings(self.config, candidate.architecture.settings)
        backend = load_backend("torch")
        training = importlib.import_module("archdsl.backends.torch.training")
        evaluation = importlib.import_module("archdsl.backends.torch.evaluation")
        checkpoints = importlib.import_module("archdsl.backends.torch.checkpoint")
        device = importlib.import_module("archdsl.backends.torch.device").select_device(self.device)
        module: Any = backend.compile(candidate.architecture.graph, seed=seed)
        dataset = self.dataset.merge_validation() if self.final else self.dataset
        split = "test" if self.final else "validation"
        outcome = training.train(
            module,
            dataset,
            config.model_copy(update={"epochs": budget.epochs, "evaluate_every": 0 if self.final else 1}),
            seed=seed,
            device=device,
            checkpoint=files.progress if files else None,
            progress=self.progress,
            evaluate_on=split,
        )
        if outcome.status != "complete":
            status: Status = "out_of_memory" if outcome.status == "out-of-memory" else "failed"
            raise TrialFailure(outcome.reason, status=status)
        last = outcome.history[-1]
        accuracy = "test_accuracy" if self.final else "accuracy"
        result = {accuracy: last.accuracy, "loss": last.loss}
        if self.measures_test and not self.final:
            result["test_accuracy"] = evaluation.evaluate(module, dataset, "test", device=device).accuracy
        if files is not None:
            checkpoints.save_weights(module, files.weights)
        costs = {"params": candidate.architecture.params, "macs": candidate.architecture.macs}
        return {**result, **costs}

    def describe(self) -> dict[str, Any]:
        """Say as plain data how to make this evaluator again.

        Raises:
            ArchdslError: the data are objects in memory, which no file can name.
        """
        if self.origin is None:
            message = "data that were given as objects cannot be named in a run directory"
            raise ArchdslError(Diagnostic("unnamed-data", message, help="give a path, or make no run directory"))
        return {
            "kind": "training",
            "data": self.origin,
            "data_fingerprint": self.dataset.fingerprint,
            "training": self.config.model_dump(mode="json"),
            "device": self.device,
            "measures_test": self.measures_test,
            "final": self.final,
        }


def training_evaluator(described: Mapping[str, Any]) -> TrainingEvaluator:
    """Make an evaluator from its description.

    Raises:
        ArchdslError: the data are not what they were.
    """
    dataset = load_dataset(described["data"])
    known = described.get("data_fingerprint")
    if known is not None and dataset.fingerprint != known:
        message = f"the data `{described['data']}` are not those that the run began with"
        raise ArchdslError(Diagnostic("changed-data", message))
    return TrainingEvaluator(
        dataset,
        TrainingConfig.model_validate(described["training"]),
        described["device"],
        described["measures_test"],
        described["final"],
        described["data"],
    )
