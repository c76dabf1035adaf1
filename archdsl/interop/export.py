"""An architecture as a folder of plain PyTorch: its code, its weights, its file, and an example to check them by."""

import importlib
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from archdsl.codegen import load_backend
from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.ir.printer import print_attribute
from archdsl.searchspace import Architecture
from archdsl.searchspace.files import architecture_text


@final
@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export wrote: the names of the files, and the user's own sources that `model.py` needs beside it."""

    files: tuple[str, ...]
    sources: tuple[str, ...] = ()


def export(
    architecture: Architecture, module: Any, out_dir: str | Path, *, weights: Path | None = None, seed: int = 0
) -> ExportSummary:
    """Write a folder that needs torch and safetensors alone; it is written whole and checked, or not at all.

    Args:
        architecture: The architecture.
        module: What the torch backend compiled it to.
        out_dir: The folder; there must be none yet.
        weights: A file of trained weights, which the module is given first.
        seed: What the example's input is drawn from.

    Raises:
        UsageError: The folder is there already (`exists`), or there is no such file of weights (`missing-file`).
        ArchdslError: The weights are not the network's, the folder cannot be written (`cannot-write`), or an op
            cannot be exported (`cannot-export`).
    """
    folder = Path(out_dir)
    if os.path.lexists(folder):
        raise UsageError(Diagnostic("exists", f"`{folder}` is there already, and nothing is overwritten"))
    load_backend("torch")
    if weights is not None:
        importlib.import_module("archdsl.backends.torch.checkpoint").load_weights(module, weights)
    exporting = importlib.import_module("archdsl.backends.torch.exporting")
    exported = exporting.exported_model(module, facts=_facts(architecture), docs=_docs(architecture), seed=seed)
    files = {**exported.files, "arch.yaml": architecture_text(architecture).encode()}
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        _write(partial, files)
        exporting.check_model(partial)
        os.rename(partial, folder)
    except OSError as error:
        raise ArchdslError(Diagnostic("cannot-write", f"cannot write `{folder}`: {_reason(error)}")) from None
    finally:
        with suppress(OSError):
            shutil.rmtree(partial, ignore_errors=True)
    return ExportSummary(tuple(files), tuple(map(str, exported.sources)))


def _facts(architecture: Architecture) -> dict[str, str]:
    """Say what a reader of the code wants to know of the architecture."""
    space = architecture.space
    statics = ", ".join(f"{name} = {_written(value)}" for name, value in space.statics.items())
    return {
        "space": "a text, which arch.yaml holds" if space.spec == "<text>" else space.spec,
        "statics": statics or "none",
        "decisions": "in arch.yaml" if architecture.decisions else "none",
        "parameters": f"{architecture.params:,}",
        "MACs": f"{architecture.macs:,} for one example",
    }


def _written(value: Any) -> str:
    """Write a static as the language does; a layer has no text of its own."""
    try:
        return print_attribute(value)
    except ValueError:
        return "a layer"


def _docs(architecture: Architecture) -> dict[str, str]:
    """Give the first sentence of each definition's documentation; none where files differ on a name."""
    found: dict[str, set[str]] = {}
    for scope in architecture.space.elaborated.program.scopes:
        for name, definition in scope.definitions.items():
            doc = getattr(definition, "doc", None) or ""
            sentence = re.split(r"(?<=\.)\s", " ".join(doc.partition("\n\n")[0].split()))[0]
            found.setdefault(name, set()).add(sentence)
    return {name: sentences.pop() for name, sentences in found.items() if len(sentences) == 1 and any(sentences)}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir(parents=True)
    for name, content in files.items():
        with (folder / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _reason(error: OSError) -> str:
    text = error.strerror or type(error).__name__
    return text[:1].lower() + text[1:]
