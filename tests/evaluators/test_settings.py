"""Training takes the settings of the architecture that it trains."""

from typing import Any

import numpy as np
import pytest

from archdsl.api import trainer
from archdsl.diagnostics import UsageError
from archdsl.evaluators.config import TrainingConfig
from archdsl.evaluators.trial import Budget, Candidate
from archdsl.searchspace import Space, loads

TEXT = """
network net(x: image[1, 4, 4]) -> vec[2] {
  setting learning_rate = choose one of 1e-4..1e-1
  setting NAME = choose one of [8, 16]
  return x |> flatten |> linear[2]
}
"""


def space(name: str) -> Space:
    return loads(TEXT.replace("NAME", name))


def data() -> Any:
    rng = np.random.default_rng(0)
    images = rng.random((24, 1, 4, 4), dtype=np.float32)
    return images, np.arange(24) % 2


def test_training_uses_the_settings_of_the_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    training = pytest.importorskip("archdsl.backends.torch.training")
    evaluator = trainer(data(), {"batch_size": 4, "momentum": 0.5})
    architecture = space("batch_size").sample(seed=0)
    seen: list[TrainingConfig] = []
    train = training.train

    def spy(module: Any, dataset: Any, config: TrainingConfig, **rest: Any) -> Any:
        seen.append(config)
        return train(module, dataset, config, **rest)

    monkeypatch.setattr(training, "train", spy)
    evaluator.check(architecture.space)
    evaluator.evaluate(Candidate(architecture), Budget(epochs=2), seed=0)
    assert [(own.epochs, own.momentum) for own in seen] == [(2, 0.5)]
    assert seen[0].batch_size == architecture.settings["batch_size"] != 4
    assert seen[0].learning_rate == architecture.settings["learning_rate"]


def test_a_setting_that_training_does_not_know_is_refused_before_any_trial() -> None:
    with pytest.raises(UsageError, match="there is no training setting `batchsize`"):
        trainer(data()).check(space("batchsize"))
