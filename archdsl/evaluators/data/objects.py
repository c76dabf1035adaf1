"""Datasets out of Python objects: arrays, tensors, and whatever gives samples or batches of them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from archdsl.evaluators.dataset import Array

from .arrays import SPLITS, class_names, from_named
from .checks import to_array
from .mistakes import bad_data, misuse
from .raw import RawDataset, RawSplit


def from_object(data: object) -> RawDataset:
    """Read a pair `(x, y)`, a dictionary of splits, or a loader.

    A dictionary has `train` and maybe `validation` (or `val`), `test`, `classes` and `layout`; or named arrays as in
    an `.npz` file. A split is a pair or a loader. A loader is anything that gives `(x, y)`, of one sample or of a
    batch, when it is iterated over or indexed: torch's `DataLoader` and `Dataset` are. It is read once, from its
    beginning to its end, so what it does at random (augmentation) is frozen.

    Raises:
        UsageError: It is none of these (`unknown-dataset`).
        ArchdslError: It cannot be read (`bad-data`).
    """
    if not isinstance(data, Mapping):
        return RawDataset("data", {"train": _split(data, "train")}, source="Python objects")
    if any(isinstance(key, str) and key.startswith(("x_", "y_")) for key in data):
        return from_named(data, name="data", source="Python objects", of=" of the given data")
    splits: dict[str, RawSplit] = {}
    for split, spellings in SPLITS.items():
        given = [word for word in spellings if word in data]
        if len(given) > 1:
            raise bad_data(f"the given data have both `{given[0]}` and `{given[1]}`, expected one of them")
        if given:
            splits[split] = _split(data[given[0]], given[0])
    unknown = [str(key) for key in data if key not in ("train", "validation", "val", "test", "classes", "layout")]
    if unknown or "train" not in splits:
        what = f"have `{unknown[0]}`" if unknown else "lack `train`"
        raise bad_data(f"the given data {what}, expected train, and maybe validation, test, classes, layout")
    return RawDataset(
        name="data",
        splits=splits,
        classes=class_names(data["classes"], " of the given data") if "classes" in data else None,
        layout=str(data["layout"]) if "layout" in data else None,
        source="Python objects",
    )


def _split(data: object, split: str) -> RawSplit:
    x_place, y_place = f"`x` of `{split}`", f"`y` of `{split}`"
    if isinstance(data, tuple):
        if len(data) != 2:
            raise bad_data(f"`{split}` is a tuple of {len(data)}, expected (x, y)")
        return RawSplit(data[0], data[1], x_place, y_place)
    x, y = _read_loader(_items(data, split), split)
    return RawSplit(x, y, x_place, y_place)


def _items(data: Any, split: str) -> Iterator[object]:
    if isinstance(data, Iterable) and not isinstance(data, (str, bytes)):
        return iter(data)
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        return (data[index] for index in range(len(data)))
    raise misuse(
        "unknown-dataset",
        f"cannot read `{split}` from a {type(data).__name__}, expected (x, y) or something that gives (x, y) batches",
    )


def _read_loader(items: Iterator[object], split: str) -> tuple[Array, Array]:
    xs: list[Array] = []
    ys: list[Array] = []
    for number, item in enumerate(items):
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            raise bad_data(f"item {number} of `{split}` is a {type(item).__name__}, expected (x, y)")
        x = to_array(item[0], f"`x` of item {number} of `{split}`")
        y = to_array(item[1], f"`y` of item {number} of `{split}`")
        if y.ndim == 0:  # one sample
            x, y = x[None], y[None]
        if xs and x.shape[1:] != xs[0].shape[1:]:
            raise bad_data(f"item 0 of `{split}` has shape {list(xs[0].shape)}, but item {number} {list(x.shape)}")
        if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
            raise bad_data(f"item {number} of `{split}` has {_count(x)} inputs, but {_count(y)} labels")
        xs.append(x)
        ys.append(y)
    if not xs:
        raise bad_data(f"`{split}` gives nothing")
    return np.concatenate(xs), np.concatenate(ys)


def _count(array: Array) -> int:
    return len(array) if array.ndim else 1
