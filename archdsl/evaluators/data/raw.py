"""What a reader hands over: arrays as they were found, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class RawSplit:
    """Inputs and labels, unchecked, each with the words by which messages call it (`` `x_train` of a.npz ``)."""

    x: object
    y: object
    x_place: str
    y_place: str


@final
@dataclass(frozen=True, slots=True)
class RawDataset:
    """A dataset, unchecked.

    `splits` has `train`, and maybe `validation` and `test`. `classes` is `None` where labels are only numbered;
    `layout` is `"NCHW"`, `"NHWC"`, or `None` where it is to be found out; `value_range` is `None` where it is to be
    measured; `validation` is how much of `train` becomes the validation split if nothing else was asked for: a
    number of samples or a share.
    """

    name: str
    splits: Mapping[str, RawSplit]
    classes: tuple[str, ...] | None = None
    layout: str | None = None
    value_range: tuple[float, float] | None = None
    license: str = "not stated"
    source: str = "given as arrays"
    notes: tuple[str, ...] = ()
    validation: int | float = 0.2
