"""Runs a command, and says how it ended: 0, 1 diagnostics or failure, 2 misuse, 70 our bug, 130 Ctrl-C."""

import gc
import platform
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib import import_module

import typer

from archdsl.diagnostics import ArchdslError
from archdsl.searchspace import ProgramChanged

from .output import Interrupted, print_diagnostics

# The base of what is raised for wrong options; some versions of typer bring a click of their own.
Misuse: type[Exception] = typer.BadParameter.__bases__[0].__bases__[0]

HOMES = {
    "spaces": ("check", "fmt", "info", "explain", "spaces"),
    "architectures": ("sample", "show", "cost", "compile"),
    "order": ("rank", "unrank", "enumerate"),
    "operators": ("mutate", "neighbors"),
    "morphing": ("morph",),
    "dedup": ("dedup",),
    "searching": ("train", "search", "resume", "runs", "report"),
}
"""The files that commands stand in, in the order of the help text; a file is imported when one of its own is called."""


def application(arguments: Sequence[str]) -> typer.Typer:
    """Give the command line: with the commands of one file if one of them is called, else with all."""
    app = typer.Typer(
        name="archdsl",
        help="A language and a compiler for neural architecture search.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    called = [home for home, names in HOMES.items() if arguments and arguments[0] in names]
    for home in called or HOMES:
        for command in import_module(f".{home}", __package__).COMMANDS:
            app.command()(command)
    app.command(name="version")(show_version)
    return app


def show_version() -> None:
    """Print the version."""
    print(_version())


def _version() -> str:
    from importlib.metadata import version

    return version("archdsl")


NEW_OBJECTS = 10_000
"""So many new objects lead to a look for those that are garbage."""

MOST_DIGITS = 100_000
"""The digits of a number that is read or written, as JSON: a size may have tens of thousands, and is exact."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    # A command makes a hundred thousand objects that live as long as it does: to look through all of them after each
    # 700 new ones, as Python does, takes up to a fifth of its time.
    gc.set_threshold(NEW_OBJECTS)
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    warnings.simplefilter("always", ProgramChanged)
    sys.set_int_max_str_digits(MOST_DIGITS)
    warnings.showwarning = _show_warning
    try:
        result = application(arguments)(arguments, standalone_mode=False)
    except Misuse as error:
        error.show()  # type: ignore[attr-defined]
        return 2
    except (typer.Abort, KeyboardInterrupt) as stop:
        where = stop.directory if isinstance(stop, Interrupted) else None
        print("\ninterrupted" + (f"; go on with: archdsl resume {where}" if where else ""), file=sys.stderr)
        return 130
    except ArchdslError as error:
        print_diagnostics(error.diagnostics, as_json="--json" in arguments)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception:
        traceback.print_exc()
        print(
            "\nThis is a bug in archdsl, not a mistake of yours. Please report it with the text above.\n"
            f"archdsl {_version()}, Python {platform.python_version()}, {platform.platform()}\n"
            f"arguments: {arguments}",
            file=sys.stderr,
        )
        return 70
    return result if isinstance(result, int) else 0


def _show_warning(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    if issubclass(category, ProgramChanged):
        print(f"note: {message}", file=sys.stderr)
