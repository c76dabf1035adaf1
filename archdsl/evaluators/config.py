"""How a candidate is trained."""

from collections.abc import Mapping
from typing import Any, Literal, Self, final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from archdsl.diagnostics import Diagnostic, UsageError, similar

# What suits one optimizer is far off for the other.
_ADAMW = {"learning_rate": 1e-3, "weight_decay": 0.05}


@final
class TrainingConfig(BaseModel):
    """The settings of one training; the defaults suit small convolutional networks on small images.

    The learning rate rises linearly over `warmup_epochs`, then stays or falls as half a cosine to
    `minimum_learning_rate`. `drop_path` is where its rate arrives when the last epoch ends, from 0 and linearly
    (DARTS). `auxiliary_weight` is the weight of each auxiliary output's loss. `crop_padding` (pixels of black on each
    side before a random crop), `horizontal_flip` and `cutout` (the side of a square of mean values) augment images
    and are off at first: a flipped digit is no digit. `gradient_clip` bounds the norm of the gradient, `None` does
    not. `amp` is automatic mixed precision; `"auto"` means on CUDA. `channels_last` is how batches of images lie in
    memory: faster nearly everywhere, but a module that calls `view` on a feature map needs it off. The model is
    evaluated after every `evaluate_every` epochs and after the last, with 0 after the last alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    epochs: int = Field(default=20, ge=1)
    batch_size: int = Field(default=64, ge=1)
    optimizer: Literal["sgd", "adamw"] = "sgd"
    learning_rate: float = Field(default=0.05, gt=0)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    nesterov: bool = True
    weight_decay: float = Field(default=5e-4, ge=0)
    schedule: Literal["cosine", "constant"] = "cosine"
    minimum_learning_rate: float = Field(default=0.0, ge=0)
    warmup_epochs: int = Field(default=0, ge=0)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    crop_padding: int = Field(default=0, ge=0)
    horizontal_flip: bool = False
    cutout: int = Field(default=0, ge=0)
    drop_path: float = Field(default=0.0, ge=0, lt=1)
    auxiliary_weight: float = Field(default=0.4, ge=0)
    gradient_clip: float | None = Field(default=5.0, gt=0)
    amp: bool | Literal["auto"] = "auto"
    channels_last: bool = True
    evaluate_every: int = Field(default=1, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _fill_by_optimizer(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.get("optimizer") == "adamw":
            return {**_ADAMW, **values}
        return values

    @model_validator(mode="after")
    def _check_laws(self) -> Self:
        if self.warmup_epochs >= self.epochs and self.warmup_epochs:
            raise ValueError(f"expected warmup_epochs < epochs, got {self.warmup_epochs} and {self.epochs}")
        if self.minimum_learning_rate > self.learning_rate:
            raise ValueError(
                "expected minimum_learning_rate <= learning_rate, "
                f"got {self.minimum_learning_rate} and {self.learning_rate}"
            )
        if self.optimizer == "sgd" and self.nesterov and not self.momentum:
            raise ValueError("expected momentum > 0 with nesterov, got 0")
        return self


def training_config(values: Mapping[str, object]) -> TrainingConfig:
    """Make a configuration of settings by name, such as those in a file or on a command line.

    Raises:
        UsageError: Settings are unknown or out of their range, one diagnostic for each (`bad-option`).

    >>> training_config({"optimizer": "adamw"}).learning_rate
    0.001
    >>> training_config({"epoch": 3})
    Traceback (most recent call last):
    archdsl.diagnostics.diagnostic.UsageError: error[bad-option]: there is no training setting `epoch`
    """
    try:
        return TrainingConfig.model_validate(dict(values))
    except ValidationError as error:
        raise UsageError(_diagnostic(detail) for detail in _one_each(error)) from None


_OF_THE_SEARCH = ("epochs", "evaluate_every")


def with_settings(config: TrainingConfig, settings: Mapping[str, object]) -> TrainingConfig:
    """Give a configuration in which the settings of an architecture stand in place of the values that it has.

    Raises:
        UsageError: Settings are unknown, out of their range, or what a search decides by itself (`bad-option`).

    >>> with_settings(TrainingConfig(), {"momentum": 0.8}).momentum
    0.8
    """
    if not settings:
        return config
    for name in _OF_THE_SEARCH:
        if name in settings:
            message = f"`{name}` is no setting of an architecture: it is the same for all that are compared"
            raise UsageError(Diagnostic("bad-option", message))
    return training_config({**config.model_dump(), **settings})


def _one_each(error: ValidationError) -> list[Any]:
    """Keep one complaint for each setting: a union complains once for each of its members."""
    first: dict[object, Any] = {}
    for detail in error.errors(include_url=False):
        first.setdefault(detail["loc"][0] if detail["loc"] else detail["msg"], detail)
    return list(first.values())


def _diagnostic(detail: Any) -> Diagnostic:
    if not detail["loc"]:
        return Diagnostic("bad-option", str(detail["ctx"]["error"]))
    name = str(detail["loc"][0])
    if detail["type"] == "extra_forbidden":
        near = similar(name, TrainingConfig.model_fields)
        return Diagnostic(
            "bad-option",
            f"there is no training setting `{name}`",
            notes=() if near else (f"the settings are {', '.join(TrainingConfig.model_fields)}",),
            help=f"a setting with a similar name exists: `{near[0]}`" if near else None,
        )
    law = detail["msg"].removeprefix("Input should be ")
    if name == "amp":
        law = "true, false or 'auto'"
    return Diagnostic("bad-option", f"expected `{name}` to be {law}, got {detail['input']!r}")
