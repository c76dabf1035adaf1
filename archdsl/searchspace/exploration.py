"""What comes of exploring a part of a program: its classes of results, and its mistakes."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import final

from archdsl.diagnostics import Diagnostic
from archdsl.elaborate.addresses import is_relative
from archdsl.elaborate.values import Any_, holds_tied, identity_of
from archdsl.ir import Label, Type

from .diagram import UNIT, Diagram, shifted
from .ledger import Account
from .trace import Trace

Condition = tuple[tuple[str, Label], ...]
WeightName = tuple[str, str]
"""The address of an op's weights, relative to the part, and the name of one of them."""
NamedTypes = tuple[tuple[str, Type], ...]
"""The types of a network's outputs; only auxiliary ones have a name."""


@final
@dataclass(frozen=True, slots=True)
class Use:
    """A class of what is decided once: which result, of which signature, under which root."""

    root: str
    key: Hashable
    index: int


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """The paths of a part that have one result, use the same, and take the same members as sources.

    `weights` has the shapes of all weights where the part is inside of something shared. Where walks stand for many,
    the value may be vague, and `perhaps` has the members that only some of the paths take.
    """

    value: Any_
    uses: tuple[Use, ...]
    marks: frozenset[str]
    diagram: Diagram
    witness: Condition
    weights: frozenset[tuple[WeightName, tuple[int, ...]]] = frozenset()
    perhaps: frozenset[str] = frozenset()

    def moved(self, prefix: str) -> "Outcome":
        """Set relative addresses behind a prefix."""
        if not prefix or (self.diagram is UNIT and not self.uses and not self.witness):
            return self
        return replace(
            self,
            diagram=shifted(prefix, self.diagram),
            uses=_moved_uses(prefix, self.uses),
            witness=_moved_condition(prefix, self.witness),
        )


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """A fault and the decisions under which it happens."""

    diagnostic: Diagnostic
    condition: Condition
    share: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two failures one mistake."""
        primary = self.diagnostic.primary
        place = (primary.span.source.path, primary.span.start, primary.span.end) if primary else ()
        return (self.diagnostic.code, *place)

    def moved(self, prefix: str) -> "Failure":
        """Set relative addresses behind a prefix."""
        return replace(self, condition=_moved_condition(prefix, self.condition)) if prefix else self


@final
@dataclass(frozen=True, slots=True)
class Faulty:
    """The paths of a part that come to one mistake, told by its key, and use the same."""

    key: tuple[object, ...]
    uses: tuple[Use, ...]
    diagram: Diagram

    def moved(self, prefix: str) -> "Faulty":
        """Set relative addresses behind a prefix."""
        if not prefix:
            return self
        return replace(self, diagram=shifted(prefix, self.diagram), uses=_moved_uses(prefix, self.uses))


@final
@dataclass(frozen=True, slots=True)
class Exploration:
    """All that can come of a part: its classes of paths, its faults, and whether a requirement refused every path.

    Its addresses are relative to the part's own, or begin with `base`, the address under which it was walked.
    A use of a faulty class has an index below 0, counted from the first. `trace` tells what is asked for when,
    `gives_tied` whether some result holds a tied layer, `is_plain` whether it is the same with what it uses apart. The
    `account`, where there is one, has what the walks spend. `sort` is this set of classes, wherever it is moved.
    """

    outcomes: tuple[Outcome, ...]
    faulty: tuple[Faulty, ...]
    failures: tuple[Failure, ...]
    refusals: tuple[Diagnostic, ...]
    base: str = ""
    trace: Trace | None = None
    is_plain: bool = False
    account: Account | None = field(default=None, compare=False, repr=False)
    sort: object = field(default_factory=object, compare=False, repr=False)
    gives_tied: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gives_tied", any(holds_tied(identity_of(own.value)) for own in self.outcomes))
        if self.account is not None:
            self.account.gives_layers = self.gives_tied

    def class_of(self, use: Use) -> Outcome | Faulty:
        """Give the class that is used."""
        return self.outcomes[use.index] if use.index >= 0 else self.faulty[-1 - use.index]

    def moved(self, prefix: str) -> "Exploration":
        """Set relative addresses behind a prefix."""
        return replace(
            self,
            outcomes=tuple(own.moved(prefix) for own in self.outcomes),
            faulty=tuple(own.moved(prefix) for own in self.faulty),
            failures=tuple(own.moved(prefix) for own in self.failures),
        )


def _moved_condition(prefix: str, own: Condition) -> Condition:
    return tuple((prefix + a if is_relative(a) else a, label) for a, label in own)


def _moved_uses(prefix: str, own: tuple[Use, ...]) -> tuple[Use, ...]:
    return tuple(replace(use, root=prefix + use.root) if is_relative(use.root) else use for use in own)


def uses_of(indices: Mapping[tuple[str, Hashable], int]) -> tuple[Use, ...]:
    """Give the classes that a walk uses."""
    return tuple(Use(root, key, index) for (root, key), index in indices.items())
