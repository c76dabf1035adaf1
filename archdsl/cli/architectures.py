"""Commands on architectures: sample, show, cost, compile."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from archdsl.codegen import load_backend
from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError
from archdsl.ir import Graph
from archdsl.ir.costs import is_measured, measured, uses
from archdsl.searchspace import Architecture

from .inputs import (
    ArchArgument,
    AtOption,
    FillOption,
    Found,
    JsonOption,
    OutOption,
    PluginOption,
    SeedOption,
    SetOption,
    SpaceArgument,
    find_architecture,
    open_space,
    plugins,
    say_moved,
)
from .output import console, print_json, print_table


def sample(
    space: SpaceArgument,
    settings: SetOption = None,
    uniform: Annotated[bool, typer.Option("--uniform", help="Draw each architecture with one probability.")] = False,
    seed: SeedOption = 0,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw an architecture by the priors of the space's choices, or uniformly; --out writes its file."""
    opened = open_space(space, settings)
    architecture = opened.sample_uniform(seed=seed) if uniform else opened.sample(seed=seed)
    if out is not None:
        refuse_existing(out)
        architecture.save(out)
    print_architecture(architecture, as_json)


def print_architecture(architecture: Architecture, as_json: bool) -> None:
    """Print the decisions of an architecture."""
    if as_json:
        print_json({"network": architecture.network, "decisions": architecture.to_dict()})
    else:
        console.print(str(architecture), markup=False)


def refuse_existing(path: Path) -> None:
    """Refuse to write over something.

    Raises:
        UsageError: there is something.
    """
    if path.exists():
        raise UsageError(Diagnostic("exists", f"`{path}` is there already, and nothing is overwritten"))


def show(
    arch: ArchArgument,
    at: AtOption = None,
    settings: SetOption = None,
    fill: FillOption = None,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draw it as SVG.")] = None,
    nas: Annotated[bool, typer.Option("--nas", help="Print its graph as a network without choices.")] = False,
) -> None:
    """Print an architecture as a tree with shapes and costs, or draw it."""
    from archdsl.ir.draw import to_svg, to_tree

    found = find_architecture(arch, at, settings, fill)
    say_moved(found)
    graph = found.architecture.graph
    if svg is not None:
        refuse_existing(svg)
        write_text(svg, to_svg(graph))
        console.print(f"drawn: {svg}", markup=False)
        return
    console.print(str(graph) if nas else to_tree(graph), markup=False)
    if not nas and found.architecture.decisions:
        console.print("decisions:", style="bold")
        for line in str(found.architecture).splitlines()[1:]:
            console.print(line, markup=False)


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all.

    Raises:
        ArchdslError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ArchdslError(Diagnostic("unwritable-file", f"cannot write `{path}`: {error.strerror}")) from None


def cost(
    arch: ArchArgument,
    at: AtOption = None,
    settings: SetOption = None,
    fill: FillOption = None,
    plugin: PluginOption = None,
    by_op: Annotated[bool, typer.Option("--by-op", help="Each kind of op by itself.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Print parameters, multiply-accumulates (MACs) and FLOPs (2 x MACs) of one example."""
    plugins(plugin)
    found = find_architecture(arch, at, settings, fill)
    say_moved(found)
    architecture = found.architecture
    how = "measured" if is_measured(architecture.graph) else "declared"
    facts = {"params": architecture.params, "macs": architecture.macs, "flops": 2 * architecture.macs, "how": how}
    if as_json:
        print_json(facts)
        return
    console.print(f"params  {facts['params']:,}\nMACs    {facts['macs']:,}\nFLOPs   {facts['flops']:,}")
    if how == "measured":
        console.print("(measured where an op declares no cost)")
    if by_op:
        print_table(("op", "uses", "params", "MACs"), _by_op(architecture.graph))


def _by_op(graph: Graph) -> list[tuple[str, int, int, int]]:
    rows: dict[str, tuple[int, int, int]] = {}
    for part, node, times in uses(graph):
        params, macs = measured(part, node)
        row = rows.get(node.op, (0, 0, 0))
        rows[node.op] = (row[0] + times, row[1] + params, row[2] + times * macs)
    return sorted(((op, *row) for op, row in rows.items()), key=lambda row: -row[3])


def compile_(
    arch: ArchArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write; never overwritten.")],
    at: AtOption = None,
    settings: SetOption = None,
    fill: FillOption = None,
    data: Annotated[str | None, typer.Option("--data", help="Take the data's shape, and an example from them.")] = None,
    plugin: PluginOption = None,
    seed: SeedOption = 0,
) -> None:
    """Write an architecture as a folder of plain PyTorch: model.py, weights, the architecture's file, an example.

    The best of a run keeps its trained weights; anything else is untrained.
    """
    from archdsl.interop.export import export

    plugins(plugin)
    found = find_architecture(arch, at, settings, fill, seed)
    say_moved(found)
    architecture = found.architecture
    if data is not None:
        architecture = _fitted(architecture, data)
    backend = load_backend("torch")
    module = backend.compile(architecture.graph, seed=seed)
    trained = found.weights is not None and architecture.space == found.architecture.space
    summary = export(architecture, module, out, weights=found.weights if trained else None, seed=seed)
    console.print(f"{out}: {', '.join(summary.files)}", markup=False)
    console.print("weights: " + ("those of the run" if trained else "untrained"))
    for source in summary.sources:
        console.print(f"take along: {source}", markup=False)


def _fitted(architecture: Architecture, data: str) -> Architecture:
    from archdsl.evaluators.data import load_dataset
    from archdsl.evaluators.training import fit_to_data

    space = fit_to_data(architecture.space, load_dataset(data)).space
    moved, dropped = space.transfer(architecture)
    say_moved(Found(moved, None, dropped))
    return moved


compile_.__name__ = "compile"

COMMANDS: tuple[Callable[..., None], ...] = (sample, show, cost, compile_)
