"""Files and names, as all readers take them."""

import re
from pathlib import Path

from .mistakes import bad_data, missing_file


def read_bytes(path: Path, what: str, *, limit: int | None = None) -> bytes:
    """Read a file whole.

    Args:
        path: The file.
        what: What it should be, for the message: `the labels of Fashion-MNIST`.
        limit: The number of bytes above which it cannot be what it should be.

    Raises:
        UsageError: There is no such file (`missing-file`).
        ArchdslError: It is a folder, too large, or cannot be read (`bad-data`).
    """
    if path.is_dir():
        raise bad_data(f"`{path}` is a folder, expected a file: {what}")
    if not path.exists():
        raise missing_file(path, what)
    try:
        with path.open("rb") as file:
            data = file.read() if limit is None else file.read(limit + 1)
    except OSError as error:
        raise bad_data(f"cannot read `{path}`, {what}: {error.strerror}") from None
    if limit is not None and len(data) > limit:
        raise bad_data(f"`{path}` has more than the {limit:,} bytes of {what}")
    return data


def natural(name: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """Give the key by which people sort names: numbers in them by value.

    >>> sorted(["img10.png", "img2.png", "Img1.png"], key=natural)
    ['Img1.png', 'img2.png', 'img10.png']
    """
    parts = re.split(r"([0-9]+)", name.casefold())
    return tuple((not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts if part), name
