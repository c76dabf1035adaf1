"""Does with a text all that is done with a program: load it, check its names, walk all its architectures, open it."""

import resource
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from random import Random

from archdsl.diagnostics import ArchdslError, Diagnostic, Source, render_all
from archdsl.elaborate import Budget, Keep, Network, Program, Replay, bind_network, check_names, load_program
from archdsl.elaborate.addresses import Frame
from archdsl.elaborate.handlers import Between, Key, OneOf, Point
from archdsl.elaborate.values import Any_
from archdsl.ir import Label
from archdsl.searchspace.check import check_space

HEAD = "network net(x: image[3, 8, 8]) -> image[3, 8, 8] {"


def network(body: str, definitions: str = "") -> str:
    """Write a text whose network has this body."""
    return f"{definitions}\n{HEAD} {body} return x }}\n"


def small_budget() -> Budget:
    """Give what a hostile text may use in a test."""
    return Budget(steps=100_000, seconds=1.0)


def diagnose(text: str) -> list[Diagnostic]:
    """Give all that is said of a text; whatever it is, nothing else than diagnostics may come of it."""
    program = load_program(Source("space.nas", text))
    found = [*program.diagnostics]
    if not any(diagnostic.level == "error" for diagnostic in found):
        named = check_names(program)
        found.extend(named)
        # A file whose names are wrong is walked as well: who loads a space may not have checked it.
        walked = [own for name in program.networks() for own in _walks(program, name)]
        found.extend(walked if not any(own.level == "error" for own in named) else ())
    else:
        found.extend(check_names(program))
    assert (not found) == (not render_all(found))
    return found


def _walks(program: Program, name: str) -> Iterator[Diagnostic]:
    try:
        bound = bind_network(program, name)
    except ArchdslError as error:
        yield from error.diagnostics
        return
    verdict, _ = check_space(bound, small_budget())
    yield from verdict.diagnostics
    yield from _opened(bound)
    yield from _sampled(bound, Random(0))


def _opened(bound: Network) -> Iterator[Diagnostic]:
    """Open all choices; what cannot be kept open is no mistake of the text, nor is what follows from it."""
    keep = Keep()
    try:
        bound.graph(keep, small_budget())
    except ArchdslError as error:
        yield from (d for d in error.diagnostics if d.code not in ("not-yet", "open-choice") and not keep.refused)


def _sampled(bound: Network, rng: Random) -> Iterator[Diagnostic]:
    handler = Guess(rng)
    try:
        bound.graph(handler, small_budget())
        bound.graph(Replay(handler.taken), small_budget())
    except ArchdslError as error:
        yield from error.diagnostics


class Guess:
    """Decides at random, and keeps to what it decided."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._replay = Replay({})
        self.taken: dict[str, Label] = {}

    def choose(self, point: Point) -> Label:
        if point.address not in self.taken or not point.admits(self.taken[point.address]):
            if isinstance(point, OneOf):
                label: Label = self._rng.choice(point.labels)
            elif isinstance(point, Between):
                label = point.interval.draw(self._rng)
            else:
                size = self._rng.randint(point.low, point.high)
                label = tuple(sorted(self._rng.sample(range(point.count), size)))
            self.taken[point.address] = label
        return self.taken[point.address]

    def reach(self, state: Key, place: object = None) -> None:
        pass

    def begin(self) -> None:
        return None

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        return self._replay.scope(key, frame, run)

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return self._replay.tied(root, key, frame, run)

    def mark(self, member: str) -> None:
        self._replay.mark(member)

    def is_marked(self, member: str) -> bool:
        return self._replay.is_marked(member)


@contextmanager
def memory(size: int) -> Iterator[None]:
    """Allow this process no more memory than it has and `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", encoding="ascii") as pages:
        used = int(pages.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
