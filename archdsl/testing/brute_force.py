"""The set of a space's architectures by brute force: every combination of decisions, walked one by one."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import final

from archdsl.diagnostics import Diagnostic
from archdsl.elaborate import Fault, Interpreter, Network, OneOf, Outside, Point
from archdsl.elaborate.addresses import Frame
from archdsl.elaborate.handlers import Key as PartKey
from archdsl.elaborate.values import Any_, Tensor
from archdsl.ir import Label

Decisions = dict[str, Label]
Key = frozenset[tuple[str, type, Label]]


def key_of(decisions: Decisions) -> Key:
    """Give decisions in a form that can be compared: the label 1 is neither 1.0 nor `true`."""
    return frozenset((address, type(label), label) for address, label in decisions.items())


@final
class Odometer:
    """Decides by a script of digits, and by the first label beyond its end; what was decided at an address stays."""

    def __init__(self, script: list[int]) -> None:
        self.script = list(script)
        self.sizes: list[int] = []
        self.decisions: Decisions = {}
        self.prior = 1.0
        self.marked: set[str] = set()
        # The addresses asked for in the tied part that the walk is in: nobody asks twice for one of them.
        self._asked: list[set[str]] = [set()]

    def choose(self, point: Point) -> Label:
        assert point.address not in self._asked[-1], f"two choices have the address {point.address}"
        self._asked[-1].add(point.address)
        if point.address in self.decisions:
            label = self.decisions[point.address]
            if not point.admits(label):
                raise Outside(Diagnostic("inadmissible-decision", f"{point.address} cannot be {label} here"))
            return label
        labels = list(point.labels)
        place = len(self.sizes)
        self.sizes.append(len(labels))
        if place == len(self.script):
            self.script.append(0)
        index = self.script[place]
        weights = point.weights if isinstance(point, OneOf) else (1.0,) * len(labels)
        self.prior *= weights[index] / sum(weights)
        self.decisions[point.address] = labels[index]
        return labels[index]

    def following(self) -> list[int] | None:
        """Give the script of the next walk, None after the last."""
        for place in reversed(range(len(self.sizes))):
            if self.script[place] + 1 < self.sizes[place]:
                return [*self.script[:place], self.script[place] + 1]
        return None

    def reach(self, state: PartKey, place: object = None) -> None:
        pass

    def begin(self) -> None:
        return None

    def scope(self, key: PartKey | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        return run(frame)

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        self._asked.append(set())
        try:
            return run(Frame(root, frame.instance, frame.parameters))
        finally:
            self._asked.pop()

    def mark(self, member: str) -> None:
        self.marked.add(member)

    def is_marked(self, member: str) -> bool:
        return member in self.marked


@final
@dataclass
class BruteForce:
    """Members with their priors, in the order of the walks, and the decisions under which the program is wrong."""

    members: list[Decisions] = field(default_factory=list)
    priors: list[float] = field(default_factory=list)
    faults: list[tuple[Decisions, Diagnostic]] = field(default_factory=list)

    @property
    def keys(self) -> set[Key]:
        """The members in a form that can be compared."""
        return {key_of(decisions) for decisions in self.members}


class TooMany(Exception):
    """There are more walks than anybody wants to wait for."""


def brute_force(network: Network, most: int = 20_000) -> BruteForce:
    """Walk a network on types alone, under every combination of decisions."""
    found = BruteForce()
    inputs = tuple(Tensor(port.type) for port in network.inputs)
    script: list[int] | None = []
    walks = 0
    while script is not None:
        walks += 1
        if walks > most:
            raise TooMany
        handler = Odometer(script)
        try:
            network.outputs(network.walk(Interpreter(network.program, handler), inputs))
        except Outside:
            pass
        except Fault as fault:
            found.faults.append((handler.decisions, fault.diagnostic))
        else:
            found.members.append(handler.decisions)
            found.priors.append(handler.prior)
        script = handler.following()
    return found
