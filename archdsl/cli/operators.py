"""Commands that change architectures, and look around them: mutate, neighbors."""

import sys
from collections.abc import Callable
from itertools import islice
from json import dumps
from random import Random
from typing import Annotated, Any, cast

import typer
import yaml

from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.ir import Label, label_text
from archdsl.operators import distance, mutation_of
from archdsl.operators import neighbors as neighbors_of
from archdsl.searchspace import Architecture, Kind

from .architectures import print_architecture, refuse_existing
from .inputs import (
    ArchArgument,
    AtOption,
    JsonOption,
    OutOption,
    PluginOption,
    SeedOption,
    SetOption,
    find_architecture,
    plugins,
    say_moved,
)
from .output import console, print_json

WhereOption = Annotated[
    str | None,
    typer.Option("--where", metavar="PATTERN", help="Only addresses that match; * is any text, ? any character."),
]
KindOption = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="Only decisions of a kind: op, source, value or setting.")
]


def mutate(
    arch: ArchArgument,
    at: AtOption = None,
    settings: SetOption = None,
    operator: Annotated[
        str,
        typer.Option("--with", metavar="OPERATOR", help="A mutation by its name, or with options as YAML."),
    ] = "resample_decision",
    where: WhereOption = None,
    kind: KindOption = None,
    plugin: PluginOption = None,
    seed: SeedOption = 0,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change an architecture within its space; --out writes its file. What changes is said on standard error."""
    plugins(plugin)
    mutation = mutation_of(config_of(operator, where, kind))
    found = find_architecture(arch, at, settings)
    say_moved(found)
    parent = found.architecture
    mutant = mutation.apply(parent, parent.space, Random(seed))
    if out is not None:
        refuse_existing(out)
        mutant.save(out)
    for line in changes(parent, mutant):
        print(line, file=sys.stderr)
    print_architecture(mutant, as_json)


def config_of(operator: str, where: str | None = None, kind: str | None = None) -> str | dict[str, Any]:
    """Give the configuration of an operator: what is written in braces has options of its own."""
    try:
        written = yaml.safe_load(operator)
    except yaml.YAMLError:
        raise UsageError(Diagnostic("bad-option", f"`{operator}` is neither a name nor YAML")) from None
    config: dict[str, Any] = written if isinstance(written, dict) else {"operator": operator}
    return {**config, **({"where": where} if where is not None else {}), **({"kind": kind} if kind is not None else {})}


def changes(parent: Architecture, mutant: Architecture) -> list[str]:
    """Say what an architecture decides otherwise than another: one line for each address."""
    before, after = parent.decisions, mutant.decisions
    return [
        f"{address}: {_shown(before.get(address))} -> {_shown(after.get(address))}"
        for address in dict.fromkeys((*after, *before))
        if before.get(address) != after.get(address) or type(before.get(address)) is not type(after.get(address))
    ]


def _shown(label: Label | None) -> str:
    return "not decided" if label is None else label_text(label)


def neighbors(
    arch: ArchArgument,
    at: AtOption = None,
    settings: SetOption = None,
    where: WhereOption = None,
    kind: KindOption = None,
    count: Annotated[int | None, typer.Option("--count", metavar="N", min=0, help="How many; all if left out.")] = None,
    number: Annotated[bool, typer.Option("--number", help="Print only how many there are.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print all architectures that are one mutation from another, one a line; --json prints JSON lines.

    A line has the changes; in JSON all decisions, too, and at how many addresses they do not decide alike.
    """
    found = find_architecture(arch, at, settings)
    say_moved(found)
    parent = found.architecture
    near = islice(neighbors_of(parent, parent.space, where=where, kind=cast(Kind | None, kind)), count)
    if number:
        total = sum(1 for _ in near)
        if as_json:
            print_json({"neighbors": total})
        else:
            console.print(f"{total:,}")
        return
    for neighbor in near:
        if as_json:
            values = {"distance": distance(parent, neighbor), "decisions": neighbor.to_dict()}
            print(dumps({"changes": changes(parent, neighbor), **values}, ensure_ascii=False))
        else:
            print(*changes(parent, neighbor), sep="  ")


COMMANDS: tuple[Callable[..., None], ...] = (mutate, neighbors)
