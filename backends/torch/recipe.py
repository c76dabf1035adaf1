"""What a training loop needs to know of the data and of the settings, whoever holds them.

The loop stands below the layer that reads data and settings, so it names what it needs instead of importing it.
"""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from numpy.typing import NDArray


class Samples(Protocol):
    """One split: `x` is uint8 or float32, `[n, c, h, w]` or `[n, f]`, not normalised; `y` is int64 `[n]`."""

    @property
    def x(self) -> NDArray[Any]: ...

    @property
    def y(self) -> NDArray[Any]: ...


class Data(Protocol):
    """A dataset: `mean` and `std` normalise `x`, one number for each element of its axis 1."""

    @property
    def name(self) -> str: ...

    @property
    def shape(self) -> tuple[int, ...]: ...

    @property
    def mean(self) -> tuple[float, ...]: ...

    @property
    def std(self) -> tuple[float, ...]: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def splits(self) -> Mapping[str, Samples]: ...


class Recipe(Protocol):
    """The settings of a training, under the names and with the meaning of `TrainingConfig`."""

    @property
    def epochs(self) -> int: ...

    @property
    def batch_size(self) -> int: ...

    @property
    def optimizer(self) -> Literal["sgd", "adamw"]: ...

    @property
    def learning_rate(self) -> float: ...

    @property
    def momentum(self) -> float: ...

    @property
    def nesterov(self) -> bool: ...

    @property
    def weight_decay(self) -> float: ...

    @property
    def schedule(self) -> Literal["cosine", "constant"]: ...

    @property
    def minimum_learning_rate(self) -> float: ...

    @property
    def warmup_epochs(self) -> int: ...

    @property
    def label_smoothing(self) -> float: ...

    @property
    def crop_padding(self) -> int: ...

    @property
    def horizontal_flip(self) -> bool: ...

    @property
    def cutout(self) -> int: ...

    @property
    def drop_path(self) -> float: ...

    @property
    def auxiliary_weight(self) -> float: ...

    @property
    def gradient_clip(self) -> float | None: ...

    @property
    def amp(self) -> bool | Literal["auto"]: ...

    @property
    def channels_last(self) -> bool: ...

    @property
    def evaluate_every(self) -> int: ...

    def model_dump(self) -> dict[str, Any]:
        """Give all settings by name."""
        ...
