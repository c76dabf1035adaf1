"""Datasets out of named arrays: `.npz` files and dictionaries."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from archdsl.diagnostics import similar

from .checks import to_array
from .mistakes import bad_data, missing_file
from .raw import RawDataset, RawSplit

SPLITS = {"train": ("train",), "validation": ("validation", "val"), "test": ("test",)}


def read_npz(path: Path) -> RawDataset:
    """Read `x_train`, `y_train` and what else there is from an `.npz` file, without unpickling anything.

    `x_validation` or `x_val`, `x_test` and their `y_…` are optional, and so are `classes`, the names of the classes,
    and `layout`, which is `NCHW` or `NHWC`.

    Raises:
        UsageError: There is no such file (`missing-file`).
        ArchdslError: It is broken or has other arrays in it (`bad-data`).
    """
    if not path.exists():
        raise missing_file(path, "a dataset as .npz")
    arrays: dict[str, object] = {}
    try:
        with path.open("rb") as stream:  # numpy leaves a broken file open if it opened it
            loaded = np.load(stream, allow_pickle=False)
            if not isinstance(loaded, np.lib.npyio.NpzFile):
                raise bad_data(f"`{path}` holds a single array, expected `x_train` and `y_train`")
            with loaded as file:
                for key in file.files:
                    arrays[key] = _member(file, key, path)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise bad_data(f"`{path}` is not a readable .npz file: {_reason(error)}") from None
    return from_named(arrays, name=path.stem, source=str(path), of=f" of {path.name}")


def _member(file: "np.lib.npyio.NpzFile", key: str, path: Path) -> object:
    try:
        return file[key]
    except MemoryError:
        raise bad_data(f"`{key}` of {path.name} is larger than the memory") from None
    except ValueError as error:
        if "allow_pickle" in str(error):
            raise bad_data(f"`{key}` of {path.name} is an array of objects, expected numbers of one type") from None
        raise bad_data(f"`{key}` of {path.name} cannot be read: {_reason(error)}") from None
    except Exception as error:  # a broken header is parsed as Python text, which fails in many ways
        raise bad_data(f"`{key}` of {path.name} cannot be read: {_reason(error)}") from None


def from_named(arrays: Mapping[str, object], *, name: str, source: str, of: str) -> RawDataset:
    """Sort named arrays into splits.

    Args:
        arrays: `x_train`, `y_train` and so on.
        name: The dataset's name.
        source: Where it was found.
        of: What messages put after an array's name: `` of a.npz``.

    Raises:
        ArchdslError: An array is missing or there twice (`bad-data`).
    """
    splits: dict[str, RawSplit] = {}
    known = {"classes", "layout"}
    for split, spellings in SPLITS.items():
        given = [word for word in spellings if f"x_{word}" in arrays or f"y_{word}" in arrays]
        known.update(f"{axis}_{word}" for word in spellings for axis in "xy")
        if len(given) > 1:
            raise bad_data(f"the data{of} have both `{given[0]}` and `{given[1]}` arrays, expected one of them")
        if not given and split != "train":
            continue
        word = given[0] if given else "train"
        for key in (f"x_{word}", f"y_{word}"):
            if key not in arrays:
                raise _lacks(key, arrays, of)
        x, y = f"x_{word}", f"y_{word}"
        splits[split] = RawSplit(arrays[x], arrays[y], f"`{x}`{of}", f"`{y}`{of}")
    ignored = [key for key in arrays if key not in known]
    return RawDataset(
        name=name,
        splits=splits,
        classes=class_names(arrays["classes"], of) if "classes" in arrays else None,
        layout=str(to_array(arrays["layout"], f"`layout`{of}")) if "layout" in arrays else None,
        source=source,
        notes=(f"not read: {', '.join(ignored)}",) if ignored else (),
    )


def class_names(value: object, of: str) -> tuple[str, ...]:
    """Read the names of classes, which must be texts, all different.

    Raises:
        ArchdslError: They are not (`bad-data`).
    """
    names = to_array(value, f"`classes`{of}")
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise bad_data(f"`classes`{of} must be one text for each class")
    texts = tuple(str(name.decode(errors="replace") if isinstance(name, bytes) else name) for name in names)
    twice = [text for i, text in enumerate(texts) if text in texts[:i]]
    if twice:
        raise bad_data(f"`classes`{of} names `{twice[0]}` twice")
    return texts


def _lacks(key: str, arrays: Mapping[str, object], of: str) -> Exception:
    near = similar(key, arrays)
    found = ", ".join(arrays) or "nothing"
    return bad_data(
        f"the data{of} lack `{key}`; they have {found}",
        help=f"an array with a similar name exists: `{near[0]}`" if near else None,
    )


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0].rstrip(".") if str(error) else ""
    return text or type(error).__name__
