"""An evaluator that trains nothing, epoch by epoch, and keeps checkpoints as one that trains would."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from archdsl.evaluators.protocol import Quantity, TrialFiles
from archdsl.evaluators.trial import Budget, Candidate
from tests.strategies.toy import score


def write(path: Path, state: Mapping[str, float]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    save_file({name: np.array(value) for name, value in state.items()}, temporary)
    os.replace(temporary, path)


def read(path: Path) -> dict[str, float]:
    return {name: value.item() for name, value in load_file(path).items()}


class ToyTraining:
    """Each epoch turns one number into another; `before_epoch` is called with all that may be interrupted."""

    def __init__(self, before_epoch: Callable[[Candidate, int], None] = lambda candidate, epoch: None) -> None:
        self.before_epoch = before_epoch
        self.epochs = 0
        self.quantities = {"accuracy": Quantity(), "loss": Quantity("minimize")}

    def evaluate(
        self, candidate: Candidate, budget: Budget, *, seed: int, files: TrialFiles | None = None
    ) -> Mapping[str, float]:
        state = {"weight": seed / 2**32, "epoch": 0.0}
        if files and files.progress.exists():
            state = read(files.progress)
        for epoch in range(int(state["epoch"]), budget.epochs):
            self.before_epoch(candidate, epoch)
            self.epochs += 1
            state = {"weight": (state["weight"] * 1.5 + score(candidate.architecture)) % 1, "epoch": epoch + 1.0}
            if files:
                write(files.progress, state)
        if files:
            write(files.weights, {"weight": state["weight"]})
        return {"accuracy": state["weight"], "loss": 1 - state["weight"]}
