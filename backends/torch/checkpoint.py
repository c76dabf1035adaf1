"""Tensors in safetensors files: written whole or not at all, checked when read, never pickled."""

import glob
import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError

DIGEST = "sha256"


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, str]) -> None:
    """Write tensors and texts about them, so that whoever looks finds the old file or the new one, whole.

    Raises:
        ArchdslError: The file cannot be written, for instance because the disk is full (`cannot-write`).
    """
    # Clones have a storage each: tensors that share one, as tied weights do, are written as equal ones.
    ours = {
        name: tensor.detach().to("cpu").clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()
    }
    data = safetensors.torch.save(ours, {**about, DIGEST: _digest(ours)})
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise ArchdslError(Diagnostic("cannot-write", f"cannot write `{path}`: {error.strerror}")) from None


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(path: Path) -> None:
    """Remove what a killed process left of a file that it was writing."""
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        leftover.unlink(missing_ok=True)


def read_tensors(path: Path, what: str) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the tensors of a file, on the CPU, and the texts about them.

    Args:
        path: The file.
        what: What it should be, for the message: `a checkpoint`.

    Raises:
        UsageError: There is no such file (`missing-file`).
        ArchdslError: It is broken (`broken-file`).
    """
    if not path.exists():
        raise UsageError(Diagnostic("missing-file", f"cannot find `{path}`, {what}"))
    try:
        with safe_open(path, framework="pt") as file:
            about = dict(file.metadata() or {})
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118 (not a mapping)
    except (SafetensorError, OSError, ValueError) as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise _broken(f"`{path}` is not {what} that can be read: {reason}") from None
    expected = about.pop(DIGEST, None)
    if expected is not None and expected != _digest(tensors):
        raise _broken(f"`{path}` is not {what} that can be read: its content was changed after it was written")
    return tensors, about


def _broken(message: str) -> ArchdslError:
    return ArchdslError(Diagnostic("broken-file", message))


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()


def save_weights(module: nn.Module, path: Path) -> None:
    """Write a module's parameters and buffers.

    Raises:
        ArchdslError: The file cannot be written (`cannot-write`).
    """
    write_tensors(path, module.state_dict(), {"kind": "weights"})


def load_weights(module: nn.Module, path: Path) -> None:
    """Read a module's parameters and buffers; if anything does not fit, the module is left as it was.

    Raises:
        UsageError: There is no such file (`missing-file`).
        ArchdslError: It is broken (`broken-file`), or its tensors are not the module's (`other-weights`).
    """
    tensors, _ = read_tensors(path, "a file of weights")
    put_tensors(module, tensors, str(path))


def put_tensors(module: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    """Copy tensors into a module's parameters and buffers, all or none.

    Raises:
        ArchdslError: Names, shapes or types are not the module's (`other-weights`).
    """
    own: dict[str, Tensor] = module.state_dict()
    missing = [name for name in own if name not in tensors]
    unexpected = sorted(name for name in tensors if name not in own)
    differing = [
        f"{name} is {_type(tensors[name])}, expected {_type(tensor)}"
        for name, tensor in own.items()
        if name in tensors and _type(tensors[name]) != _type(tensor)
    ]
    if missing or unexpected or differing:
        notes = [
            f"{kind}: {_some(names)}" for kind, names in (("missing", missing), ("unexpected", unexpected)) if names
        ]
        notes.extend(differing[:5])
        raise ArchdslError(
            Diagnostic(
                "other-weights",
                f"the weights in `{source}` are of another network: {len(missing)} missing, "
                f"{len(unexpected)} unexpected, {len(differing)} of another type",
                notes=tuple(notes),
            )
        )
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(tensors[name])


def _type(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')}[{', '.join(map(str, tensor.shape))}]"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:5]) + (f" and {len(listed) - 5} more" if len(listed) > 5 else "")
