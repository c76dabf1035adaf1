"""Runs a command, and says how it ended: 0, 1 diagnostics or failure, 2 misuse, 70 our bug, 130 Ctrl-C."""

import platform
import sys
import traceback
import warnings
from collections.abc import Sequence
from importlib.metadata import version

import typer

from archdsl.diagnostics import ArchdslError
from archdsl.searchspace import ProgramChanged

from .architectures import COMMANDS as ON_ARCHITECTURES
from .dedup import COMMANDS as ON_NETWORKS
from .order import COMMANDS as ON_ORDER
from .output import Interrupted, print_diagnostics
from .searching import COMMANDS as SEARCHING
from .spaces import COMMANDS as ON_SPACES

# The base of what is raised for wrong options; some versions of typer bring a click of their own.
Misuse: type[Exception] = typer.BadParameter.__bases__[0].__bases__[0]

app = typer.Typer(
    name="archdsl",
    help="A language and a compiler for neural architecture search.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for commands in (ON_SPACES, ON_ARCHITECTURES, ON_ORDER, ON_NETWORKS, SEARCHING):
    for command in commands:
        app.command()(command)


@app.command(name="version")
def show_version() -> None:
    """Print the version."""
    print(version("archdsl"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    warnings.simplefilter("always", ProgramChanged)
    warnings.showwarning = _show_warning
    try:
        result = app(arguments, standalone_mode=False)
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
            f"archdsl {version('archdsl')}, Python {platform.python_version()}, {platform.platform()}\n"
            f"arguments: {arguments}",
            file=sys.stderr,
        )
        return 70
    return result if isinstance(result, int) else 0


def _show_warning(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    if issubclass(category, ProgramChanged):
        print(f"note: {message}", file=sys.stderr)
