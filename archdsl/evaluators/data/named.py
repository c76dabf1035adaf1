"""The datasets that have names: digits and Fashion-MNIST."""

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .files import read_bytes
from .mistakes import bad_data, missing_file, require
from .raw import RawDataset, RawSplit
from .split import stratified

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def digits() -> RawDataset:
    """Read the 1,797 handwritten digits of 8 x 8 pixels that ship with scikit-learn.

    They have no test split of their own: 360 are split off, the same ones whatever the seed of a run, so that no run
    ever trains on another's test samples.

    Raises:
        UsageError: scikit-learn is not installed (`missing-package`).
    """
    bunch = require("sklearn.datasets", "scikit-learn", "the dataset `digits`").load_digits()
    x = bunch.images.astype(np.uint8)[:, None]
    y = bunch.target.astype(np.int64)
    rest, test = stratified(y, 360, seed=0)
    return RawDataset(
        name="digits",
        splits={
            name: RawSplit(x[part], y[part], f"`x_{name}` of digits", f"`y_{name}` of digits")
            for name, part in (("train", rest), ("test", test))
        },
        classes=tuple("0123456789"),
        layout="NCHW",
        value_range=(0, 16),
        license="CC BY 4.0",
        source="scikit-learn",
        validation=360,
    )


def fashion_mnist(path: Path | None) -> RawDataset:
    """Read Fashion-MNIST (Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747) from its four IDX files, packed or not.

    Raises:
        UsageError: A file is missing (`missing-file`).
        ArchdslError: A file is broken (`bad-data`).
    """
    folder = FASHION_MNIST if path is None else path
    splits = {}
    for name, stem, size in (("train", "train", 60_000), ("test", "t10k", 10_000)):
        images, labels = (f"{stem}-images-idx3-ubyte", f"{stem}-labels-idx1-ubyte")
        splits[name] = RawSplit(
            read_idx(_find(folder, images, asked=path is not None), (size, 28, 28))[:, None],
            read_idx(_find(folder, labels, asked=path is not None), (size,)),
            f"`{folder / images}`",
            f"`{folder / labels}`",
        )
    return RawDataset(
        name="fashion_mnist",
        splits=splits,
        classes=FASHION_CLASSES,
        layout="NCHW",
        value_range=(0, 255),
        license="MIT",
        source=str(folder),
        validation=10_000,
    )


def _find(folder: Path, name: str, *, asked: bool) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return path
    if asked:
        raise missing_file(folder / name, "a file of Fashion-MNIST (with .gz or without)")
    raise missing_file(
        folder / name,
        "a file of Fashion-MNIST (with .gz or without)",
        notes=("Debian's and Ubuntu's package dataset-fashion-mnist puts it there",),
        help="give the folder that holds its four files: `fashion_mnist:PATH`",
    )


def read_idx(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes (LeCun's format of MNIST).

    Args:
        path: The file; it is unpacked if its name ends in `.gz`.
        shape: The shape it must have.

    Raises:
        ArchdslError: It is broken, or has another shape (`bad-data`).
    """
    what = f"an IDX file of {' x '.join(f'{size:,}' for size in shape)} bytes"
    header = bytes([0, 0, 8, len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)
    expected = len(header) + int(np.prod(shape))
    if path.suffix == ".gz":
        packed = read_bytes(path, what)
        unpacker = zlib.decompressobj(wbits=31)
        try:
            data = unpacker.decompress(packed, expected + 1)
        except zlib.error as error:
            raise bad_data(f"`{path}` cannot be unpacked: {error}") from None
        if len(data) <= expected and not unpacker.eof:
            raise bad_data(f"`{path}` cannot be unpacked: it ends too early")
    else:
        data = read_bytes(path, what, limit=expected)
    if data[: len(header)] != header and len(data) >= len(header):
        raise bad_data(f"`{path}` is not {what}: its header is {data[: len(header)].hex(' ', 4)}")
    if len(data) != expected:
        raise bad_data(f"`{path}` is not {what}: it has {len(data):,} bytes, expected {expected:,}")
    return np.frombuffer(data, np.uint8, offset=len(header)).reshape(shape)
