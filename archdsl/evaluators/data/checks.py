"""What arrays must be before anyone trains on them."""

import numpy as np
from numpy.typing import NDArray

from archdsl.evaluators.dataset import Array, chunks

from .mistakes import bad_data


def to_array(value: object, place: str) -> Array:
    """Make an array of what a user gave: an array, a tensor of any library, a list, an image.

    Raises:
        ArchdslError: It is ragged, holds objects, or has no array form (`bad-data`).
    """
    if hasattr(value, "detach") and hasattr(value, "cpu"):  # a torch tensor, without importing torch
        value = value.detach().cpu()
    try:
        array: Array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise bad_data(f"{place} cannot be read as one array: {reason}") from None
    if array.dtype.kind == "O":
        raise bad_data(f"{place} is an array of objects, expected numbers of one type")
    return array


def to_inputs(value: object, place: str) -> Array:
    """Check inputs: numbers, at least one sample, finite.

    Returns:
        uint8 for bytes and booleans, int64 for other integers, float32 for floats; the shape is kept.

    Raises:
        ArchdslError: They cannot be inputs (`bad-data`).
    """
    x = to_array(value, place)
    if x.dtype.kind not in "buif":
        raise bad_data(f"{place} has elements of type {x.dtype}, expected numbers")
    if x.ndim not in (2, 3, 4):
        raise bad_data(
            f"{place} has shape {_shape(x)}, expected images [n, c, h, w], [n, h, w, c] or [n, h, w], or vectors [n, f]"
        )
    if len(x) == 0:
        raise bad_data(f"{place} is empty")
    if x.size == 0:
        raise bad_data(f"{place} has shape {_shape(x)}: its samples are empty")
    if x.dtype.kind == "b":
        return x.astype(np.uint8)
    if x.dtype.kind != "f":
        return x if x.dtype == np.uint8 else x.astype(np.int64)
    return _to_float32(x, place)


def _to_float32(x: Array, place: str) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        floats = x.astype(np.float32, copy=False)
    for start, chunk in enumerate(chunks(floats)):
        finite = np.isfinite(chunk)
        if not finite.all():
            at = np.unravel_index(int(np.argmin(finite)), chunk.shape)
            index = (start * 1024 + int(at[0]), *map(int, at[1:]))
            raise bad_data(f"{place} holds {x[index]} at {list(index)}, expected finite numbers")
    if x.ndim > 2 and floats.max() > 1 and all(_is_bytes(chunk) for chunk in chunks(floats)):
        raise bad_data(
            f"{place} holds whole numbers in 0..255 as {x.dtype}, expected pixels of 0..255 as uint8",
            help="convert it by `.astype('uint8')`",
        )
    return floats


def _is_bytes(x: NDArray[np.float32]) -> bool:
    return bool(((x >= 0) & (x <= 255) & (x == np.rint(x))).all())


def to_labels(value: object, inputs: Array, place: str, x_place: str) -> NDArray[np.int64]:
    """Check labels: integers from 0, one for each input.

    Raises:
        ArchdslError: They cannot be labels (`bad-data`).
    """
    y = to_array(value, place)
    if y.ndim != 1:
        flat = y.ndim == 2 and y.shape[1] == 1
        raise bad_data(
            f"{place} has shape {_shape(y)}, expected one label for each sample, [{len(inputs)}]",
            help="flatten it by `.reshape(-1)`" if flat else None,
        )
    if y.dtype.kind not in "ui":
        whole = y.dtype.kind == "f" and bool(np.isfinite(y).all()) and bool((y == np.rint(y)).all())
        raise bad_data(
            f"{place} has elements of type {y.dtype}, expected integers",
            help="convert it by `.astype('int64')`" if whole else None,
        )
    if len(y) != len(inputs):
        raise bad_data(f"{x_place} has {len(inputs):,} samples, but {place} has {len(y):,} labels")
    if y.min() < 0:
        at = int(np.argmin(y))
        raise bad_data(f"{place} holds the label {y[at]} at [{at}], expected labels from 0")
    return y.astype(np.int64)


def unify(inputs: dict[str, Array], places: dict[str, str]) -> dict[str, Array]:
    """Give all splits one element type: bytes where every integer fits into one, floats otherwise.

    Raises:
        ArchdslError: One split holds integers and another floats, or their shapes differ (`bad-data`).
    """
    first, *others = inputs
    for other in others:
        a, b = inputs[first], inputs[other]
        if a.shape[1:] != b.shape[1:]:
            raise bad_data(
                f"{places[first]} has samples of shape {_shape(a[0])}, but {places[other]} of shape {_shape(b[0])}"
            )
        if (a.dtype.kind == "f") != (b.dtype.kind == "f"):
            raise bad_data(
                f"{places[first]} holds {a.dtype}, but {places[other]} {b.dtype}, expected one scale in all splits"
            )
    if all(x.dtype.kind == "f" for x in inputs.values()):
        return inputs
    fits = all(x.dtype == np.uint8 or (x.min() >= 0 and x.max() <= 255) for x in inputs.values())
    return {name: x.astype(np.uint8 if fits else np.float32, copy=False) for name, x in inputs.items()}


def check_classes(labels: dict[str, NDArray[np.int64]], places: dict[str, str], classes: int | None) -> int:
    """Check that every class can be learned, and give the number of classes.

    Args:
        labels: The labels of each split, `train` first.
        places: What messages call them.
        classes: The number of classes if it is known; else it is that of the training labels.

    Raises:
        ArchdslError: A label is out of range, a class has no training sample, or there are fewer than two classes
            (`bad-data`).
    """
    train = labels["train"]
    known = int(train.max()) + 1 if classes is None else classes
    if known < 2:
        raise bad_data(f"{places['train']} has 1 class, expected at least 2")
    for split, y in labels.items():
        if y.max() >= known:
            at = int(np.argmax(y))
            reason = f"expected 0..{known - 1}" if classes is not None else "which no training sample has"
            raise bad_data(f"{places[split]} holds the label {y[at]} at [{at}], {reason}")
    if known > len(train):
        raise bad_data(f"{places['train']} has {len(train):,} labels, too few for {known:,} classes")
    empty = np.flatnonzero(np.bincount(train, minlength=known) == 0)
    if len(empty):
        which = f"class {empty[0]}" if len(empty) == 1 else f"{len(empty):,} classes ({_some(empty)})"
        has = "has" if len(empty) == 1 else "have"
        from_one = classes is None and list(empty) == [0] and known > 2
        raise bad_data(
            f"{which} of {known:,} {has} no sample in {places['train']}",
            help="labels count from 0: subtract 1 from all of them" if from_one else None,
        )
    return known


def _some(numbers: NDArray[np.int64]) -> str:
    return ", ".join(map(str, numbers[:5])) + (", …" if len(numbers) > 5 else "")


def _shape(array: Array) -> str:
    return "[" + ", ".join(map(str, array.shape)) + "]"
