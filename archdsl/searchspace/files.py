"""An architecture's file: YAML with a format version, the network, its statics, the program's hash, the decisions."""

import os
import warnings
from pathlib import Path
from typing import Any

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError

from .architecture import Architecture
from .loading import load, loads
from .space import Space

FORMAT = 1


class ProgramChanged(UserWarning):
    """An architecture was saved under another text of its space, and is still a member of it."""


def architecture_text(architecture: Architecture) -> str:
    """Give the text of an architecture's file."""
    import yaml

    space = architecture.space
    fields: dict[str, Any] = {
        "archdsl": FORMAT,
        "space": space.spec,
        "network": space.network,
        "statics": {k: list(v) if isinstance(v, tuple) else v for k, v in space.statics.items()},
        "program": space.fingerprint,
        "decisions": architecture.to_dict(),
    }
    if space.spec == "<text>":
        fields["text"] = space.elaborated.program.main.module.source.text
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)


def save_architecture(architecture: Architecture, path: str | Path) -> None:
    """Write an architecture's file, whole or not at all.

    Raises:
        ArchdslError: the file cannot be written.
    """
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(architecture_text(architecture))
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ArchdslError(Diagnostic("unwritable-file", f"cannot write `{path}`: {error.strerror}")) from None


def load_architecture(path: str | Path, space: Space | None = None) -> Architecture:
    """Read an architecture's file; its space is found by what the file says, unless one is given.

    Decisions are replayed by label: under other statics, or where the space's text changed, they are checked anew.

    Raises:
        UsageError: there is no such file, or it is no architecture's file.
        ArchdslError: the decisions are not of the space: each lost or unknown one is listed.
    """
    fields = _read(Path(path))
    if space is None:
        spec, network, statics = fields["space"], fields["network"], fields["statics"]
        if spec == "<text>":
            space = loads(fields.get("text", ""), network=network, **statics)
        else:
            beside = Path(path).parent / spec
            found = str(beside) if spec.endswith(".nas") and not Path(spec).exists() and beside.exists() else spec
            space = load(f"{found}:{network}", **statics)
    architecture = space.architecture(fields["decisions"])
    if fields.get("program") != space.fingerprint and fields["network"] == space.network:
        message = f"`{path}` was saved under another text of `{space.spec}`; it is still one of its architectures"
        warnings.warn(message, ProgramChanged, stacklevel=2)
    return architecture


def _read(path: Path) -> dict[str, Any]:
    import yaml

    if path.is_dir():
        raise UsageError(Diagnostic("not-a-file", f"`{path}` is a folder, not an architecture's file"))
    try:
        text = path.read_text(encoding="utf-8")
        fields = yaml.safe_load(text)
    except FileNotFoundError:
        raise UsageError(Diagnostic("missing-file", f"there is no file `{path}`")) from None
    except OSError as error:
        raise UsageError(Diagnostic("unreadable-file", f"cannot read `{path}`: {error.strerror}")) from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise UsageError(Diagnostic("not-an-architecture", f"`{path}` is no YAML text")) from None
    expected = {"archdsl": int, "space": str, "network": str, "statics": dict, "decisions": dict}
    if not isinstance(fields, dict) or any(not isinstance(fields.get(k), kind) for k, kind in expected.items()):
        needs = ", ".join(f"`{name}`" for name in expected)
        raise UsageError(Diagnostic("not-an-architecture", f"`{path}` is no architecture's file: it needs {needs}"))
    if fields["archdsl"] != FORMAT:
        message = f"`{path}` has format {fields['archdsl']}, this version reads format {FORMAT}"
        raise UsageError(Diagnostic("not-an-architecture", message))
    return fields
