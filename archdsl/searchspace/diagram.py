"""The decision diagram of a space: a compact form of the set of all its architectures, and folds over it.

A diagram stands for a set of partial maps from addresses to labels. A `Literal` is one decision, a `Product` joins sets
over different addresses, a `Sum` unites sets that have no member in common (a decomposable, deterministic negation
normal form: Darwiche, 2001). So counting is one pass, and sampling never meets a dead end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from math import prod
from operator import or_
from typing import Generic, TypeVar, final

from archdsl.elaborate.addresses import is_relative
from archdsl.ir import Interval, Label

Labels = Label | Interval
"""One label, or all real numbers of an interval."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Literal:
    """One decision; `weight` is its prior among the alternatives of its choice.

    The decision of a real setting is one literal, whichever number of the interval is taken.
    """

    address: str
    label: Labels
    weight: float

    def agrees(self, decisions: Mapping[str, Label]) -> bool:
        """Tell whether decisions have this one, or say nothing of its address."""
        if self.address not in decisions:
            return True
        label = decisions[self.address]
        if isinstance(self.label, Interval):
            return label in self.label
        return label == self.label and type(label) is type(self.label)


@final
@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """Independent parts, in the order of evaluation; of none it is the set of the empty map."""

    children: tuple["Diagram", ...]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """Alternatives without a common member, in the order of the text; of none it is the empty set."""

    children: tuple["Diagram", ...]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """A diagram whose addresses are relative, set behind a prefix; `Interner.flatten` resolves it."""

    prefix: str
    child: "Diagram"


@final
@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """What is decided once, under a root, is of one class; `child` is the set of what that class decides.

    `places` says which class it is of which sets of classes: two classes of one set have no member in common.
    """

    root: str
    child: "Diagram"
    places: dict[object, int]

    def excludes(self, other: "Used") -> bool:
        """Tell whether this and another are known to be different classes of one set."""
        return any(other.places.get(known, index) != index for known, index in self.places.items())

    @property
    def address(self) -> str:
        """What two uses of one root have in common; no decision has such an address."""
        return f"{self.root} "


Diagram = Literal | Product | Sum | Shift | Used
UNIT = Product(())
EMPTY = Sum(())


def product(children: Iterable[Diagram]) -> Diagram:
    """Join independent parts."""
    flat: list[Diagram] = []
    for child in children:
        if child is EMPTY:
            return EMPTY
        flat.extend(child.children if isinstance(child, Product) else (child,))
    return flat[0] if len(flat) == 1 else Product(tuple(flat)) if flat else UNIT


def union(children: Iterable[Diagram]) -> Diagram:
    """Unite alternatives that have no member in common."""
    flat: list[Diagram] = []
    for child in children:
        flat.extend(child.children if isinstance(child, Sum) else (child,))
    return flat[0] if len(flat) == 1 else Sum(tuple(flat)) if flat else EMPTY


def shifted(prefix: str, node: Diagram) -> Diagram:
    """Set a diagram behind a prefix; one without addresses stays what it is."""
    return node if node is UNIT or node is EMPTY else Shift(prefix, node)


@final
@dataclass(slots=True)
class Interner:
    """Makes equal diagrams one object, so that a fold meets each only once; `spend` is told of each that is made.

    `has_uses` tells whether some of them use what is decided once.
    """

    spend: Callable[[], None] = lambda: None
    _known: dict[tuple[object, ...], Diagram] = field(default_factory=dict)
    _flat: dict[tuple[int, str], Diagram] = field(default_factory=dict)
    _kept: list[Diagram] = field(default_factory=list)
    has_uses: bool = False

    def flatten(self, node: Diagram, prefix: str = "") -> Diagram:
        """Set prefixes into the addresses, and share equal parts."""
        key = (id(node), prefix)
        known = self._flat.get(key)
        if known is not None:
            return known
        self.spend()
        result: Diagram
        match node:
            case Literal(address=address, label=label, weight=weight):
                result = self.literal(prefix + address, label, weight)
            case Shift(prefix=own, child=child):
                result = self.flatten(child, prefix + own)
            case Used(root=root, child=child):
                own = prefix if is_relative(root) else ""
                result = self.used(own + root, self.flatten(child, own), node.places)
            case Product(children=children):
                result = self.share(product(self.flatten(child, prefix) for child in children))
            case Sum(children=children):
                result = self.share(union(self.flatten(child, prefix) for child in children))
        self._kept.append(node)
        self._flat[key] = result
        return result

    def literal(self, address: str, label: Labels, weight: float) -> Literal:
        """Give the one literal of a decision."""
        node = self._known.setdefault((address, type(label), label, weight), Literal(address, label, weight))
        assert isinstance(node, Literal)
        return node

    def used(self, root: str, child: Diagram, places: Mapping[object, int]) -> Used:
        """Give the one use of what a class decides; it learns of more places."""
        self.has_uses = True
        node = self._known.setdefault((Used, root, id(child)), Used(root, child, {}))
        assert isinstance(node, Used)
        node.places.update(places)
        return node

    def share(self, node: Diagram) -> Diagram:
        """Give the one diagram that is equal to this one."""
        if isinstance(node, (Literal, Shift, Used)) or not node.children:
            return node
        return self._known.setdefault((type(node), *map(id, node.children)), node)


Result = TypeVar("Result")


@final
class Fold(Generic[Result]):
    """A bottom-up pass over a diagram that meets each shared part once; it runs over uses where it is told of them."""

    def __init__(
        self,
        literal: Callable[[Literal], Result],
        join: Callable[[list[Result]], Result],
        unite: Callable[[list[Result]], Result],
        use: Callable[[Used], Result] | None = None,
    ) -> None:
        self._literal = literal
        self._join = join
        self._unite = unite
        self._use = use
        self._known: dict[int, Result] = {}

    def note(self, node: Diagram, result: Result) -> None:
        """Keep what is known of a node that was made of others."""
        self._known[id(node)] = result

    def __call__(self, node: Diagram) -> Result:
        known = self._known.get(id(node))
        if known is None:
            match node:
                case Literal():
                    known = self._literal(node)
                case Product(children=children):
                    known = self._join([self(child) for child in children])
                case Sum(children=children):
                    known = self._unite([self(child) for child in children])
                case Used():
                    assert self._use is not None, "a diagram of decisions has no uses"
                    known = self._use(node)
                case Shift():
                    raise AssertionError("a fold runs over a flat diagram")
            self._known[id(node)] = known
        return known


def count() -> Fold[int]:
    """Count the members."""
    return Fold(lambda literal: 1, lambda parts: prod(parts), lambda parts: sum(parts))


def mass() -> Fold[float]:
    """Add up the priors of the members, the product over each one's decisions."""
    return Fold(lambda literal: literal.weight, lambda parts: prod(parts, start=1.0), lambda parts: sum(parts))


def mass_of(decisions: Mapping[str, Label]) -> Fold[float]:
    """Add up the priors of the members that decide as given wherever they decide what is given."""
    return Fold(
        lambda literal: literal.weight if literal.agrees(decisions) else 0.0,
        lambda parts: prod(parts, start=1.0),
        lambda parts: sum(parts),
    )


def addresses() -> Fold[frozenset[str]]:
    """Collect the addresses that some member decides, and one for each root that is used."""
    return Fold(
        lambda literal: frozenset({literal.address}),
        lambda parts: frozenset().union(*parts),
        lambda parts: frozenset().union(*parts),
        lambda used: frozenset({used.address}),
    )


def literals(diagram: Diagram) -> Iterator[Literal]:
    """Give all decisions of a flat diagram, each once, those that come first in it first."""
    seen: set[int] = set()
    stack = [diagram]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Literal):
            yield node
        elif isinstance(node, (Product, Sum)):
            stack.extend(reversed(node.children))


def real_settings(decided: Iterable[Literal]) -> dict[str, Interval]:
    """Collect the addresses of real settings, each with an interval that holds all that some member may decide."""
    found: dict[str, Interval] = {}
    for literal in decided:
        if isinstance(interval := literal.label, Interval):
            known = found.setdefault(literal.address, interval)
            found[literal.address] = Interval(min(known.low, interval.low), max(known.high, interval.high))
    return found


@final
class Meet:
    """Joins diagrams over common addresses: the members are the unions of maps that agree where both decide.

    The diagrams have no uses: a `Settler` has joined these before.
    """

    def __init__(self, interner: Interner) -> None:
        self._interner = interner
        self._bits: dict[str, int] = {}
        self._addresses: Fold[int] = Fold(
            self._bit, lambda parts: reduce(or_, parts, 0), lambda parts: reduce(or_, parts, 0)
        )
        self._known: dict[tuple[int, int], Diagram] = {}
        self._splits: dict[tuple[int, str], _Split] = {}

    def _bit(self, literal: Literal) -> int:
        """Give an address the one bit that stands for it in a set of addresses."""
        return 1 << self._bits.setdefault(literal.address, len(self._bits))

    def all(self, nodes: Iterable[Diagram]) -> Diagram:
        """Join any number of diagrams."""
        start: Diagram = UNIT
        return reduce(self, nodes, start)

    def __call__(self, a: Diagram, b: Diagram) -> Diagram:
        if a is b or b is UNIT:
            return a
        if a is UNIT:
            return b
        if a is EMPTY or b is EMPTY:
            return EMPTY
        first, second = self._addresses(a), self._addresses(b)
        common = first & second
        if not common:
            joined = self._interner.share(product((a, b)))
            self._addresses.note(joined, first | second)
            return joined
        known = self._known.get((id(a), id(b)))
        if known is None:
            parts = self._components(_factors(a), _factors(b))
            if len(parts) > 1:
                known = product(
                    self(self._interner.share(product(x)), self._interner.share(product(y))) for x, y in parts
                )
            else:
                known = self._decide(a, b, self._first(a, common))
            known = self._interner.share(known)
            self._known[id(a), id(b)] = known
        return known

    def _components(self, a: tuple[Diagram, ...], b: tuple[Diagram, ...]) -> list[tuple[list[Diagram], list[Diagram]]]:
        groups: list[tuple[int, list[Diagram], list[Diagram]]] = []
        for side, nodes in ((1, a), (2, b)):
            for node in nodes:
                own = self._addresses(node)
                joined: tuple[int, list[Diagram], list[Diagram]] = (own, [], [])
                joined[side].append(node)  # type: ignore[union-attr]
                touching = [index for index, group in enumerate(groups) if group[0] & own]
                for index in reversed(touching):
                    group = groups.pop(index)
                    joined = (joined[0] | group[0], group[1] + joined[1], group[2] + joined[2])
                groups.insert(touching[0] if touching else len(groups), joined)
        return [(x, y) for _, x, y in groups]

    def _decide(self, a: Diagram, b: Diagram, address: str) -> Diagram:
        first, second = self._split(a, address), self._split(b, address)
        rests: dict[_Key | None, tuple[Literal | None, list[Diagram]]] = {}

        def add(decided: Literal | None, rest: Diagram) -> None:
            if rest is not EMPTY:
                rests.setdefault(decided and _key(decided), (decided, []))[1].append(rest)

        free_x, free_y = (own.get(None, (None, EMPTY))[1] for own in (first, second))
        for key in dict.fromkeys((*first, *second)):
            (own, x), (other, y) = first.get(key, (None, EMPTY)), second.get(key, (None, EMPTY))
            if key is None:
                add(None, self(x, y))
                continue
            add(own or other, self(x, self._interner.share(union((y, free_y)))))
            add(own or other, self(free_x, y))
        for common, rest in self._in_common(first, second, address):
            add(common, rest)
        return union(
            product((*((decided,) if decided else ()), self._interner.share(union(parts))))
            for decided, parts in rests.values()
        )

    def _in_common(self, first: "_Split", second: "_Split", address: str) -> Iterator[tuple[Literal, Diagram]]:
        """Give what unlike intervals have in common."""
        for own, x in first.items():
            for other, y in second.items():
                if own == other or x[0] is None or y[0] is None:
                    continue
                common = self._common(x[0], y[0], address)
                rest = EMPTY if common is None else self(x[1], y[1])
                if common is not None and rest is not EMPTY:
                    yield common, rest

    def _common(self, own: Literal, other: Literal, address: str) -> Literal | None:
        if isinstance(own.label, Interval) and isinstance(other.label, Interval):
            common = own.label.meet(other.label)
            return None if common is None else self._interner.literal(address, common, 1.0)
        return None

    def _first(self, node: Diagram, among: int) -> str:
        """Give the first address, in evaluation order, that is one of `among`."""
        stack = [node]
        while stack:
            current = stack.pop()
            if isinstance(current, Literal):
                if self._bit(current) & among:
                    return current.address
            elif isinstance(current, (Product, Sum)):
                stack.extend(reversed(current.children))
        raise AssertionError("no common address")

    def _split(self, node: Diagram, address: str) -> "_Split":
        """Part the members by what they decide at an address; `None` for those that decide nothing there."""
        if not self._addresses(node) & 1 << self._bits[address]:
            return {None: (None, node)}
        known = self._splits.get((id(node), address))
        if known is None:
            known = self._splits[id(node), address] = self._split_anew(node, address)
        return known

    def _split_anew(self, node: Diagram, address: str) -> "_Split":
        match node:
            case Literal():
                return {_key(node): (node, UNIT)}
            case Sum(children=children):
                found: dict[_Key | None, tuple[Literal | None, list[Diagram]]] = {}
                for child in children:
                    for key, (literal, rest) in self._split(child, address).items():
                        found.setdefault(key, (literal, []))[1].append(rest)
                return {key: (lit, self._interner.share(union(rests))) for key, (lit, rests) in found.items()}
            case Product(children=children):
                bit = 1 << self._bits[address]
                i = next(i for i, child in enumerate(children) if self._addresses(child) & bit)
                return {
                    key: (lit, self._interner.share(product((*children[:i], rest, *children[i + 1 :]))))
                    for key, (lit, rest) in self._split(children[i], address).items()
                }
            case Shift() | Used():
                raise AssertionError("a diagram of decisions is joined")


_Key = tuple[type, Labels]
_Split = dict[_Key | None, tuple[Literal | None, Diagram]]
"""The members by what they decide at one address."""


def _key(literal: Literal) -> _Key:
    """Tell apart what is decided at one address."""
    return type(literal.label), literal.label


def _factors(node: Diagram) -> tuple[Diagram, ...]:
    return node.children if isinstance(node, Product) else (node,)
