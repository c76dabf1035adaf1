"""What commands are given: spaces, architectures, statics."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, final

import typer

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.elaborate.report import large
from archdsl.ir import label_text
from archdsl.searchspace import Architecture, Space, load, load_architecture, shipped
from archdsl.searchspace.transfer import readdressed

from .output import errors

SpaceArgument = Annotated[str, typer.Argument(metavar="SPACE", help="A path or a shipped name, either with :network.")]
ArchArgument = Annotated[
    str,
    typer.Argument(metavar="ARCH", help="An architecture's file, a run (its best), or a SPACE without choices."),
]
SetOption = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Set a static; repeatable.")]
AtOption = Annotated[
    str | None,
    typer.Option("--at", metavar="NETWORK", help="Rebuild it in another network of its file, or in a SPACE."),
]
FillOption = Annotated[
    str | None, typer.Option("--fill", metavar="prior", help="Draw decisions that are missing in another network.")
]
PluginOption = Annotated[
    list[str] | None, typer.Option("--plugin", metavar="FILE.py", help="Python of yours to import; repeatable.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Where all chance comes from.")]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="PATH", help="Where to write; never overwritten.")]


def statics(settings: list[str] | None) -> dict[str, Any]:
    """Read `--set NAME=VALUE` options.

    >>> statics(["width=4", "search=true", "name=a", "k=[3, 5]"])
    {'width': 4, 'search': True, 'name': 'a', 'k': [3, 5]}
    """
    found: dict[str, Any] = {}
    for setting in settings or []:
        name, equals, text = setting.partition("=")
        if not equals or not name:
            raise UsageError(Diagnostic("bad-option", f"expected --set NAME=VALUE, given `--set {setting}`"))
        found[name.strip()] = value(text.strip())
    return found


def value(text: str) -> Any:
    """Read a static value as the language writes it; what is none is a string."""
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("[") and text.endswith("]"):
        inner = text[1:-1].strip()
        return [value(part.strip()) for part in inner.split(",")] if inner else []
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text.strip('"')


def plugins(paths: list[str] | None) -> tuple[str, ...]:
    """Import the user's files."""
    from archdsl.codegen import load_plugin

    return tuple(str(load_plugin(path)) for path in paths or [])


def open_space(spec: str, settings: list[str] | None) -> Space:
    """Load a space with statics set."""
    return load(spec, **statics(settings))


def size_text(space: Space) -> str:
    """Say how many architectures a space has; its real settings are named beside the number.

    >>> size_text(load("nas_bench_201"))
    '15,625 architectures'
    """
    number = space.size()
    reals = " and ".join(f"`{address}`" for address in space.real_settings)
    return f"{large(number)} architecture{'s' * (number != 1)}" + (
        f", times the real settings {reals}" if reals else ""
    )


@final
@dataclass(frozen=True, slots=True)
class Found:
    """An architecture, the trained weights if there are some, and what a transfer dropped and what it drew."""

    architecture: Architecture
    weights: Path | None
    dropped: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()


def find_architecture(
    spec: str, at: str | None = None, settings: list[str] | None = None, fill: str | None = None, seed: int = 0
) -> Found:
    """Find an architecture by its file, by a run, or as the only one of a space.

    It is rebuilt where `at` or other statics are asked for; `fill` says how decisions that are missing are found.

    Raises:
        UsageError: there is none, or the space has several.
    """
    path = Path(spec)
    if path.is_dir():
        from archdsl.codegen import load_plugin
        from archdsl.runs import load_run, read_run_config

        for plugin in read_run_config(path).evaluator.get("plugins", ()):
            load_plugin(plugin)
        run = load_run(path)
        found = Found(run.best, run.weights)
    elif path.suffix in (".yaml", ".yml"):
        found = Found(load_architecture(path), None)
    else:
        space = load(spec, **statics(settings))
        if space.size() != 1 or space.real_settings:
            message = f"`{spec}` has {size_text(space)}; draw one: archdsl sample {spec} --out arch.yaml"
            raise UsageError(Diagnostic("not-an-architecture", message))
        return Found(space.sample(seed=0), None)
    if fill not in (None, "prior"):
        raise UsageError(Diagnostic("bad-option", f"expected `--fill prior`, given `--fill {fill}`"))
    if at is None and not settings:
        return found
    space = _place(found.architecture.space, at, statics(settings))
    programs = found.architecture.space.elaborated.program, space.elaborated.program
    given = set(readdressed(found.architecture.decisions, *programs).values())
    architecture, dropped = space.transfer(found.architecture, fill="prior" if fill else None, seed=seed)
    drawn = tuple(address for address in architecture.decisions if address not in given)
    return Found(architecture, found.weights if space == found.architecture.space else None, dropped, drawn)


def _place(space: Space, at: str | None, given: dict[str, Any]) -> Space:
    """Give the space in which an architecture is rebuilt: a network of its own file, or any other that is named."""
    elsewhere = at is not None and at not in space.elaborated.program.networks()
    if at is not None and elsewhere and (":" in at or at.endswith(".nas") or at in shipped()):
        return load(at, **given)
    return space.at(at, given)


def say_moved(found: Found) -> None:
    """Say on standard error what a transfer dropped, and what it drew."""
    for address in found.dropped:
        errors.print(f"dropped, for nothing asks for it here: {address}", markup=False)
    for address in found.drawn:
        label = label_text(found.architecture.decisions[address])
        errors.print(f"drawn, for it was not decided: {address} = {label}", markup=False)
