"""The command that counts how many networks the architectures of a space are."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.progress import TaskID

from archdsl.interop.published import PUBLISHED
from archdsl.searchspace.dedup import LIMIT
from archdsl.searchspace.dedup import dedup as count_networks

from .inputs import JsonOption, SetOption, SpaceArgument, open_space
from .output import bar, console, print_json, print_table


def dedup(
    space: SpaceArgument,
    settings: SetOption = None,
    cell: Annotated[str | None, typer.Option("--cell", metavar="NAME", help="Take one use of this cell.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Take whole networks, not one use of a cell.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="The most architectures to look at.")
    ] = LIMIT,
    as_json: JsonOption = False,
) -> None:
    """Count how many networks the architectures of a space are: up to exact rewrites, and up to named others."""
    opened = open_space(space, settings)
    with _ShownProgress() as shown:
        found = count_networks(opened, cell=cell, whole=whole, published=PUBLISHED, limit=limit, progress=shown.told)
    if as_json:
        print_json({"space": opened.spec, "network": opened.network, **asdict(found)})
        return
    console.print(f"{opened.network}: {found.unit}", style="bold", markup=False)
    rows: list[tuple[str, int, str]] = [("decisions", found.decisions, "all architectures")]
    if found.connected is not None:
        rows.append(("connected", found.connected, "the output would not be zero if every op mapped zeros to zeros"))
    rows.extend((own.name, own.number, own.meaning) for own in found.classes)
    print_table(("up to", "number", "what that is"), rows)
    if found.connected is None:
        console.print(f"more than {limit:,} architectures: no graphs were compared (--limit)")


class _ShownProgress:
    """A bar for each stage of a count, where somebody looks."""

    def __init__(self) -> None:
        self._bar = bar()
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "_ShownProgress":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def told(self, stage: str, done: int, total: int) -> None:
        """Move the bar of a stage."""
        if stage not in self._tasks:
            self._tasks[stage] = self._bar.add_task(stage, total=total)
        if done == total or done % 64 == 0:
            self._bar.update(self._tasks[stage], completed=done)


COMMANDS: tuple[Callable[..., None], ...] = (dedup,)
