"""A dataset as everything else sees it: three splits of raw arrays, and what is known about them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

# The element type is uint8 or float32 for inputs and int64 for labels; numpy's types cannot say "one of two".
Array = NDArray[Any]

Kind = Literal["image", "vec"]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Samples and their labels, as they were read: nothing is scaled or normalised.

    `x` is uint8 or float32, `[n, c, h, w]` for images and `[n, f]` for vectors; `y` is int64 `[n]`, from 0.
    Bytes stay bytes, a quarter of the memory of floats: whoever trains normalises each batch on its device.
    """

    x: Array = field(repr=False)
    y: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.y)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A classification task.

    `shape` is a sample's: `(c, h, w)` or `(f,)`. `mean` and `std` are those of the training split in raw units, one
    for each channel of an image or feature of a vector (`std` is 1 where a channel is constant); `value_range` is
    what raw values can be. `validation` and `test` are `None` where there is no such split. The arrays may be the
    caller's own and are never written.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...]
    classes: tuple[str, ...]
    train: Split
    validation: Split | None
    test: Split | None
    mean: tuple[float, ...]
    std: tuple[float, ...]
    value_range: tuple[float, float]
    license: str = "not stated"
    source: str = "given as arrays"
    notes: tuple[str, ...] = ()
    _fingerprint: str = field(default="", init=False, compare=False, repr=False)

    @property
    def splits(self) -> dict[str, Split]:
        """The splits that there are, by name."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: split for name, split in named.items() if split is not None}

    @property
    def fingerprint(self) -> str:
        """A hash of what training and measuring depend on: the splits, the classes and the normalisation."""
        if not self._fingerprint:
            object.__setattr__(self, "_fingerprint", _fingerprint(self))
        return self._fingerprint

    def normalize(self, split: Split) -> NDArray[np.float32]:
        """Give a split's inputs as float32 of mean 0 and standard deviation 1 in each channel."""
        axes = (-1, *[1] * (len(self.shape) - 1))
        mean = np.asarray(self.mean, np.float32).reshape(axes)
        std = np.asarray(self.std, np.float32).reshape(axes)
        normalized: NDArray[np.float32] = (split.x.astype(np.float32) - mean) / std
        return normalized

    def merge_validation(self) -> "Dataset":
        """Give the dataset whose training split holds the validation samples too, for a last training.

        The normalisation stays, so that a module trained before the merge still reads its inputs rightly.
        """
        if self.validation is None:
            return self
        x = np.concatenate((self.train.x, self.validation.x))
        y = np.concatenate((self.train.y, self.validation.y))
        return replace(self, train=Split(x, y), validation=None)

    def describe(self) -> tuple[str, ...]:
        """Give the lines that are printed before anything is trained on this data."""
        sizes = " · ".join(f"{name} {len(split):,}" for name, split in self.splits.items())
        missing = [name for name in ("validation", "test") if name not in self.splits]
        low, high = self.value_range
        unit = "channel" if self.kind == "image" else "feature"
        return (
            f"{self.name}: {self.kind}[{', '.join(map(str, self.shape))}], values {low:g}..{high:g}, "
            f"{len(self.classes)} classes ({_shorten(self.classes)})",
            f"splits: {sizes}" + (f" · no {' or '.join(missing)} split" if missing else ""),
            f"normalised per {unit} by the training split: mean {_numbers(self.mean)}, std {_numbers(self.std)}",
            f"license: {self.license}; found in {self.source}",
            *self.notes,
        )


def _fingerprint(dataset: Dataset) -> str:
    digest = hashlib.sha256()
    about = (dataset.kind, dataset.shape, dataset.classes, dataset.mean, dataset.std)
    digest.update(repr(about).encode())
    for name, split in dataset.splits.items():
        for array in (split.x, split.y):
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            for chunk in chunks(array):
                digest.update(np.ascontiguousarray(chunk).data)
    return digest.hexdigest()[:32]


def chunks(array: Array, size: int = 1024) -> Iterator[Array]:
    """Give an array in pieces of up to `size` samples, so that a pass over it needs little memory."""
    for start in range(0, len(array), size):
        yield array[start : start + size]


def _shorten(names: tuple[str, ...]) -> str:
    return ", ".join(names if len(names) <= 10 else (*names[:9], "…", names[-1]))


def _numbers(values: tuple[float, ...]) -> str:
    if len(values) > 4:
        return f"{min(values):.4g}..{max(values):.4g}"
    return ", ".join(f"{value:.4g}" for value in values)
