"""What single architectures tell of a space that is too large to be proved: some are drawn and walked by themselves."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from math import comb
from random import Random
from typing import Any, final

from archdsl.elaborate import Between, Budget, BudgetSpent, Fault, Interpreter, Network, Outside, Point, Replay
from archdsl.elaborate.addresses import Frame
from archdsl.elaborate.handlers import Key, SomeOf, inadmissible
from archdsl.elaborate.values import Any_, Tensor
from archdsl.ir import Label

from .exploration import Failure

SAMPLES = 100
SECONDS = 2.0
STEPS_OF_A_SAMPLE = 200_000


@final
@dataclass(frozen=True, slots=True)
class Probe:
    """What came of the samples: how many are right, how many a requirement refused, and a mistake if one has any."""

    passed: int
    refused: int
    failure: Failure | None


@final
@dataclass(slots=True)
class Draw:
    """Decides at random, by the priors of each choice, and keeps to it; what is `fixed` is decided so where it can."""

    rng: Random
    fixed: Mapping[str, Label] = field(default_factory=dict)
    avoided: tuple[str, Label] | None = None
    decisions: dict[str, Label] = field(default_factory=dict)
    _replay: Replay = field(default_factory=lambda: Replay({}))

    def choose(self, point: Point) -> Label:
        if point.address not in self.decisions:
            fixed = self.fixed.get(point.address)
            known = fixed is not None and point.admits(fixed)
            self.decisions[point.address] = fixed if known and fixed is not None else self._drawn(point)
        label = self.decisions[point.address]
        if not point.admits(label):
            raise Outside(inadmissible(point, label))
        return label

    def _drawn(self, point: Point) -> Label:
        if isinstance(point, Between):
            return point.interval.draw(self.rng)
        if isinstance(point, SomeOf):
            return _subset(point, self.rng)
        weights = [
            0.0 if self.avoided == (point.address, label) else weight
            for label, weight in zip(point.labels, point.weights, strict=True)
        ]
        return self.rng.choices(point.labels, weights if any(weights) else point.weights)[0]

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        return self._replay.scope(key, frame, run)

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return self._replay.tied(root, key, frame, run)

    def reach(self, state: Key, place: object = None) -> None:
        pass

    def begin(self) -> Any:
        return None

    def mark(self, member: str) -> None:
        self._replay.mark(member)

    def is_marked(self, member: str) -> bool:
        return self._replay.is_marked(member)


def _subset(point: SomeOf, rng: Random) -> Label:
    sizes = range(point.low, point.high + 1)
    (size,) = rng.choices(sizes, [comb(point.count, size) for size in sizes])
    chosen = sorted(rng.sample(range(point.count), size))
    return tuple(chosen) if point.names is None else tuple(sorted(point.names[index] for index in chosen))


def probe(network: Network, rng: Random) -> Probe:
    """Draw architectures and walk each by itself, until one is wrong or there were enough."""
    passed = refused = 0
    end = time.monotonic() + SECONDS
    for _ in range(SAMPLES):
        if time.monotonic() > end:
            break
        handler = Draw(rng)
        try:
            _walk(network, handler)
        except BudgetSpent:
            break
        except Outside:
            refused += 1
        except Fault as fault:
            failure = Failure(fault.diagnostic, ())
            return Probe(passed, refused, _needed(network, failure, handler.decisions, rng, end))
        else:
            passed += 1
    return Probe(passed, refused, None)


def _walk(network: Network, handler: Draw) -> None:
    interpreter = Interpreter(network.program, handler, None, Budget(STEPS_OF_A_SAMPLE, seconds=SECONDS))
    network.outputs(network.walk(interpreter, tuple(Tensor(port.type) for port in network.inputs)))


def _needed(network: Network, failure: Failure, decisions: Mapping[str, Label], rng: Random, end: float) -> Failure:
    """Set first the decisions without which the mistake does not happen; none is left out, for nothing is proved."""
    kept = dict(decisions)
    for address, label in decisions.items():
        rest = {own: value for own, value in kept.items() if own != address}
        if time.monotonic() <= end and _fails(network, failure, Draw(rng, rest, (address, label))):
            kept = rest
    return Failure(failure.diagnostic, tuple({**kept, **decisions}.items()))


def _fails(network: Network, failure: Failure, handler: Draw) -> bool:
    """Tell whether a walk comes to a mistake; one that is refused comes to none."""
    try:
        _walk(network, handler)
    except (BudgetSpent, Outside):
        return False
    except Fault as fault:
        return Failure(fault.diagnostic, ()).key == failure.key
    return False
