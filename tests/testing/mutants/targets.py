"""What is made faulty, and which batteries are to tell."""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from random import Random
from typing import Any, final

from archdsl.codegen import load_backend
from archdsl.codegen.lowering import lowering_of
from archdsl.ir.rewrites import PASSES
from archdsl.operators import Morphism, morphism_types
from archdsl.operators.morphisms import (
    AddSkip,
    AlterStride,
    Branch,
    Deepen,
    GrowKernel,
    InsertMBConv,
    InsertNorm,
    Prune,
    RemoveOp,
    ReplaceByStack,
    SkipByAddition,
    Widen,
    WidenWithNew,
    WidenWithNoise,
)
from archdsl.searchspace import Architecture, Space
from archdsl.testing import Effort, check_lowering, check_rewrite, check_sampler
from archdsl.testing.declared import DECLARED
from archdsl.testing.programs import cases, first_cases, space_of_text
from tests.testing.shipped import (
    CROSSOVER_BATTERIES,
    MUTATION_BATTERIES,
    PROMISES,
    PUBLISHED_BATTERIES,
    morphism_batteries,
)

EFFORT = Effort(examples=4, draws=20, shrinks=0)
ON_NETWORKS = Effort(examples=10, shrinks=0)
FEW = Effort(examples=2, shrinks=0)
"""Ops are used seven times as often."""

ROOT = Path(__file__).parents[3]

WIDENING = (Widen, WidenWithNew, WidenWithNoise, Prune)

ON_GRAPHS: dict[str, tuple[type[Morphism], ...]] = {
    "channels": WIDENING,
    "rewidth": WIDENING,
    "widths": (*WIDENING, Branch),
    "windows": (GrowKernel,),
    "surgery": (Deepen, SkipByAddition, AddSkip, RemoveOp, AlterStride, ReplaceByStack),
    "sites": (Deepen, InsertNorm, InsertMBConv, SkipByAddition),
}
"""The files that morphisms are built on, and morphisms that use all that is in them."""

OF_PAPERS = ("elements", "neutral", "published")
"""The files of mutations that are at home in spaces of their kinds."""

NO_OPERATORS = ("__init__", "neighborhood", "protocols", "registry", "resizing", "weight_map")
"""The files that hold no operator: what they do has no battery, and tests of its own."""

Battery = Callable[[], None]

CACHING = ("archdsl.operators", "archdsl.ir.rewrites", "archdsl.backends")
"""The modules whose caches may hold what was computed without the fault."""

OF_SPACES = {*(own.name for own in fields(Space)), "_walked", "key", "statics", "fingerprint"}
"""What a space may keep when a fault is made: all else that it has computed may be what is faulty."""


@final
@dataclass(frozen=True)
class Target:
    """A file, the module that it is, and the batteries that hold it to its laws."""

    path: str
    module: str
    batteries: tuple[Battery, ...]


def by_priors(space: Space, rng: Random) -> Architecture:
    return space.sample(rng=rng)


def uniformly(space: Space, rng: Random) -> Architecture:
    return space.sample_uniform(rng=rng)


def samplers() -> None:
    check_sampler(by_priors, shares="priors", effort=EFFORT)
    check_sampler(uniformly, shares="uniform", effort=EFFORT)


def mutations() -> None:
    for battery in MUTATION_BATTERIES:
        battery(EFFORT)


def published() -> None:
    for battery in PUBLISHED_BATTERIES:
        battery(EFFORT)


def crossovers() -> None:
    for battery in CROSSOVER_BATTERIES:
        battery(EFFORT)


def morphisms(*kinds: type[Morphism]) -> Battery:
    def battery() -> None:
        for own in morphism_batteries(*kinds):
            own(ON_NETWORKS)

    return battery


def rewrites() -> None:
    for own in PASSES:
        check_rewrite(own, ensures=PROMISES.get(own.name), effort=EFFORT)


def battery_of(stem: str) -> Battery:
    """Give the battery for a file of operators."""
    if stem in ON_GRAPHS:
        return morphisms(*ON_GRAPHS[stem])
    if stem in OF_PAPERS:
        return published
    return crossovers if stem == "crossover" else mutations


def lowerings(backend: str, ops: tuple[str, ...]) -> Battery:
    def battery() -> None:
        for op in ops:
            check_lowering(backend, op, effort=FEW)

    return battery


def ops_of(backend: str, stem: str) -> tuple[str, ...]:
    """Give the standard ops whose lowerings stand in a file."""
    load_backend(backend)
    return tuple(op for op in sorted(DECLARED) if lowering_of(op, backend).module.rpartition(".")[2] == stem)


def targets() -> Iterator[Target]:
    """Give everything that is made faulty."""
    yield Target("archdsl/searchspace/sampling.py", "archdsl.searchspace.sampling", (samplers,))
    yield Target("archdsl/searchspace/nearest.py", "archdsl.searchspace.nearest", (mutations,))
    for path in sorted((ROOT / "archdsl/operators").glob("*.py")):
        if path.stem not in NO_OPERATORS:
            yield Target(f"archdsl/operators/{path.name}", f"archdsl.operators.{path.stem}", (battery_of(path.stem),))
    for path in sorted((ROOT / "archdsl/operators/morphisms").glob("*.py")):
        if path.stem not in ("__init__", "protocol"):
            module = f"archdsl.operators.morphisms.{path.stem}"
            kinds = ON_GRAPHS.get(path.stem) or tuple(own for own in morphism_types() if own.__module__ == module)
            yield Target(f"archdsl/operators/morphisms/{path.name}", module, (morphisms(*kinds),))
    for stem in ("passes", "graphs", "terms"):
        yield Target(f"archdsl/ir/rewrites/{stem}.py", f"archdsl.ir.rewrites.{stem}", (rewrites,))
    for path in sorted((ROOT / "backends/numpy/ops").glob("*.py")):
        if ops := ops_of("numpy", path.stem):
            module = f"archdsl.backends.numpy.ops.{path.stem}"
            yield Target(f"backends/numpy/ops/{path.name}", module, (lowerings("numpy", ops),))
    for folder in ("lowerings", "layers"):
        for path in sorted((ROOT / f"backends/torch/{folder}").glob("*.py")):
            if ops := ops_of("torch", path.stem):
                module = f"archdsl.backends.torch.{folder}.{path.stem}"
                yield Target(f"backends/torch/{folder}/{path.name}", module, (lowerings("torch", ops),))


def warm() -> None:
    """Draw and check the spaces that all batteries share, before anything is faulty."""
    samplers()
    rewrites()
    mutations()
    published()
    crossovers()
    morphisms(*morphism_types())()
    for backend in ("numpy", "torch"):
        load_backend(backend)


def forget() -> None:
    """Let go of what spaces have computed."""
    from archdsl.testing.trying import _examples

    known: list[Any] = [own.space for own in first_cases(1)]
    for number in (0, 1, 2):
        known += [own.space for own in (*_examples(cases(number), EFFORT.examples, EFFORT.seed), *first_cases(number))]
    assert space_of_text.cache_info().currsize
    for space in known:
        for name in [*space.__dict__]:
            if name not in OF_SPACES:
                del space.__dict__[name]
    for module in [own for name, own in sys.modules.items() if name.startswith(CACHING)]:
        for own in [*vars(module).values()]:
            if hasattr(own, "cache_clear"):
                own.cache_clear()


def function_of(module: str, name: str) -> Any:
    """Find a function by its qualified name, below what decorators made of it."""
    owner: Any = importlib.import_module(module)
    *path, last = name.split(".")
    for own in path:
        owner = getattr(owner, own)
    found = owner.__dict__[last]
    for below in ("__func__", "fget", "func", "__wrapped__"):
        while hasattr(found, below):
            found = getattr(found, below)
    return found
