"""The command that changes networks as graphs, weights included: morph."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer

from archdsl.codegen import load_backend
from archdsl.diagnostics import Diagnostic, UsageError
from archdsl.ir import print_graph
from archdsl.operators import morphism_of

from .architectures import refuse_existing, write_text
from .inputs import (
    ArchArgument,
    AtOption,
    OutOption,
    PluginOption,
    SeedOption,
    SetOption,
    find_architecture,
    plugins,
    say_moved,
)
from .operators import config_of


def morph(
    arch: ArchArgument,
    operators: Annotated[
        list[str],
        typer.Option("--with", metavar="MORPHISM", help="By its name, or with options as YAML; repeatable, in order."),
    ],
    at: AtOption = None,
    settings: SetOption = None,
    plugin: PluginOption = None,
    weights: Annotated[
        Path | None,
        typer.Option("--weights", metavar="FILE", help="Weights to carry over; written beside --out."),
    ] = None,
    seed: SeedOption = 0,
    out: OutOption = None,
) -> None:
    """Change a network by morphisms; print it, or write it with --out, as a .nas network without choices."""
    plugins(plugin)
    morphisms = [morphism_of(config_of(own)) for own in operators]
    if weights is not None and out is None:
        message = "expected `--out` with `--weights`: the weights are written beside the network"
        raise UsageError(Diagnostic("bad-option", message))
    found = find_architecture(arch, at, settings)
    say_moved(found)
    places = [] if out is None else [out, out.with_suffix(".safetensors")][: 2 if weights is not None else 1]
    for place in places:
        refuse_existing(place)
    graph, rng = found.architecture.graph, Random(seed)
    module: Any = None
    if weights is not None:
        module = load_backend("torch").compile(graph, seed=seed)
        _checkpoint().load_weights(module, weights)
    for own in morphisms:
        before = graph.params
        graph, weight_map = own.apply(graph, rng)
        print(f"{own.name} ({own.fidelity}): {_count(before)} -> {_count(graph.params)} params", file=sys.stderr)
        if module is not None:
            module = load_backend("torch").inherit(module, graph, weight_map, seed=seed)
    text = print_graph(graph)
    if out is None:
        print(text, end="")
        return
    write_text(out, text)
    if module is not None:
        _checkpoint().save_weights(module, places[1])
    for place in places:
        print(f"written: {place}")


def _checkpoint() -> Any:
    return importlib.import_module("archdsl.backends.torch.checkpoint")


def _count(params: int | None) -> str:
    return "?" if params is None else f"{params:,}"


COMMANDS: tuple[Callable[..., None], ...] = (morph,)
