"""From what the user names to a space: a shipped name, a path or a text, with statics."""

from pathlib import Path
from typing import Any

from archdsl.diagnostics import ArchdslError, Diagnostic, Source, UsageError, similar
from archdsl.elaborate import Program, bind_network, library, load_program, read_source

from .space import Space


def shipped() -> tuple[str, ...]:
    """List the names of the shipped spaces."""
    return tuple(sorted(path.stem for path in library().glob("*.nas")))


def find(spec: str) -> tuple[Path, str | None, str]:
    """Find the file that a space is named by: a shipped name or a path, either with `:network`.

    Returns the file, the network (None where none is named) and the name as it is shown.

    Raises:
        UsageError: there is no such file and no such shipped space.
    """
    name, _, network = (
        spec.partition(":") if ".nas:" in spec or (":" in spec and ".nas" not in spec) else (spec, "", "")
    )
    path = Path(name)
    if name.endswith(".nas") or path.exists() or "/" in name:
        if not path.exists():
            near = similar(path.stem, shipped())
            help_ = f"a shipped space with a similar name exists: `{near[0]}`" if near else None
            raise UsageError(Diagnostic("missing-file", f"there is no file `{name}`", help=help_))
        return path, network or None, name
    if name in shipped():
        return library() / f"{name}.nas", network or None, name
    near = similar(name, shipped())
    raise UsageError(
        Diagnostic(
            "unknown-space",
            f"there is no shipped space and no file `{name}`",
            notes=(f"the shipped spaces are {', '.join(f'`{own}`' for own in shipped())}",) if not near else (),
            help=f"a shipped space with a similar name exists: `{near[0]}`" if near else None,
        )
    )


def shown_path(path: Path, shown: str) -> str:
    """Say where a space that was found is written: in the file that was named, or in the library."""
    return shown if path == Path(shown) else f"spaces/{path.name}"


def load(spec: str | Path, *, network: str | None = None, **statics: Any) -> Space:
    """Load a space by a shipped name or a path, with some of its statics set.

    Raises:
        UsageError: no such space, network or static.
        ArchdslError: the program has mistakes.

    >>> load("digits_cells", width=8).statics["width"]
    8
    """
    path, named, shown = find(str(spec))
    program = load_program(read_source(path, shown_path(path, shown)), path)
    return space_of(program, named or network, shown, statics)


def loads(text: str, *, network: str | None = None, **statics: Any) -> Space:
    """Load a space from a text.

    Raises:
        UsageError: no such network or static.
        ArchdslError: the program has mistakes.
    """
    return space_of(load_program(Source("<text>", text)), network, "<text>", statics)


def space_of(program: Program, network: str | None, spec: str, statics: dict[str, Any]) -> Space:
    """Bind a network of a program whose files have no mistakes."""
    errors = [diagnostic for diagnostic in program.diagnostics if diagnostic.level == "error"]
    if errors:
        raise ArchdslError(errors)
    return Space(bind_network(program, network, statics), spec)
