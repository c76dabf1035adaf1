"""From what a reader found to a dataset: checked, laid out, split and measured."""

import numpy as np

from archdsl.evaluators.dataset import Array, Dataset, Split, chunks

from .checks import check_classes, to_inputs, to_labels, unify
from .layout import to_channels_first
from .mistakes import misuse
from .raw import RawDataset
from .split import stratified, validation_size


def build(raw: RawDataset, *, seed: int, validation: int | float | None) -> Dataset:
    """Check a dataset and split its validation samples off.

    Args:
        raw: What a reader found.
        seed: What the choice of validation samples depends on.
        validation: How many of the training samples validate: a number, a share below 1, or `None` for the
            dataset's own rule. 0 makes no validation split.

    Raises:
        ArchdslError: The data cannot be meant (`bad-data`).
        UsageError: `validation` cannot be meant, or the data have a validation split of their own (`bad-option`).
    """
    order = [name for name in ("train", "validation", "test") if name in raw.splits]
    x_places = {name: raw.splits[name].x_place for name in order}
    y_places = {name: raw.splits[name].y_place for name in order}
    inputs = {name: to_inputs(raw.splits[name].x, x_places[name]) for name in order}
    labels = {name: to_labels(raw.splits[name].y, inputs[name], y_places[name], x_places[name]) for name in order}
    inputs = unify(inputs, x_places)
    inputs, note = to_channels_first(inputs, raw.layout, x_places["train"])
    known = check_classes(labels, y_places, len(raw.classes) if raw.classes is not None else None)
    splits = {name: Split(inputs[name], labels[name]) for name in order}

    if "validation" in splits and validation is not None:
        raise misuse("bad-option", f"{raw.name} has its own validation split, so `validation` cannot be chosen")
    if "validation" not in splits:
        asked = raw.validation if validation is None else validation
        size = validation_size(asked, splits["train"].y, x_places["train"])
        if size:
            splits["train"], splits["validation"] = take(splits["train"], size, seed=seed)

    x = splits["train"].x
    mean, std = statistics(x)
    return Dataset(
        name=raw.name,
        kind="image" if x.ndim == 4 else "vec",
        shape=tuple(x.shape[1:]),
        classes=raw.classes if raw.classes is not None else tuple(map(str, range(known))),
        train=splits["train"],
        validation=splits.get("validation"),
        test=splits.get("test"),
        mean=mean,
        std=std,
        value_range=raw.value_range or _value_range(x),
        license=raw.license,
        source=raw.source,
        notes=(*raw.notes, *([note] if note else ())),
    )


def take(split: Split, size: int, *, seed: int) -> tuple[Split, Split]:
    """Take `size` samples off a split, stratified, and give what is left and what was taken."""
    left, taken = stratified(split.y, size, seed=seed)
    return Split(split.x[left], split.y[left]), Split(split.x[taken], split.y[taken])


def statistics(x: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Give mean and standard deviation of each channel (images) or feature (vectors), in float64.

    A constant channel has standard deviation 1, so that dividing by it is harmless.
    """
    axes = (0, 2, 3) if x.ndim == 4 else (0,)
    count = x.size // x.shape[1]
    mean = sum(chunk.sum(axes, dtype=np.float64) for chunk in chunks(x)) / count
    centered = (chunk - mean.reshape(-1, *[1] * (x.ndim - 2)) for chunk in chunks(x))
    std = np.sqrt(sum(np.square(chunk).sum(axes) for chunk in centered) / count)
    std = np.where(std > 1e-7 * np.abs(mean), std, 1.0)  # rounding alone makes up to 6e-8
    return tuple(map(float, mean)), tuple(map(float, std))


def _value_range(x: Array) -> tuple[float, float]:
    return (0.0, 255.0) if x.dtype == np.uint8 else (float(x.min()), float(x.max()))
