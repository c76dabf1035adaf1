"""Who decides: at each choice the interpreter asks a handler, and the handler gives its meaning to the walk."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Any, Protocol, final

from archdsl.diagnostics import Diagnostic, Span, similar
from archdsl.diagnostics import Label as Place
from archdsl.ir import Interval, Label, label_text

from .addresses import Frame
from .faults import Outside
from .lifted import NoWorld, World
from .values import Any_


@final
@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice of one alternative; `weights` are the priors, in the order of `labels`."""

    address: str
    labels: tuple[Label, ...]
    weights: tuple[float, ...]
    span: Span = field(compare=False, repr=False)

    def admits(self, label: Label) -> bool:
        """Tell whether a label is one of the alternatives."""
        return any(label == own and type(label) is type(own) for own in self.labels)


@final
@dataclass(frozen=True, slots=True)
class SomeOf:
    """A choice of `low..high` elements of a list of `count`; its labels are the sets of their indices.

    Of alternatives with `names` they are the sets of these, in alphabetical order, whatever their order in the text.
    `kinds` numbers the elements, equal ones alike, where what follows sees what they are and not where they stand.
    """

    address: str
    count: int
    low: int
    high: int
    span: Span = field(compare=False, repr=False)
    names: tuple[str, ...] | None = None
    kinds: tuple[int, ...] | None = field(default=None, compare=False, repr=False)

    @property
    def labels(self) -> Iterator[tuple[int, ...] | tuple[str, ...]]:
        """The admissible sets, by size, then lexicographically by the elements' places in the text."""
        sets = (own for size in range(self.low, self.high + 1) for own in combinations(range(self.count), size))
        if self.names is None:
            return sets
        names = self.names
        return (tuple(sorted(names[index] for index in own)) for own in sets)

    def admits(self, label: Label) -> bool:
        """Tell whether a label is an admissible set."""
        return (
            isinstance(label, tuple)
            and self.low <= len(label) <= self.high
            and all(self._has(own) for own in label)
            and all(a < b for a, b in pairwise(label))  # type: ignore[operator]
        )

    def _has(self, element: int | str) -> bool:
        if self.names is not None:
            return element in self.names
        return type(element) is int and 0 <= element < self.count

    def indices(self, label: Label) -> tuple[int, ...]:
        """Give the places in the list of what an admissible label chooses."""
        assert isinstance(label, tuple)
        if self.names is None:
            return label  # type: ignore[return-value]
        return tuple(index for index, name in enumerate(self.names) if name in label)

    def kinds_of(self, label: Label) -> Hashable:
        """Give what can be seen of what an admissible label chooses: equal labels lead to the same."""
        return label if self.kinds is None else tuple(self.kinds[index] for index in self.indices(label))


@final
@dataclass(frozen=True, slots=True)
class Between:
    """A choice of a real number out of an interval."""

    address: str
    interval: Interval
    span: Span = field(compare=False, repr=False)

    @property
    def labels(self) -> tuple[float, ...]:
        """Some of the labels: the ends of the interval."""
        return self.interval.low, self.interval.high

    def admits(self, label: Label) -> bool:
        """Tell whether a label is in the interval."""
        return label in self.interval


Point = OneOf | SomeOf | Between
Key = Callable[[], Hashable]
"""Gives what tells parts or states of a program apart; it is computed where it is asked for."""


class Handler(Protocol):
    """The meaning of a walk: which decisions it takes, and what its parts are to it."""

    def choose(self, point: Point) -> Label:
        """Decide."""
        ...

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        """Walk a part of the program that others see only by its result; equal keys behave alike.

        `is_closed` tells that the part's node lists are its own: no mark goes in or out.
        """
        ...

    def reach(self, state: Key, place: object = None) -> None:
        """Note a state of the part that is walked: what follows depends on it and on nothing else.

        With a `place`, a walk may begin here.
        """
        ...

    def begin(self) -> Any:
        """Give the place where the walk of a body or a repetition begins; None at its start."""
        ...

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        """Walk a part whose decisions are made once, under `root`."""
        ...

    def mark(self, member: str) -> None:
        """Note that a decision took this member of a node list as a source."""
        ...

    def is_marked(self, member: str) -> bool:
        """Tell whether a decision took this member of a node list as a source."""
        ...


@final
class Replay:
    """Decides as it is told; `asked` collects the decisions that were asked for, in order.

    A decision that is missing or inadmissible ends the walk. With `refused` its diagnostic goes there, by address, and
    the walk goes on with the first alternative.
    """

    def __init__(self, decisions: Mapping[str, Label], refused: dict[str, Diagnostic] | None = None) -> None:
        self._decisions = decisions
        self._refused = refused
        self._marked: set[str] = set()
        self.asked: dict[str, Label] = {}

    def choose(self, point: Point) -> Label:
        if point.address not in self._decisions:
            return self._refuse(point, missing(point, self._decisions))
        label = self._decisions[point.address]
        if not point.admits(label):
            return self._refuse(point, inadmissible(point, label))
        self.asked[point.address] = label
        return label

    def _refuse(self, point: Point, diagnostic: Diagnostic) -> Label:
        if self._refused is None:
            raise Outside(diagnostic)
        self._refused.setdefault(point.address, diagnostic)
        return next(iter(point.labels))

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        return run(frame)

    def reach(self, state: Key, place: object = None) -> None:
        pass

    def begin(self) -> None:
        return None

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(Frame(root, frame.instance, frame.parameters))

    def mark(self, member: str) -> None:
        self._marked.add(member)

    def is_marked(self, member: str) -> bool:
        return member in self._marked


def missing(point: Point, decisions: Mapping[str, Label]) -> Diagnostic:
    """Say that a choice is not decided."""
    near = similar(point.address, decisions)
    return Diagnostic(
        "missing-decision",
        f"no decision is given for `{point.address}`",
        Place(point.span, "chosen here"),
        notes=(f"a decision for `{near[0]}` is given",) if near else (),
    )


def inadmissible(point: Point, label: Label) -> Diagnostic:
    """Say that a label is none of a choice's alternatives, and which there are."""
    if isinstance(point, OneOf):
        names = [str(own) for own in point.labels]
        near = similar(str(label), names)
        shown = ", ".join(f"`{name}`" for name in names[:12]) + (", …" if len(names) > 12 else "")
        notes = (f"the alternatives are {shown}",)
        help_ = f"an alternative with a similar name exists: `{near[0]}`" if near else None
    elif isinstance(point, Between):
        notes = (f"a decision is a real number from {point.interval.low!r} to {point.interval.high!r}",)
        help_ = None
    else:
        size = f"{point.low}" if point.low == point.high else f"{point.low} to {point.high}"
        if point.names is None:
            notes = (f"a decision is a list of {size} different indices below {point.count}, in increasing order",)
        else:
            shown = ", ".join(f"`{name}`" for name in point.names[:12]) + (", …" if point.count > 12 else "")
            notes = (f"a decision is a list of {size} different ones of {shown}, in alphabetical order",)
        help_ = None
    message = f"`{label_text(label)}` is no admissible decision for `{point.address}`"
    return Diagnostic("inadmissible-decision", message, Place(point.span, "chosen here"), notes=notes, help=help_)


@final
class Static:
    """For what has no choices: the facts of ops, constants."""

    def choose(self, point: Point) -> Label:
        raise Outside(Diagnostic("misplaced-choice", "a choice cannot stand here", Place(point.span)))

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        return run(frame)

    def reach(self, state: Key, place: object = None) -> None:
        pass

    def begin(self) -> None:
        return None

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(frame)

    def mark(self, member: str) -> None:
        raise AssertionError("a static expression has no node lists")

    def is_marked(self, member: str) -> bool:
        raise AssertionError("a static expression has no node lists")


@final
class Keep:
    """Keeps every choice open but those that are decided in `world`: the walk that gives the supergraph.

    The interpreter opens choices itself; within an alternative it adds to the world. `refused` says which cannot be
    kept open: of each it goes on with the alternatives before.
    """

    def __init__(self) -> None:
        self.world: World = {}
        self.refused: list[Diagnostic] = []

    def choose(self, point: Point) -> Label:
        label = self.world[point.address]
        if not point.admits(label):
            raise NoWorld
        return label

    def scope(self, key: Key | None, frame: Frame, run: Callable[[Frame], Any_], *, is_closed: bool = True) -> Any_:
        return run(frame)

    def reach(self, state: Key, place: object = None) -> None:
        pass

    def begin(self) -> None:
        return None

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(Frame(root, frame.instance, frame.parameters))

    def mark(self, member: str) -> None:
        raise AssertionError("the interpreter notes under which guards")

    def is_marked(self, member: str) -> bool:
        raise AssertionError("the interpreter asks under which guards")
