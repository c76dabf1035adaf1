"""What the walks through a part of a program ask for, in the order of evaluation.

A trace is a tree over all walks of one part: where it asks for a decision it has a branch for each label; where it
enters a part, whose own trace is shared by all that enter it, it has one for each class of that part's paths; where
several walks come to one state, what follows is one stage. A diagram says which decisions go together; a trace says in
which order they are asked for.
"""

from dataclasses import dataclass, field
from typing import Union, final

from archdsl.elaborate.addresses import is_relative
from archdsl.elaborate.wirings import Wiring

from .diagram import Labels


@final
@dataclass(frozen=True, slots=True)
class Alternatives:
    """The labels that may be decided for a choice; `kinds` numbers those alike that nothing after it tells apart."""

    labels: tuple[Labels, ...]
    kinds: tuple[int, ...]
    members: tuple[tuple[int, ...], ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        members: list[list[int]] = [[] for _ in range(1 + max(self.kinds, default=-1))]
        for index, kind in enumerate(self.kinds):
            members[kind].append(index)
        object.__setattr__(self, "members", tuple(map(tuple, members)))


@final
@dataclass(slots=True, eq=False)
class Ask:
    """A decision is asked for; `then` is what follows upon each kind of labels, None where nothing comes of it."""

    address: str
    alternatives: "Alternatives"
    then: list["Trace | None"]

    @property
    def labels(self) -> tuple[Labels, ...]:
        """The labels that may be decided, in the order of the text."""
        return self.alternatives.labels

    def after(self, index: int) -> "Trace | None":
        """Give what follows upon the label with this index."""
        return self.then[self.alternatives.kinds[index]]


@final
@dataclass(slots=True, eq=False)
class Enter:
    """A part is walked, its relative addresses behind `prefix`; `then` is what follows upon each of its classes."""

    part: "Trace"
    prefix: str
    then: dict[int, "Trace | None"]


@final
@dataclass(slots=True, eq=False)
class Sort:
    """What was asked for is put into a class of a wiring; `then` is what follows upon each class."""

    wiring: Wiring
    then: dict[int, "Trace | None"]


@final
@dataclass(frozen=True, slots=True)
class Leave:
    """The walk ends, in the class with this index."""

    index: int


Asked = tuple[str, Alternatives, int]
"""An address, the labels that may be decided there, and the kind of the one that is."""
Entered = tuple["Trace", str, int]
"""The trace of a part, its prefix, and the index of the class in which it ended."""
Sorted = tuple[Wiring, None, int]
"""A wiring whose choices were asked for, and the number of the class in which they are."""
Event = Asked | Entered | Sorted


@final
@dataclass(slots=True, eq=False)
class Stage:
    """A state that walks come to, and what follows; None before any walk went on from here to its end."""

    root: "Trace | None" = None

    def add(self, events: list[Event], end: "Stage | Leave") -> None:
        """Add a walk from here on, in the order in which the walks are made."""
        place: tuple[Ask | Enter | Sort, int] | None = None
        for what, how, chosen in events:
            node = self._at(place)
            if node is None:
                node = self._put(place, _node(what, how))
            assert isinstance(node, (Ask, Enter, Sort)), "walks with equal decisions go the same way"
            place = node, chosen
        if self._at(place) is None:
            self._put(place, end)

    def _at(self, place: tuple[Ask | Enter | Sort, int] | None) -> "Trace | None":
        if place is None:
            return self.root
        node, chosen = place
        return node.then[chosen] if isinstance(node, Ask) else node.then.get(chosen)

    def _put(self, place: tuple[Ask | Enter | Sort, int] | None, node: "Trace") -> "Trace":
        if place is None:
            self.root = node
        else:
            place[0].then[place[1]] = node
        return node

    def trace(self) -> "Trace | None":
        """Give what follows."""
        node: Trace | None = self
        while isinstance(node, Stage):
            node = node.root
        return node


Trace = Union[Ask, Enter, Sort, Leave, Stage]  # noqa: UP007 - these types refer to each other


def _node(what: "str | Wiring | Trace", how: Alternatives | str | None) -> Ask | Enter | Sort:
    if isinstance(what, str):
        assert isinstance(how, Alternatives)
        return Ask(what, how, [None] * len(how.members))
    if isinstance(what, Wiring):
        return Sort(what, {})
    assert isinstance(how, str)
    return Enter(what, how, {})


def resolve(prefix: str, address: str) -> str:
    """Set a relative address behind a prefix; an absolute one stays."""
    return prefix + address if is_relative(address) else address
