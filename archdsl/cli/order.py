"""Commands on the order of a space's architectures: rank, unrank, enumerate."""

from collections.abc import Callable
from itertools import islice
from json import dumps
from typing import Annotated

import typer

from archdsl.elaborate.report import large

from .architectures import print_architecture, refuse_existing
from .inputs import (
    ArchArgument,
    AtOption,
    JsonOption,
    OutOption,
    SetOption,
    SpaceArgument,
    find_architecture,
    open_space,
    say_moved,
)
from .output import console, print_json


def rank(arch: ArchArgument, at: AtOption = None, settings: SetOption = None, as_json: JsonOption = False) -> None:
    """Print how many architectures of its space come before one, exactly."""
    found = find_architecture(arch, at, settings)
    say_moved(found)
    architecture = found.architecture
    index, size = architecture.space.rank(architecture), architecture.space.size()
    if as_json:
        print_json({"rank": index, "architectures": size, "kind": "exact"})
    else:
        console.print(f"{large(index)} of {large(size)}")


def unrank(
    space: SpaceArgument,
    index: Annotated[int, typer.Argument(metavar="INDEX", help="How many come before it.")],
    settings: SetOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the architecture with an index; --out writes its file."""
    architecture = open_space(space, settings).unrank(index)
    if out is not None:
        refuse_existing(out)
        architecture.save(out)
    print_architecture(architecture, as_json)


def enumerate_(
    space: SpaceArgument,
    settings: SetOption = None,
    start: Annotated[int, typer.Option("--start", metavar="INDEX", help="The index of the first.")] = 0,
    count: Annotated[int | None, typer.Option("--count", metavar="N", min=0, help="How many; all if left out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Print the architectures of a space in order, one a line, with their indices; --json prints JSON lines."""
    architectures = open_space(space, settings).enumerate(start)
    for index, architecture in enumerate(islice(architectures, count), start):
        decisions = architecture.to_dict()
        if as_json:
            print(dumps({"index": index, "decisions": decisions}, ensure_ascii=False))
        else:
            print(index, *(f"{address}={label}" for address, label in decisions.items()), sep="  ")


enumerate_.__name__ = "enumerate"

COMMANDS: tuple[Callable[..., None], ...] = (rank, unrank, enumerate_)
