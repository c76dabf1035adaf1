"""The mistakes that data can hold, as diagnostics: what is wrong, where, and how to mend it."""

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError


def bad_data(message: str, *, notes: Iterable[str] = (), help: str | None = None) -> ArchdslError:
    """Make the error for data that were found but cannot be meant."""
    return ArchdslError(Diagnostic("bad-data", message, notes=tuple(notes), help=help))


def missing_file(path: Path, what: str, *, notes: Iterable[str] = (), help: str | None = None) -> UsageError:
    """Make the error for a path at which there is nothing."""
    message = f"cannot find `{path}`, {what}"
    return UsageError(Diagnostic("missing-file", message, notes=tuple(notes), help=help))


def misuse(code: str, message: str, *, notes: Iterable[str] = (), help: str | None = None) -> UsageError:
    """Make the error for a call that cannot be meant."""
    return UsageError(Diagnostic(code, message, notes=tuple(notes), help=help))


def require(module: str, package: str, purpose: str) -> Any:
    """Import an optional package, or say what to install.

    Args:
        module: What to import, `PIL.Image`.
        package: What to install, `Pillow`.
        purpose: What cannot be done without it: `reading images`.

    Raises:
        UsageError: It is not installed (`missing-package`).
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise misuse("missing-package", f"{purpose} needs {package}", help=f"pip install {package}") from None
