"""Graphs to test with: random architectures of every shipped network, and of small programs."""

from collections.abc import Callable, Hashable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic, Source
from archdsl.elaborate import (
    Network,
    Outside,
    Point,
    SomeOf,
    bind_network,
    library,
    load_program,
    read_source,
    supergraph,
)
from archdsl.elaborate.addresses import Frame
from archdsl.elaborate.handlers import Key
from archdsl.elaborate.values import Any_
from archdsl.ir import Graph, Label

Draw = Callable[[Point, Random], Label]


def any_label(point: Point, rng: Random) -> Label:
    """Draw a label with no regard to priors, and of subsets first how many."""
    if not isinstance(point, SomeOf):
        return rng.choice(point.labels)
    size = rng.randint(point.low, point.high)
    if point.names is not None:
        return tuple(sorted(rng.sample(point.names, size)))
    return tuple(sorted(rng.sample(range(point.count), size)))


@final
class Drawn:
    """Decides at random, once for each address."""

    def __init__(self, rng: Random, draw: Draw = any_label) -> None:
        self._rng = rng
        self._draw = draw
        self.decisions: dict[str, Label] = {}
        self._marked: set[str] = set()

    def choose(self, point: Point) -> Label:
        if point.address not in self.decisions:
            self.decisions[point.address] = self._draw(point, self._rng)
        label = self.decisions[point.address]
        if not point.admits(label):
            raise Outside(Diagnostic("inadmissible-decision", f"{point.address} cannot be {label} here"))
        return label

    def reach(self, state: Key, place: object = None) -> None:
        pass

    def begin(self) -> None:
        return None

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        return run(frame)

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(Frame(root, frame.instance, frame.parameters))

    def mark(self, member: str) -> None:
        self._marked.add(member)

    def is_marked(self, member: str) -> bool:
        return member in self._marked


def network_of(text: str, name: str | None = None) -> Network:
    """Give the network of a text."""
    program = load_program(Source("<text>", text))
    assert not program.diagnostics, program.diagnostics
    return bind_network(program, name)


def shipped() -> Iterator[tuple[str, Path, str]]:
    """Give every network of the library: its id, its file and its name."""
    for path in sorted(library().glob("*.nas")):
        for name in load_program(read_source(path), path).networks():
            yield f"{path.stem}:{name}", path, name


def shipped_network(path: Path, name: str) -> Network:
    """Give a network of the library under its defaults."""
    return bind_network(load_program(read_source(path), path), name)


def drawn_graph(network: Network, seed: int) -> Graph:
    """Give the graph of a random architecture: the first of a hundred draws that belongs to the space."""
    for attempt in range(100):
        try:
            return network.graph(Drawn(Random(f"{seed}/{attempt}")))
        except ArchdslError as error:
            last = error
    raise last


def open_graph(network: Network) -> Graph | None:
    """Give the supergraph, or None where the choices of a network cannot all be kept open."""
    try:
        return supergraph(network)
    except ArchdslError:
        return None


@cache
def open_shipped(path: Path, name: str) -> Graph | None:
    """Give the supergraph of a network of the library, if it has one; opened once for all tests of a process."""
    return open_graph(shipped_network(path, name))
