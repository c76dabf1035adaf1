"""The roots of addresses: what cells and networks are called in a program of several files, each by itself.

A root is the name alone where that says it all, else the name behind its file's (`darts.normal`), and where files are
called alike too, behind the file's path (`cells/darts.normal`). A name that stands as a file's in another root is not
left alone either: `darts.normal` would be what a network `darts` decides under the name `normal`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from archdsl.syntax import ast

Identity = tuple[Path | None, str]
"""What makes two cells one, also in two programs: the file, and the name there."""


class File(Protocol):
    """What is needed of a file."""

    @property
    def path(self) -> Path | None: ...

    @property
    def name(self) -> str: ...

    @property
    def definitions(self) -> Mapping[str, ast.Definition]: ...


def roots_of(files: Iterable[File], home: Path, library: Path) -> dict[Identity, str]:
    """Give the root of each cell and network of some files, of which the main one lies in the folder `home`."""
    forms: dict[Identity, tuple[str, str, str]] = {}
    for file in files:
        path = _path(file, home, library)
        for name, own in file.definitions.items():
            if isinstance(own, ast.Composite) and own.kind in ("cell", "network"):
                forms[file.path, name] = name, f"{file.name}.{name}", f"{path}.{name}"
    lengths = dict.fromkeys(forms, 0)
    while True:
        roots = {cell: forms[cell][length] for cell, length in lengths.items()}
        times = Counter(roots.values())
        heads = {root.partition(".")[0] for root in roots.values() if "." in root}
        unclear = [cell for cell, root in roots.items() if lengths[cell] < 2 and (times[root] > 1 or root in heads)]
        if not unclear:
            return roots
        for cell in unclear:
            lengths[cell] += 1


def _path(file: File, home: Path, library: Path) -> str:
    """Give the path of a file as seen from the main one; in the library it begins with a stroke."""
    if file.path is None:
        return "<text>"
    if file.path.is_relative_to(library):
        return "/" + file.path.relative_to(library).with_suffix("").as_posix()
    return file.path.relative_to(home).with_suffix("").as_posix()
