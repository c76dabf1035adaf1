"""The walks through one part: which alternatives each takes, and where two of them come to one state."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, final

from archdsl.diagnostics import Diagnostic
from archdsl.ir import Label

from .diagram import Diagram, product, union
from .exploration import Failure, Faulty, WeightName
from .ledger import Record
from .trace import Event, Stage


class Dead(Exception):
    """Nothing comes of this path: all that it depends on failed or was refused."""


class Merged(Exception):
    """An earlier path came to the same state: what follows is known."""


class Crowded(Exception):
    """Many states differ only in what they use of what is decided once."""


MOST_ALIKE: Final = 3
"""So many states of a part may differ only in what they use."""

Uses = dict[tuple[str, Hashable], int]
"""The index of the class that is used, by root and signature."""


State = Hashable
START: State = "start"


@final
@dataclass(slots=True)
class Ways:
    """The states that the paths of a part come to, and what leads from each to the next.

    What a path ends with, a class of results or of faults, is a last state, from which nothing leads on. States are
    told apart by what is used of what is decided once. Where that makes many, and it `may_forget`, `forget` parts what
    is used into what still tells states apart and what stands in the diagrams that lead to them.
    """

    merges: bool
    may_forget: bool = False
    forget: Callable[[Uses], tuple[Uses, list[Diagram]]] | None = None
    leading: dict[State, list[tuple[Diagram, State]]] = field(default_factory=lambda: {START: []})
    stages: dict[State, Stage] = field(default_factory=lambda: {START: Stage()})
    has_merged: bool = False
    record: Record | None = None
    alike: dict[Hashable, set[Hashable]] = field(default_factory=dict)

    def state(self, key: Hashable, uses: Uses) -> State:
        """Give the state that is told by a key and by what is used.

        Raises:
            Crowded: many states differ only in what they use, and it may be forgotten.
        """
        own = frozenset(uses.items())
        if own and self.may_forget and self.forget is None:
            alike = self.alike.setdefault(key, set())
            alike.add(own)
            if len(alike) > MOST_ALIKE:
                raise Crowded
        return key, own

    def ends(self) -> dict[State, Diagram]:
        """Give all ways from the start to each last state."""
        known: dict[State, dict[State, Diagram]] = {}
        return self._ends(START, known)

    def _ends(self, state: State, known: dict[State, dict[State, Diagram]]) -> dict[State, Diagram]:
        found = known.get(state)
        if found is None:
            parts: dict[State, list[Diagram]] = {}
            for factor, target in self.leading[state]:
                if target not in self.leading:
                    parts.setdefault(target, []).append(factor)
                    continue
                for end, rest in self._ends(target, known).items():
                    parts.setdefault(end, []).append(product((factor, rest)))
            found = known[state] = {end: union(ways) for end, ways in parts.items()}
        return found


@final
@dataclass(frozen=True, slots=True)
class Wrong:
    """What paths that come to one mistake end with."""

    key: tuple[object, ...]
    uses: frozenset[tuple[tuple[str, Hashable], int]]


@final
@dataclass(slots=True)
class Path:
    """One walk through a part: which alternative it takes at each of its own branchings.

    Inside of what is shared it `weighs`: it notes the shapes of all weights, which must be equal at each use. The
    `record`, where there is one, has what it spends. Where a walk stands for many, some of these have `perhaps` taken
    more members than the `marks`. What is `begun` for a class of a wiring, other classes may go on with.
    """

    script: list[int]
    ways: Ways
    is_closed: bool = False
    weighs: bool = False
    state: State = START
    sizes: list[int] = field(default_factory=list)
    factors: list[Diagram] = field(default_factory=list)
    decided: dict[str, Label] = field(default_factory=dict)
    picked: list[Diagram] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    uses: Uses = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)
    weights: dict[WeightName, tuple[int, ...]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    refusals: list[Diagnostic] = field(default_factory=list)
    shared: int = field(init=False)
    branched: int = 0
    checkpoints: list["Checkpoint"] = field(default_factory=list)
    record: Record | None = None
    begun: "Begun | None" = None

    def __post_init__(self) -> None:
        self.shared = len(self.script)

    def copy(self, script: list[int], checkpoints: list["Checkpoint"]) -> "Path":
        """Give a path that has come as far as this one."""
        return replace(
            self,
            script=script,
            sizes=[*self.sizes],
            factors=[*self.factors],
            decided={**self.decided},
            picked=[*self.picked],
            events=[*self.events],
            uses={**self.uses},
            marks={*self.marks},
            perhaps={*self.perhaps},
            weights={**self.weights},
            failures=[*self.failures],
            refusals=[*self.refusals],
            checkpoints=checkpoints,
            record=self.record and self.record.copy(),
        )

    def keep(self, place: object) -> None:
        """Note that a walk that takes another alternative later on may begin here."""
        if self.checkpoints and self.checkpoints[-1].branchings == len(self.sizes):
            self.checkpoints.pop()
        own = Checkpoint(len(self.sizes), place, self.copy([], []))
        self.checkpoints.append(own)
        if self.begun is not None:
            self.begun.keep(own)

    def join_marks(self, other: "Path") -> None:
        """Take the marks of another walk that this one stands for as well."""
        self.perhaps |= other.perhaps | (self.marks ^ other.marks)
        self.marks &= other.marks

    @property
    def is_new(self) -> bool:
        """Whether no earlier walk was here: all branchings that are shared with one are behind."""
        return len(self.sizes) >= self.shared

    def lead(self, state: State, *factors: Diagram) -> None:
        """Note what leads from the last state to another."""
        self.ways.leading[self.state].append((product((*self.factors, *factors)), state))
        if self.record is not None:
            self.record.lead(self.state, state)

    def forget(self) -> None:
        """Let what is used stand in the diagram, where states are not told apart by it."""
        self.uses, factors = self._parted(self.uses)
        self.factors.extend(factors)

    def _parted(self, uses: Uses) -> tuple[Uses, list[Diagram]]:
        return (uses, []) if self.ways.forget is None else self.ways.forget(uses)

    def reach(self, state: State) -> None:
        """Go on from a state, unless an earlier walk did."""
        if self.is_new:
            self.lead(state)
            self.ways.stages[self.state].add(self.events, self.ways.stages.setdefault(state, Stage()))
            if state in self.ways.leading:
                self.ways.has_merged = True
                raise Merged
            self.ways.leading[state] = []
        if self.record is not None:
            self.record.leave(state)
        self.state = state
        self.factors = []
        self.events = []
        self.branched = len(self.sizes)

    def fail(self, found: Sequence[Faulty], tied: tuple[str, Hashable] | None) -> None:
        """Note the faulty classes of a part that this walk comes to, unless an earlier walk came to it alike."""
        if not self.is_new or tied in self.uses:
            return
        if self.begun is not None and found:
            self.begun.end()  # each class comes to the mistakes by its own ways
        for index, own in enumerate(found):
            uses = dict(self.uses)
            if tied is not None:
                uses[tied] = -1 - index
            if all(uses.setdefault((use.root, use.key), use.index) == use.index for use in own.uses):
                kept, factors = self._parted(uses)
                self.lead(Wrong(own.key, frozenset(kept.items())), *factors, *((own.diagram,) if tied is None else ()))

    def branch(self, size: int) -> int:
        """Give the alternative that this walk takes at its next branching."""
        i = len(self.sizes)
        self.sizes.append(size)
        if i == len(self.script):
            self.script.append(0)
        return self.script[i]

    def following(self) -> "tuple[Path, object] | None":
        """Give the next walk and the place where it begins, None after the last."""
        for i in range(len(self.sizes) - 1, -1, -1):
            if self.script[i] + 1 < self.sizes[i]:
                script = [*self.script[:i], self.script[i] + 1]
                known = [own for own in self.checkpoints if own.branchings <= i]
                if self.begun is not None and (begun := self.begun.following(script, known)):
                    return begun
                if known:
                    return known[-1].path.copy(script, known), known[-1].place
                record = self.record and self.record.again()
                return Path(script, self.ways, self.is_closed, self.weighs, record=record), None
        return None


class Begun(Protocol):
    """What walks for a class of a wiring tell of later classes: their beginnings may be the same."""

    def keep(self, checkpoint: "Checkpoint") -> None:
        """Note a place that a walk comes to."""
        ...

    def meets(self, place: object) -> bool:
        """Tell whether the walks of several classes may come to one state at a place."""
        ...

    def end(self) -> None:
        """Let no other class begin behind this."""
        ...

    def following(self, script: list[int], known: list["Checkpoint"]) -> tuple[Path, object] | None:
        """Give the walk of a script and the place where it begins, if it is one for another class that may."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A place where a walk may begin, after so many branchings, and what the walk to it has come to."""

    branchings: int
    place: object
    path: Path
