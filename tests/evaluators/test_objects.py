"""Datasets out of Python objects."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from archdsl.evaluators.data import load_dataset
from tests.evaluators.raises import raises

DIGITS = load_dataset("digits", validation=0)
X, Y = DIGITS.train.x, DIGITS.train.y
EXPECTED = load_dataset((X, Y)).fingerprint


class Samples:
    """A dataset as people write them: indexed, one sample at a time."""

    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = x, y

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self.x[index], self.y[index]


def tensors() -> TensorDataset:
    return TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))


def generated() -> Iterator[tuple[Any, Any]]:
    for start in range(0, len(X), 100):
        yield X[start : start + 100], Y[start : start + 100].tolist()


@pytest.mark.parametrize(
    "data",
    [
        (X, Y),
        (torch.from_numpy(X), torch.from_numpy(Y)),
        (X.tolist(), Y.tolist()),
        {"train": (X, Y)},
        {"x_train": X, "y_train": Y},
        DataLoader(tensors(), batch_size=128),
        tensors(),
        Samples(X, Y),
        Samples(X, Y.tolist()),
        generated(),
        {"train": DataLoader(tensors(), batch_size=1000)},
    ],
    ids=lambda data: type(data).__name__,
)
def test_the_same_samples_are_the_same_dataset(data: object) -> None:
    assert load_dataset(data).fingerprint == EXPECTED


def test_tensors_that_need_a_gradient_are_read() -> None:
    x = torch.from_numpy(X / 16).requires_grad_()
    assert load_dataset((x, Y)).value_range == (0, 1)


def test_a_dictionary_has_splits_classes_and_a_layout() -> None:
    last = X.transpose(0, 2, 3, 1)
    splits = {"train": (last, Y), "val": (last[:50], Y[:50]), "test": Samples(last[50:70], Y[50:70])}
    dataset = load_dataset({**splits, "classes": list("abcdefghij"), "layout": "NHWC"})
    assert {name: len(split) for name, split in dataset.splits.items()} == {"train": 1437, "validation": 50, "test": 20}
    assert (dataset.classes, dataset.shape, dataset.notes) == (tuple("abcdefghij"), (1, 8, 8), ())


def test_a_dataset_stays_what_it_is() -> None:
    assert load_dataset(DIGITS) is DIGITS
    with raises("bad-option", "digits is already split, so `validation` cannot be chosen"):
        load_dataset(DIGITS, validation=10)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ((X, Y, Y), "`train` is a tuple of 3, expected (x, y)"),
        (
            {"training": (X, Y)},
            "the given data have `training`, expected train, and maybe validation, test, classes, layout",
        ),
        ({"test": (X, Y)}, "the given data lack `train`, expected train, and maybe validation, test, classes, layout"),
        (
            {"train": (X, Y), "val": (X, Y), "validation": (X, Y)},
            "the given data have both `validation` and `val`, expected one of them",
        ),
        ([], "`train` gives nothing"),
        ([(X[:3], Y[:3]), X], "item 1 of `train` is a ndarray, expected (x, y)"),
        ([(X[:3], Y[:3]), (X[:3], Y[:2])], "item 1 of `train` has 3 inputs, but 2 labels"),
        ([(X[0], 1), (X[0, :, 1:], 1)], "item 0 of `train` has shape [1, 1, 8, 8], but item 1 [1, 1, 7, 8]"),
        (
            ([[1, 2], [3]], [0, 1]),
            "`x` of `train` cannot be read as one array: …",
        ),
        (
            (torch.zeros(4, 3, dtype=torch.bfloat16), [0, 1, 0, 1]),
            "`x` of `train` cannot be read as one array: …",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_objects_that_cannot_be_meant_are_refused(data: object, message: str) -> None:
    with raises("bad-data", message):
        load_dataset(data)


@pytest.mark.parametrize("data", [3, None, load_dataset])
def test_things_that_give_no_samples_are_refused(data: object) -> None:
    kind = type(data).__name__
    with raises(
        "unknown-dataset",
        f"cannot read `train` from a {kind}, expected (x, y) or something that gives (x, y) batches",
    ):
        load_dataset(data)
