"""CIFAR-10 (Krizhevsky 2009), in any of the forms in which people have it."""

import pickle
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from .files import read_bytes
from .mistakes import bad_data, missing_file, misuse, require
from .raw import RawDataset, RawSplit

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
RECORDS = 10_000  # in each file of both official versions
MOSAIC = (40, 50)  # rows and columns of tiles
PIXELS = 3 * 32 * 32

Pair = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def cifar10(path: Path | None) -> RawDataset:
    """Read CIFAR-10 from a folder.

    The folder, or a sub-folder of the official name, holds the binary version (`data_batch_1.bin` …), the python
    version (`data_batch_1` …, of which no code is run), or lossless mosaics of 40 x 50 tiles (`train_00.webp` …,
    `labels.npz`).

    Raises:
        UsageError: No folder was given, or there is none of these in it (`missing-file`).
        ArchdslError: A file is broken (`bad-data`).
    """
    if path is None:
        raise misuse(
            "missing-file",
            "`cifar10` does not ship with archdsl: the folder that holds it must be given",
            notes=("its binary version is at https://www.cs.toronto.edu/~kriz/cifar.html",),
            help="give the folder: `cifar10:PATH`",
        )
    if not path.exists():
        raise missing_file(path, "a folder with CIFAR-10")
    for folder in (path, path / "cifar-10-batches-bin", path / "cifar-10-batches-py"):
        for marker, read in _FORMS.items():
            if (folder / marker).exists():
                return _dataset(folder, read)
    raise missing_file(
        path / "data_batch_1.bin",
        "a file of CIFAR-10",
        notes=("the python version (data_batch_1) and mosaics (train_00.webp, labels.npz) are read too",),
    )


def _dataset(folder: Path, read: Callable[[Path, str], Pair]) -> RawDataset:
    splits = {}
    for name in ("train", "test"):
        x, y = read(folder, name)
        splits[name] = RawSplit(x, y, f"`x_{name}` of `{folder}`", f"`y_{name}` of `{folder}`")
    return RawDataset(
        name="cifar10",
        splits=splits,
        classes=CLASSES,
        layout="NCHW",
        value_range=(0, 255),
        license="not stated by its authors",
        source=str(folder),
        validation=RECORDS,
    )


def _batches(split: str) -> tuple[str, ...]:
    return ("test_batch",) if split == "test" else tuple(f"data_batch_{number}" for number in range(1, 6))


def _read_binary(folder: Path, split: str) -> Pair:
    size = RECORDS * (1 + PIXELS)
    records = []
    for name in _batches(split):
        path = folder / f"{name}.bin"
        data = read_bytes(path, "a file of CIFAR-10's binary version", limit=size)
        if len(data) != size:
            raise bad_data(
                f"`{path}` has {len(data):,} bytes, expected {size:,}: {RECORDS:,} records of {1 + PIXELS:,}"
            )
        records.append(np.frombuffer(data, np.uint8).reshape(RECORDS, 1 + PIXELS))
    x = np.concatenate([record[:, 1:] for record in records]).reshape(-1, 3, 32, 32)
    return x, np.concatenate([record[:, 0] for record in records])


def _read_python(folder: Path, split: str) -> Pair:
    xs, ys = [], []
    for name in _batches(split):
        path = folder / name
        data = read_bytes(path, "a file of CIFAR-10's python version", limit=2 * RECORDS * PIXELS)
        try:
            batch = _PlainUnpickler(BytesIO(data), encoding="bytes").load()
            pixels, labels = batch[b"data"], batch[b"labels"]
            x = pixels.to_numpy()
            y = np.array(labels, np.uint8)
        except Exception as error:  # a hostile or broken pickle fails in many ways
            raise bad_data(f"`{path}` is not a file of CIFAR-10's python version: {_reason(error)}") from None
        if x.shape != (RECORDS, PIXELS) or y.shape != (RECORDS,):
            raise bad_data(f"`{path}` has {len(y):,} labels and pixels {list(x.shape)}, expected {RECORDS:,} records")
        xs.append(x)
        ys.append(y)
    return np.concatenate(xs).reshape(-1, 3, 32, 32), np.concatenate(ys)


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"it has no {error}"
    return str(error).rstrip(".") or type(error).__name__


@final
class _PickledArray:
    """Stands for an array of bytes in a pickle; numpy's own unpickling is never run on data from outside."""

    def __init__(self, *_: object) -> None:
        self._state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._state = state

    def to_numpy(self) -> NDArray[np.uint8]:
        _, shape, dtype, fortran, data = self._state
        if dtype.code not in ("u1", b"u1") or fortran:
            raise ValueError("its array is not of bytes in C order")
        return np.frombuffer(data, np.uint8).reshape(shape)


@final
class _PickledType:
    """Stands for an element type in a pickle."""

    def __init__(self, code: object, *_: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        """Take byte order and the like, which bytes do not have."""


def _encode(text: str, encoding: str) -> bytes:
    """Stand for `_codecs.encode`, which is how pickles of protocol 2 write bytes."""
    if encoding not in ("latin1", "latin-1"):
        raise ValueError(f"it encodes text as {encoding}")
    return text.encode("latin-1")


@final
class _PlainUnpickler(pickle.Unpickler):
    """Reads numbers, texts, lists, dictionaries and arrays of bytes, and runs nothing else."""

    stand_ins: ClassVar[Mapping[tuple[str, str], object]] = MappingProxyType(
        {
            ("numpy.core.multiarray", "_reconstruct"): _PickledArray,
            ("numpy._core.multiarray", "_reconstruct"): _PickledArray,
            ("numpy", "ndarray"): _PickledArray,
            ("numpy", "dtype"): _PickledType,
            ("_codecs", "encode"): _encode,
        }
    )

    def find_class(self, module: str, name: str) -> object:
        stand_in = self.stand_ins.get((module, name))
        if stand_in is None:
            raise pickle.UnpicklingError(f"it asks for `{module}.{name}`, which is not run")
        return stand_in


def _read_mosaics(folder: Path, split: str) -> Pair:
    pillow = require("PIL.Image", "Pillow", "reading mosaics")
    path = folder / "labels.npz"
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            y = file[f"y_{split}"]
    except Exception as error:  # whatever is wrong in it
        raise bad_data(f"`{path}` is not a readable .npz file with `y_{split}`: {_reason(error)}") from None
    rows, columns = MOSAIC
    tiles = []
    for number in range(len(y) // (rows * columns)):
        path = folder / f"{split}_{number:02}.webp"
        if not path.exists():
            raise missing_file(path, "a mosaic of CIFAR-10")
        try:
            with pillow.open(path) as image:
                pixels = np.asarray(image.convert("RGB")).reshape(rows, 32, columns, 32, 3)
        except (OSError, ValueError) as error:
            raise bad_data(f"`{path}` is not a readable mosaic: {_reason(error)}") from None
        tiles.append(pixels.transpose(0, 2, 4, 1, 3).reshape(-1, 3, 32, 32))
    return np.concatenate(tiles), y


_FORMS: Mapping[str, Callable[[Path, str], Pair]] = MappingProxyType(
    {"data_batch_1.bin": _read_binary, "data_batch_1": _read_python, "labels.npz": _read_mosaics}
)
