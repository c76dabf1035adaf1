"""Who decides: at each choice the interpreter asks a handler, and the handler gives its meaning to the walk."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Protocol, final

from archdsl.diagnostics import Diagnostic, Span, similar
from archdsl.diagnostics import Label as Place
from archdsl.ir import Label

from .addresses import Frame
from .faults import Outside
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
    """A choice of `low..high` elements of a list of `count`; its labels are the sets of their indices."""

    address: str
    count: int
    low: int
    high: int
    span: Span = field(compare=False, repr=False)

    @property
    def labels(self) -> Iterator[tuple[int, ...]]:
        """The admissible sets, by size, then lexicographically."""
        return (chosen for size in range(self.low, self.high + 1) for chosen in combinations(range(self.count), size))

    def admits(self, label: Label) -> bool:
        """Tell whether a label is an admissible set of indices."""
        return (
            isinstance(label, tuple)
            and self.low <= len(label) <= self.high
            and all(a < b for a, b in pairwise(label))
            and all(0 <= index < self.count for index in label)
        )


Point = OneOf | SomeOf


class Handler(Protocol):
    """The meaning of a walk: which decisions it takes, and what its parts are to it."""

    def choose(self, point: Point) -> Label:
        """Decide."""
        ...

    def scope(self, key: Hashable | None, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        """Walk a part of the program that others see only by its result; equal keys behave alike."""
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

    def scope(self, key: Hashable | None, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(frame)

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
    else:
        size = f"{point.low}" if point.low == point.high else f"{point.low} to {point.high}"
        notes = (f"a decision is a list of {size} different indices below {point.count}, in increasing order",)
        help_ = None
    shown_label = list(label) if isinstance(label, tuple) else label
    message = f"`{shown_label}` is no admissible decision for `{point.address}`"
    return Diagnostic("inadmissible-decision", message, Place(point.span, "chosen here"), notes=notes, help=help_)


@final
class Static:
    """For what has no choices: the facts of ops, constants."""

    def choose(self, point: Point) -> Label:
        raise Outside(Diagnostic("misplaced-choice", "a choice cannot stand here", Place(point.span)))

    def scope(self, key: Hashable | None, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(frame)

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(frame)

    def mark(self, member: str) -> None:
        raise AssertionError("a static expression has no node lists")

    def is_marked(self, member: str) -> bool:
        raise AssertionError("a static expression has no node lists")


@final
class Keep:
    """Keeps every choice open: the walk that gives the supergraph."""

    def choose(self, point: Point) -> Label:
        raise AssertionError("the interpreter opens choices itself")

    def scope(self, key: Hashable | None, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(frame)

    def tied(self, root: str, key: Hashable, frame: Frame, run: Callable[[Frame], Any_]) -> Any_:
        return run(Frame(root, frame.instance, frame.parameters))

    def mark(self, member: str) -> None:
        pass

    def is_marked(self, member: str) -> bool:
        return False
