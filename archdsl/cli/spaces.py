"""Commands on `.nas` files and spaces: check, fmt, info, explain, spaces."""

import difflib
import json
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from archdsl.diagnostics import ArchdslError, Diagnostic, to_json
from archdsl.diagnostics.explain import codes
from archdsl.diagnostics.explain import explain as explain_code
from archdsl.elaborate import Program, load_program, read_source
from archdsl.elaborate.report import large
from archdsl.searchspace import CostRange, Space, find, load, shipped
from archdsl.searchspace.check import CheckedProgram, check_program
from archdsl.searchspace.loading import shown_path
from archdsl.syntax import format_module, parse

from .inputs import JsonOption, SetOption, SpaceArgument, statics
from .output import busy, console, print_diagnostics, print_json, print_table

MOST_CHOICES = 100
"""The choices that `info` shows; a recursive grammar has thousands."""

FilesArgument = Annotated[list[str], typer.Argument(metavar="FILE…", help="Files, or shipped names.")]


def check(
    files: FilesArgument,
    settings: SetOption = None,
    strict: Annotated[bool, typer.Option("--strict", help="A warning is an error.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Prove that every architecture of every network is well-typed, or show the decisions that lead to a fault."""
    failed = False
    for file in files:
        path, network, shown = find(file)
        program = load_program(read_source(path, shown_path(path, shown)), path)
        with busy(f"walking {shown}"):
            checked = check_program(program, network, statics(settings))
        print_diagnostics(checked.diagnostics, as_json=as_json)
        levels = {diagnostic.level for diagnostic in checked.diagnostics}
        failed |= "error" in levels or (strict and bool(levels))
        if not as_json:
            console.print(f"{program.main.module.source.path}: {_verdict(checked, program)}", markup=False)
    raise typer.Exit(int(failed))


def _verdict(checked: CheckedProgram, program: Program) -> str:
    if checked.kind != "proved":
        return checked.kind
    if not checked.sizes:
        return f"proved: {len(program.main.definitions)} definitions, no network"
    return (
        f"proved: {', '.join(_size(name, size, checked.real_settings[name]) for name, size in checked.sizes.items())}"
    )


def _size(network: str, size: int, real_settings: Mapping[str, object]) -> str:
    times = "".join(f" times the real setting `{address}`" for address in real_settings)
    return f"`{network}` {large(size)} architecture{'s' * (size != 1)}{times}"


def fmt(
    files: FilesArgument,
    check_only: Annotated[bool, typer.Option("--check", help="Change nothing; exit with 1 if a file would.")] = False,
) -> None:
    """Lay files out anew; comments stay, and the meaning does."""
    different = 0
    for file in files:
        path, _, _ = find(file)
        source = read_source(path, file)
        parsed = parse(source)
        if parsed.module is None or parsed.diagnostics:
            raise ArchdslError(parsed.diagnostics)
        text = format_module(parsed.module)
        if text == source.text:
            continue
        different += 1
        if check_only:
            lines = difflib.unified_diff(source.text.splitlines(), text.splitlines(), file, file, lineterm="", n=1)
            console.print("\n".join(lines), markup=False)
        else:
            _rewrite(path, text)
            console.print(f"{file}: laid out anew", markup=False)
    raise typer.Exit(int(check_only and different > 0))


def _rewrite(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise ArchdslError(Diagnostic("unwritable-file", f"cannot write `{path}`: {error.strerror}")) from None


def info(
    space: SpaceArgument,
    settings: SetOption = None,
    one_shot: Annotated[
        bool, typer.Option("--one-shot", help="Can every choice be kept open in one supernet?")
    ] = False,
    bounds: Annotated[
        bool, typer.Option("--bounds", help="Between which params and MACs are all architectures? Walks once more.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what a space is: its types, statics, choices, and its exact sizes."""
    loaded = load(space, **statics(settings))
    with busy(f"walking {loaded.spec}"):
        facts = _facts(loaded)
        if bounds:
            facts["bounds"] = {name: _range(own) for name, own in _ranges(loaded)}
    refused = _one_shot(loaded, facts) if one_shot else ()
    if as_json:
        print_json(facts)
        raise typer.Exit(int(bool(refused)))
    console.print(f"{facts['network']}  ({facts['space']})", style="bold", markup=False)
    console.print(f"  {facts['type']}", markup=False)
    for name, value in facts["statics"].items():
        console.print(f"  {name} = {value}", markup=False)
    console.print(f"architectures: {large(facts['architectures'])}", markup=False)
    for address, (low, high) in facts["real_settings"].items():
        console.print(f"  times the real setting {address}, from {low} to {high}", markup=False)
    console.print(f"genotypes: {loaded.genotypes()}", markup=False)
    for name, own in _ranges(loaded) if bounds else ():
        console.print(f"{name}: {'an op declares none' if own is None else own}", markup=False)
    if one_shot:
        graph = facts["supergraph"]
        shown = f"{graph['nodes']:,} nodes, {graph['weights']:,} weights" if graph else f"none: {_refusals(refused)}"
        console.print(f"supergraph: {shown}", markup=False)
    if facts["choices"]:
        first = islice(facts["choices"].items(), MOST_CHOICES)
        print_table(("choice", "alternatives", "labels"), [(own, len(labels), _some(labels)) for own, labels in first])
        if (left := len(facts["choices"]) - MOST_CHOICES) > 0:
            console.print(f"… and {left:,} more choices; --json lists them all", markup=False)
    print_diagnostics(refused)
    raise typer.Exit(int(bool(refused)))


def _ranges(space: Space) -> tuple[tuple[str, CostRange | None], ...]:
    return ("params", space.bounds().params), ("macs", space.bounds().macs)


def _range(own: CostRange | None) -> dict[str, Any] | None:
    if own is None:
        return None
    return {
        name: {"value": end.value, "kind": end.kind} for name, end in (("least", own.least), ("greatest", own.greatest))
    }


def _one_shot(space: Space, facts: dict[str, Any]) -> tuple[Diagnostic, ...]:
    """Note the supergraph of a space, or give what keeps it from having one."""
    try:
        graph = space.supergraph()
    except ArchdslError as error:
        facts["supergraph"] = None
        facts["refusals"] = [json.loads(to_json(diagnostic)) for diagnostic in error.diagnostics]
        return error.diagnostics
    facts["supergraph"] = {"nodes": sum(1 for _ in graph.walk()), "weights": graph.params}
    return ()


def _refusals(refused: tuple[Diagnostic, ...]) -> str:
    return "one place cannot be kept open" if len(refused) == 1 else f"{len(refused)} places cannot be kept open"


def _facts(space: Space) -> dict[str, Any]:
    network = space.elaborated
    inputs = ", ".join(f"{port.name}: {port.type}" for port in network.inputs)
    outputs = " or ".join(
        ", ".join(f"{name}: {type_}" if name else str(type_) for name, type_ in own) for own in space.output_types
    )
    return {
        "space": space.spec,
        "network": space.network,
        "type": f"({inputs}) -> {outputs}",
        "statics": dict(space.statics),
        "verdict": space.verdict.kind,
        "architectures": space.size(),
        "real_settings": {address: [own.low, own.high] for address, own in space.real_settings.items()},
        "genotypes": _genotypes(space),
        "choices": {
            address: [list(label) if isinstance(label, tuple) else label for label in labels]
            for address, labels in space.choices.items()
        },
    }


def _genotypes(space: Space) -> dict[str, Any]:
    found = space.genotypes()
    return {"number": found.number, "kind": found.kind, **({"reason": found.reason} if found.reason else {})}


def _some(labels: list[Any]) -> str:
    shown = ", ".join(str(label) for label in labels[:8])
    return shown + (f", … ({len(labels)})" if len(labels) > 8 else "")


def explain(code: Annotated[str | None, typer.Argument(metavar="CODE", help="A diagnostic's code.")] = None) -> None:
    """Explain a diagnostic; without a code, list all."""
    if code is None:
        for known in codes():
            print(known)
        return
    print(explain_code(code))


def spaces(as_json: JsonOption = False) -> None:
    """List the shipped spaces."""
    rows = []
    for name in shipped():
        path, _, _ = find(name)
        parsed = parse(read_source(path))
        doc = (parsed.module.doc or "") if parsed.module else ""
        first = doc.strip().splitlines()[0] if doc.strip() else ""
        rows.append((name, first))
    if as_json:
        print_json(dict(rows))
    else:
        print_table(("space", "what it is"), rows)


COMMANDS: tuple[Callable[..., None], ...] = (check, fmt, info, explain, spaces)
