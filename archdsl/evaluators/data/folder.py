"""Folders of images: one folder for each class."""

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .files import natural
from .mistakes import bad_data, require
from .raw import RawDataset, RawSplit

SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"})
GRAY = frozenset({"1", "L"})
COLOR = frozenset({"P", "RGB", "RGBA", "LA", "PA", "CMYK", "YCbCr", "RGBX"})


def read_folder(path: Path) -> RawDataset:
    """Read `path/class/image.png`, or `path/train/class/image.png` beside `validation` (or `val`) and `test`.

    Classes and images are sorted as people sort names, 2 before 10; hidden files are passed over. Images are gray if
    all are, else RGB without transparency. They are never resized.

    Raises:
        UsageError: Pillow is not installed (`missing-package`).
        ArchdslError: A class is empty, images differ in size, or one cannot be read (`bad-data`).
    """
    roots = {"train": path}
    if _folders(path / "train"):
        roots = {name: path / word for name, word in _split_folders(path).items()}
    classes = [folder.name for folder in _folders(roots["train"])]
    if not classes:
        raise bad_data(f"`{path}` has no folders in it, expected one folder of images for each class")
    files: dict[str, list[tuple[Path, int]]] = {}
    passed_over = 0
    for name, root in roots.items():
        files[name] = []
        for folder in _folders(root):
            if folder.name not in classes:
                raise bad_data(
                    f"`{folder}` is a class without training images: there is no `{roots['train']}/{folder.name}`"
                )
            images, others = _images(folder)
            passed_over += others
            files[name].extend((image, classes.index(folder.name)) for image in images)
    arrays = _read_all([file for members in files.values() for file, _ in members])
    splits: dict[str, RawSplit] = {}
    start = 0
    for name, members in files.items():
        stop = start + len(members)
        labels = np.array([label for _, label in members])
        splits[name] = RawSplit(arrays[start:stop], labels, f"`{roots[name]}`", f"`{roots[name]}`")
        start = stop
    return RawDataset(
        name=path.resolve().name,
        splits=splits,
        classes=tuple(classes),
        layout="NCHW",
        value_range=(0, 255),
        source=str(path),
        notes=(f"not read: {passed_over:,} files that are not images",) if passed_over else (),
    )


def _split_folders(path: Path) -> dict[str, str]:
    words = {"train": "train"}
    for name, spellings in (("validation", ("validation", "val")), ("test", ("test",))):
        given = [word for word in spellings if (path / word).is_dir()]
        if len(given) > 1:
            raise bad_data(f"`{path}` has both `{given[0]}` and `{given[1]}`, expected one of them")
        if given:
            words[name] = given[0]
    return words


def _folders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(
        (entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith(".")),
        key=lambda entry: natural(entry.name),
    )


def _images(folder: Path) -> tuple[list[Path], int]:
    entries = [entry for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith(".")]
    images = [entry for entry in entries if entry.suffix.lower() in SUFFIXES]
    if not images:
        raise bad_data(f"the class `{folder}` has no images", notes=(f"images end in {', '.join(sorted(SUFFIXES))}",))
    return sorted(images, key=lambda image: natural(image.name)), len(entries) - len(images)


def _read_all(files: Sequence[Path]) -> NDArray[np.uint8]:
    """Read images of one size as uint8 `[n, c, h, w]`: first all sizes and modes, then the pixels."""
    pillow = require("PIL.Image", "Pillow", "reading images")
    first, gray = _header(pillow, files[0])
    for file in files[1:]:
        size, is_gray = _header(pillow, file)
        gray = gray and is_gray
        if size != first:
            raise bad_data(
                f"images must have one size, but `{files[0]}` is {first[0]} x {first[1]} and `{file}` is "
                f"{size[0]} x {size[1]}"
            )
    shape = (len(files), 1 if gray else 3, first[1], first[0])
    _check_memory(shape, files[0].parent.parent)
    pixels = np.empty(shape, np.uint8)
    for index, file in enumerate(files):
        try:
            with pillow.open(file) as image:
                values = np.asarray(image.convert("L" if gray else "RGB"))
        except _failures(pillow) as error:
            raise bad_data(f"`{file}` is not a readable image: {_reason(error)}") from None
        pixels[index] = values if gray else values.transpose(2, 0, 1)
    return pixels


def _header(pillow: Any, file: Path) -> tuple[tuple[int, int], bool]:
    try:
        with pillow.open(file) as image:
            size, mode = image.size, image.mode
            frames = getattr(image, "n_frames", 1)
    except _failures(pillow) as error:
        raise bad_data(f"`{file}` is not a readable image: {_reason(error)}") from None
    if mode not in GRAY | COLOR:
        raise bad_data(f"`{file}` has pixels of mode {mode}, expected 8 bits for each channel")
    if frames > 1:
        raise bad_data(f"`{file}` has {frames} frames, expected one")
    return size, mode in GRAY


def _failures(pillow: Any) -> tuple[type[Exception], ...]:
    return (
        OSError,
        SyntaxError,  # Pillow's word for a broken PNG
        ValueError,
        EOFError,
        struct.error,
        pillow.DecompressionBombError,
        pillow.DecompressionBombWarning,
    )


def _check_memory(shape: tuple[int, ...], path: Path) -> None:
    needed = int(np.prod(shape, dtype=np.int64))
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return
    if needed > memory // 2:
        raise bad_data(
            f"the {shape[0]:,} images of `{path}` need {needed / 2**30:,.1f} GiB, "
            f"more than half of this machine's {memory / 2**30:,.1f} GiB"
        )


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0].rstrip(".") if str(error) else ""
    return text or type(error).__name__
