"""The texts of a space, kept with a run so that it can be resumed when the originals have changed."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from archdsl.elaborate import library, load_program, read_source
from archdsl.searchspace import Space, space_of

TEXTS = "space"
"""The folder of a run in which they lie."""


def texts_of(space: Space) -> tuple[str, dict[str, str]]:
    """Give the main file's name, and the texts of it and of the user's files that it imports by their paths.

    The main file keeps its name, which may stand in addresses, and the others their places beside it, so that imports
    find them. What comes from the library belongs to archdsl, whose version a run knows.
    """
    program = space.elaborated.program
    main = program.main
    name = f"{main.name}.nas"
    folder = main.path.parent if main.path else Path.cwd()
    shipped = library().resolve()
    texts = {name: main.module.source.text}
    for scope in program.scopes:
        if scope is not main and scope.path is not None and not scope.path.resolve().is_relative_to(shipped):
            texts[str(PurePosixPath(scope.path.relative_to(folder)))] = scope.module.source.text
    return name, texts


def open_text(path: Path, network: str, statics: Mapping[str, Any]) -> Space:
    """Make a space from a text that a run keeps.

    Raises:
        UsageError: The text is not there, or has no such network or static any more.
        ArchdslError: It has mistakes.
    """
    return space_of(load_program(read_source(path), path), network, str(path), dict(statics))
