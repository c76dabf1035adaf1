"""The one door to datasets."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from archdsl.diagnostics import similar
from archdsl.evaluators.dataset import Dataset

from .arrays import read_npz
from .build import build
from .cifar10 import cifar10
from .folder import read_folder
from .mistakes import bad_data, missing_file, misuse
from .named import digits, fashion_mnist
from .objects import from_object
from .raw import RawDataset

_READERS: Mapping[str, Callable[[Path | None], RawDataset]] = MappingProxyType(
    {"digits": lambda path: _digits(path), "fashion_mnist": fashion_mnist, "cifar10": cifar10}
)

NAMES = tuple(_READERS)


def load_dataset(data: object, *, seed: int = 0, validation: int | float | None = None) -> Dataset:
    """Read a dataset, check it, and split its validation samples off.

    Args:
        data: A name (`digits`, `fashion_mnist`, `fashion_mnist:PATH`, `cifar10:PATH`); the path of an `.npz` file
            with `x_train` and `y_train`, or of a folder of class folders of images; or Python objects: `(x, y)`, a
            dictionary of splits, or a loader of batches. A path that is also a name is written `./digits`.
        seed: What the choice of validation samples depends on; a dataset's test samples never do.
        validation: How many of the training samples validate: a number, a share below 1, or 0 for none. By default
            360 of the digits, 10,000 of Fashion-MNIST and CIFAR-10, and a fifth of everything else that has no
            validation split of its own.

    Raises:
        UsageError: There is nothing of this name or at this path (`unknown-dataset`, `missing-file`), `validation`
            cannot be meant (`bad-option`), or a package is not installed (`missing-package`).
        ArchdslError: The data cannot be meant (`bad-data`).

    >>> for line in load_dataset("digits").describe():
    ...     print(line)
    digits: image[1, 8, 8], values 0..16, 10 classes (0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    splits: train 1,077 · validation 360 · test 360
    normalised per channel by the training split: mean 4.892, std 6.028
    license: CC BY 4.0; found in scikit-learn
    """
    if isinstance(data, Dataset):
        if validation is not None:
            raise misuse("bad-option", f"{data.name} is already split, so `validation` cannot be chosen")
        return data
    raw = _read_text(os.fspath(data)) if isinstance(data, str | os.PathLike) else from_object(data)
    return build(raw, seed=seed, validation=validation)


def _read_text(text: str) -> RawDataset:
    name, colon, rest = text.partition(":")
    if name in _READERS:
        return _READERS[name](Path(rest).expanduser() if colon else None)
    path = Path(text).expanduser()
    if path.is_dir():
        return read_folder(path)
    if path.exists():
        if path.suffix != ".npz":
            raise bad_data(f"`{path}` is no dataset, expected an .npz file or a folder of class folders of images")
        return read_npz(path)
    near = similar(name, NAMES)
    if near or not ("/" in text or os.sep in text or path.suffix):
        raise misuse(
            "unknown-dataset",
            f"cannot find a dataset named `{name}`",
            notes=() if near else (f"the datasets are {', '.join(NAMES)}; files and folders are given by their path",),
            help=f"a dataset with a similar name exists: `{near[0]}`" if near else None,
        )
    raise missing_file(path, "a dataset")


def _digits(path: Path | None) -> RawDataset:
    if path is not None:
        raise misuse("bad-option", f"`digits` ships with scikit-learn and takes no path, got `{path}`")
    return digits()
