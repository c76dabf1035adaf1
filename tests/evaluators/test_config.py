"""The settings of a training."""

import math
from typing import Any

import pytest
from pydantic import ValidationError

from archdsl.diagnostics import UsageError
from archdsl.evaluators.config import TrainingConfig, training_config, with_settings
from tests.evaluators.raises import raises


def test_settings_read_back_from_what_they_print() -> None:
    config = training_config({"epochs": 3, "optimizer": "adamw", "gradient_clip": None, "amp": True})
    assert TrainingConfig.model_validate_json(config.model_dump_json()) == config


def test_each_optimizer_has_its_own_defaults() -> None:
    assert training_config({}).learning_rate == 0.05
    assert training_config({"optimizer": "adamw"}).weight_decay == 0.05
    assert training_config({"optimizer": "adamw", "learning_rate": 0.1}).learning_rate == 0.1


def test_settings_never_change() -> None:
    with pytest.raises(ValidationError):
        TrainingConfig().epochs = 3


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "expected `epochs` to be greater than or equal to 1, got 0"),
        ({"batch_size": -1}, "expected `batch_size` to be greater than or equal to 1, got -1"),
        ({"optimizer": "adam"}, "expected `optimizer` to be 'sgd' or 'adamw', got 'adam'"),
        ({"learning_rate": math.nan}, "expected `learning_rate` to be a finite number, got nan"),
        ({"momentum": 1}, "expected `momentum` to be less than 1, got 1"),
        ({"amp": "half"}, "expected `amp` to be true, false or 'auto', got 'half'"),
        ({"drop_path": 1.5}, "expected `drop_path` to be less than 1, got 1.5"),
        ({"gradient_clip": 0}, "expected `gradient_clip` to be greater than 0, got 0"),
        ({"epochs": 3, "warmup_epochs": 3}, "expected warmup_epochs < epochs, got 3 and 3"),
        (
            {"minimum_learning_rate": 1},
            "expected minimum_learning_rate <= learning_rate, got 1.0 and 0.05",
        ),
        ({"momentum": 0}, "expected momentum > 0 with nesterov, got 0"),
    ],
)
def test_settings_out_of_range_are_refused(values: dict[str, Any], message: str) -> None:
    with raises("bad-option", message):
        training_config(values)


def test_unknown_settings_get_similar_names() -> None:
    with raises(
        "bad-option",
        "there is no training setting `learningrate`",
        help="a setting with a similar name exists: `learning_rate`",
    ):
        training_config({"learningrate": 1})


def test_unknown_settings_without_similar_names_get_all() -> None:
    note = f"the settings are {', '.join(TrainingConfig.model_fields)}"
    with raises("bad-option", "there is no training setting `ema`", notes=(note,)):
        training_config({"ema": 1})


def test_all_mistaken_settings_are_named_at_once() -> None:
    with pytest.raises(UsageError) as caught:
        training_config({"epochs": 0, "batch": 1, "amp": "half"})
    assert [diagnostic.message.split("`")[1] for diagnostic in caught.value.diagnostics] == ["epochs", "amp", "batch"]


def test_settings_of_an_architecture_replace_those_of_the_training() -> None:
    config = TrainingConfig(momentum=0.8, batch_size=16)
    changed = with_settings(config, {"batch_size": 128, "learning_rate": 0.01})
    assert changed == TrainingConfig(momentum=0.8, batch_size=128, learning_rate=0.01)
    assert with_settings(config, {}) is config


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 3}, "`epochs` is no setting of an architecture: it is the same for all that are compared"),
        ({"dropout_rate": 0.5}, "there is no training setting `dropout_rate`"),
        ({"momentum": 1.5}, "expected `momentum` to be less than 1, got 1.5"),
    ],
)
def test_settings_of_an_architecture_are_known_to_the_training(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        with_settings(TrainingConfig(), settings)
