"""What the walks through the parts of a program spend: an account of each part, which says what came of which tensor.

Walks that come to one state go on as one, and the tensors that they bring there have different numbers. So an account
keeps, for all that leads from a state to the next, which tensors the walk had at either end, in the order in which the
states have them, and what it spent in between.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, Literal, final

from archdsl.elaborate.serials import renewed, serials_in
from archdsl.elaborate.values import Any_, Layer, Tensor, Tied, identity_of
from archdsl.ir import Facts, Label

CostName = Literal["params", "macs"]
BEGIN: Final = 0
"""The number of the state in which a part is entered."""


@final
@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a shared layer, made at `site`: those of a class of its paths, as far as results are needed."""

    site: str
    account: "Account"
    index: int
    results: frozenset[int]


@final
@dataclass(frozen=True, slots=True)
class Lent:
    """The weights that an op reads: they are those of the op with this key."""

    key: str
    params: int


Token = int | Weights | Lent
"""What something may depend on: a tensor, by its number, or weights that several use."""


@final
@dataclass(frozen=True, slots=True)
class Decided:
    """A decision."""

    address: str
    label: Label


@final
@dataclass(frozen=True, slots=True)
class Spent:
    """An op: what it costs, and what it depends on; `captured` is what may be made for it as well."""

    results: tuple[int, ...]
    operands: tuple[Token, ...]
    params: int = 0
    macs: int = 0
    captured: tuple[int, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Entered:
    """A part was walked, and ended in the class with this index; its decisions stand behind `prefix`.

    `given` are the tensors that were given to it, in the order of what tells it apart; None where that is nothing. It
    runs so many `steps`. The weights of one with a `site` are shared by all that run it, and were made there.
    """

    account: "Account"
    index: int
    results: tuple[int, ...]
    given: tuple[int, ...] | None
    prefix: str
    steps: int = 1
    site: str | None = None


Item = Decided | Spent | Entered


@final
@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """What a walk spends from one state to the next, with its tensors in the one and in the other."""

    source: int
    before: tuple[int, ...]
    items: tuple[Item, ...]
    after: tuple[int, ...]


@final
@dataclass(slots=True, eq=False)
class Account:
    """What all walks through a part spend: what leads to each of its states.

    Tensors that were made before the part was walked have a number below `first`. Of those it may use the `given`, in
    the order of what tells the part apart; where nothing does, that is None. `foreign` are the sites of the shared
    layers that it was given; it has their weights from elsewhere. All others are its own, unless it `gives` one.
    """

    first: int
    arriving: dict[int, list[Edge]] = field(default_factory=dict)
    ends: tuple[int, ...] = ()
    given: tuple[int, ...] | None = None
    foreign: frozenset[str] | None = None
    gives_layers: bool = False
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _names: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def number(self, state: Hashable) -> int:
        """Give the number of a state."""
        return self._numbers.setdefault(state, len(self._numbers))

    def open(self, key: Hashable) -> None:
        """Note what the part was given, the first time that it is used."""
        if self.foreign is None:
            self.given = tuple(serials_in(key))
            self.foreign = frozenset(_sites_in(key))

    def owns(self, key: str) -> bool:
        """Tell whether weights belong to a layer that is made in this part and stays in it."""
        known = self.foreign
        return known is not None and not self.gives_layers and not any(is_part_of(key, site) for site in known)

    def names(self, state: int) -> tuple[int, ...]:
        """Give each tensor of a state a name that all walks know: below 0, and one for those that are always one.

        What was made before and stands there on each walk is named by its number.
        """
        known = self._names.get(state)
        if known is None:
            columns = list(zip(*(edge.after for edge in self.arriving[state]), strict=True))
            places = {column: -1 - place for place, column in reversed(list(enumerate(columns)))}
            known = tuple(
                column[0] if column[0] < self.first and len(set(column)) == 1 else places[column] for column in columns
            )
            self._names[state] = known
        return known


def is_part_of(key: str, site: str) -> bool:
    """Tell whether weights are those of a layer that was made at a site."""
    return key == site or key.startswith(f"{site}.")


def _sites_in(identity: Hashable) -> Iterator[str]:
    """Give the sites of the shared layers in what `identity_of` gave."""
    if type(identity) is tuple:
        if identity[:1] == (Tied,) and identity[3] is True:
            yield identity[2]
        for own in identity:
            yield from _sites_in(own)


@final
@dataclass(slots=True)
class Record:
    """What a walk has spent since it left the last state, and the tensors that it had there."""

    ledger: "Ledger"
    account: Account
    items: list[Item] = field(default_factory=list)
    before: tuple[int, ...] = ()

    def copy(self) -> "Record":
        """Give a record of a walk that has come as far."""
        return replace(self, items=[*self.items])

    def again(self) -> "Record":
        """Give a record of a walk through the same part from its beginning."""
        return Record(self.ledger, self.account)

    def lead(self, source: Hashable, target: Hashable) -> None:
        """Note that the walk came to a state."""
        edge = Edge(self.account.number(source), self.before, tuple(self.items), tuple(serials_in(target)))
        self.account.arriving.setdefault(self.account.number(target), []).append(edge)

    def leave(self, state: Hashable) -> None:
        """Go on from a state."""
        self.items = []
        self.before = tuple(serials_in(state))

    def decide(self, address: str, label: Label) -> None:
        """Note a decision."""
        self.items.append(Decided(address, label))

    def enter(self, account: Account, index: int, value: Any_, key: Hashable | None, prefix: str) -> Any_:
        """Note that a part was walked that gives a value; the tensors of this use have numbers of their own."""
        if key is not None:
            account.open(key)
        given = None if key is None else tuple(serials_in(key))
        value = renewed(value, self.ledger.next)
        self.items.append(Entered(account, index, tuple(serials_in(identity_of(value))), given, prefix))
        return value

    def share(self, site: str) -> None:
        """Note that the weights of the part that was walked last are shared."""
        last = self.items[-1]
        assert isinstance(last, Entered)
        self.items[-1] = replace(last, site=site)


@final
class Ledger:
    """The accounts of a walk over a whole space; `undeclared` are the costs that some op does not declare."""

    def __init__(self) -> None:
        self._serials = count(1)
        self._records: list[Record] = []
        self.undeclared: set[CostName] = set()

    def next(self) -> int:
        """Give a number that no tensor has."""
        return next(self._serials)

    def record(self, begin: Hashable) -> Record:
        """Open the account of a part."""
        account = Account(self.next())
        account.number(begin)
        return Record(self, account)

    def walk(self, record: Record) -> None:
        """Begin a walk: what is spent is noted there until it ends."""
        self._records.append(record)

    def end(self) -> None:
        """End the walk that was begun last."""
        self._records.pop()

    # ------------------------------------------------------------ the accountant

    def numbered(self, tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Number tensors."""
        return tuple(replace(own, serial=self.next()) for own in tensors)

    def step(self, taken: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        taken = self.numbered(taken)
        self._records[-1].items.append(Spent(_serials(taken), ()))
        return taken

    def op(
        self, results: tuple[Tensor, ...], operands: Sequence[Tensor], facts: Facts, lent: str | None
    ) -> tuple[Tensor, ...]:
        results = self.numbered(results)
        params = None if facts.weights is None else sum(own.size for own in facts.weights if own.kind == "weight")
        given: list[Token] = [*_serials(operands)]
        if params is None:
            self.undeclared.add("params")
        elif lent is not None:
            given.append(Lent(lent, params))
            params = 0
        if facts.macs is None:
            self.undeclared.add("macs")
        self._records[-1].items.append(Spent(_serials(results), tuple(given), params or 0, facts.macs or 0))
        return results

    def scan(
        self, results: tuple[Tensor, ...], operands: Sequence[Tensor], given: Sequence[Tensor], cell: Layer, steps: int
    ) -> tuple[Tensor, ...]:
        results = self.numbered(results)
        items = self._records[-1].items
        last = items[-1]
        assert isinstance(last, Entered), "the cell was walked just now"
        items[-1] = replace(last, steps=steps)
        captured = tuple(serials_in(identity_of(cell)))
        items.append(Spent(_serials(results), (*_serials(operands), *_serials(given)), captured=captured))
        return results


def _serials(tensors: Sequence[Tensor]) -> tuple[int, ...]:
    return tuple(own.serial for own in tensors)
