"""Lists of numbers that are chosen first, taken at once: cases that what follows cannot tell apart are one.

`let inputs = [choose any of 0..v for v in 0..5]` has two million cases. One by one they would be walked for hours; here
what follows them, the `require`s right behind and then all that the text sees of them, is computed for all in a batch.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import comb, prod
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, final

from archdsl.ir import Label
from archdsl.syntax import ast

from .addresses import asked_by
from .handlers import SomeOf
from .observed import identity_of_names, is_pure
from .values import Any_, Env, Subset, identity_of, is_plain

if TYPE_CHECKING:
    from .batch import Numbers
    from .interpreter import Interpreter

T = TypeVar("T")

FEWEST, MOST = 64, 1 << 22
"""The cases that are worth a batch, and that fit one."""

Turns = tuple[tuple[tuple[str, Any_, int | str], ...], ...]
"""What the loops of a comprehension come to: for each turn the names that they bind, the values, and their places."""


@final
@dataclass(frozen=True, slots=True)
class Choice:
    """One of the choices of a wiring: its point, its labels in the order of the text, and the list it is of."""

    point: SomeOf
    labels: tuple[tuple[int, ...], ...]
    items: tuple[Any_, ...]


@final
@dataclass(eq=False)
class Wiring:
    """The cases of some choices that are admissible, in their order, and the class of each.

    `digits` has for each choice the number of the label in each case, `classes` the class of each case; classes are
    numbered by their first case, of which `first` has the number.
    """

    choices: tuple[Choice, ...]
    digits: tuple["Numbers", ...]
    classes: "Numbers"
    first: "Numbers"
    seen: dict[tuple[int, int | None], "Numbers"] = field(repr=False)
    indices: dict[int, str | None] = field(repr=False)
    values: dict[Hashable, tuple[Any_, Hashable]] = field(default_factory=dict, repr=False)
    turns: dict[Hashable, "Turns"] = field(default_factory=dict, repr=False)
    codes: dict[tuple[int, int | None], "Numbers | None"] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.first)

    def codes_of(self, sight: tuple[int, int | None]) -> "Numbers | None":
        """Give what tells the classes apart by what is seen at a place, None where all see the same."""
        if sight not in self.codes:
            found = self.seen.get(sight)
            self.codes[sight] = None if found is None else found[self.first]
        return self.codes[sight]

    @property
    def is_restricted(self) -> bool:
        """Whether a requirement keeps some cases away."""
        return len(self.classes) < prod(len(choice.labels) for choice in self.choices)

    def is_alike(self, other: "Wiring") -> bool:
        """Tell whether another wiring has the same cases in the same classes."""
        return self.choices == other.choices and all(
            len(a) == len(b) and bool((a == b).all())
            for a, b in zip((*self.digits, self.classes), (*other.digits, other.classes), strict=True)
        )

    def labels_of(self, number: int) -> tuple[Label, ...]:
        """Give the labels of the first case of a class."""
        case = self.first[number]
        return tuple(choice.labels[int(digits[case])] for choice, digits in zip(self.choices, self.digits, strict=True))

    def value_of(self, number: int) -> Any_:
        """Give the lists that are chosen in the first case of a class."""
        labels = self.labels_of(number)
        return tuple(
            Subset(tuple(choice.items[i] for i in label), label) if choice.items else ()  # type: ignore[union-attr,arg-type,index]
            for choice, label in zip(self.choices, labels, strict=True)
        )

    @property
    def asked(self) -> tuple[Choice, ...]:
        """The choices that decide something: of an empty list nothing is chosen."""
        return tuple(choice for choice in self.choices if choice.items)

    @cached_property
    def _class_of_labels(self) -> dict[tuple[Label, ...], int]:
        columns = [
            [choice.labels[digit] for digit in digits.tolist()]
            for choice, digits in zip(self.choices, self.digits, strict=True)
            if choice.items
        ]
        return dict(zip(zip(*columns, strict=True), self.classes.tolist(), strict=True))

    def class_of(self, labels: tuple[Label, ...]) -> int | None:
        """Give the class of a case; None where it is not admissible."""
        return self._class_of_labels.get(labels)


@final
@dataclass(frozen=True, slots=True)
class Form:
    """`let name = [choose … of … for … in …]` and the conditions required right behind it; `after` is what follows."""

    let: ast.Let
    clause: ast.Clause
    choice: ast.ChooseOf
    source: ast.Expr | ast.Range
    requires: tuple[ast.Expr, ...]
    after: int

    @property
    def name(self) -> str:
        """The name that is bound."""
        return self.let.names[0]


class Place(Protocol):
    """Before which statement of a body a walk is, and how much of that is made."""

    @property
    def number(self) -> int: ...

    @property
    def made(self) -> int: ...

    def bind(self, name: str, value: Any_) -> "Place":
        """Give the same place with another value of a name."""
        ...


@final
@dataclass(slots=True)
class Trail:
    """What a walk has seen of its class of a wiring: `alike` are the later classes that it cannot yet tell from it."""

    wiring: Wiring
    form: Form
    number: int
    alike: "Numbers"

    def see(self, codes: "Numbers") -> None:
        """Leave out the classes of which something else is seen."""
        if len(self.alike):
            self.alike = self.alike[codes[self.alike] == codes[self.number]]

    def of(self, number: int) -> "Trail":
        """Give the trail of one of these classes, which has seen the same."""
        return Trail(self.wiring, self.form, number, self.alike[self.alike > number])

    def is_behind(self, place: Place) -> bool:
        """Tell whether a statement that may read of the wiring is done: the next may see less of it."""
        return place.number > self.form.after and not place.made

    def end(self) -> None:
        """Let no other class begin behind this: more may be seen than is known of."""
        self.alike = self.alike[:0]


@final
class Wirings:
    """The part of the interpreter that takes lists of numbers at once."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter
        self._known: dict[int, tuple[Trail, Any]] = {}
        self._wirings: dict[Hashable, Wiring | None] = {}
        self._admissible: dict[Hashable, tuple[tuple[Choice, ...], tuple[Numbers, ...]] | None] = {}
        self._forms: dict[tuple[int, int], Form | None] = {}
        self.sights: dict[int, frozenset[str]] = {}
        self._computing = 0

    def take(self, body: ast.Body, number: int, env: Env) -> tuple[Env, int] | None:
        """Decide a `let` of lists of numbers and heed the `require`s behind it; give what is bound, and where to go on.

        None where it is no such `let`, or where it has too few or too many cases, or what is asked of them is not
        computed so.
        """
        if self._interpreter.wire is None:
            return None
        form = self._form(body, number)
        if form is None:
            return None
        names = self._interpreter.program.cache.names_from(body, number)
        self.end_trails(names, env)
        key = (id(body), number, env.frame, identity_of_names(names, env))
        if key not in self._wirings:
            self._wirings[key] = self._wiring(form, body, number, env)
        wiring = self._wirings[key]
        if wiring is None:
            return None
        return env.bind(form.name, self._lists(self._interpreter.wire(wiring, form))), form.after

    def _lists(self, trail: Trail) -> Any_:
        """Give the lists of a class; what is read of them is noted."""
        value = trail.wiring.value_of(trail.number)
        self._known[id(value)] = trail, value
        return value

    def again(self, trail: Trail, place: Place) -> Place:
        """Give a place as it is for another class of a wiring, which has seen the same so far."""
        return place.bind(trail.form.name, self._lists(trail))

    def holds(self, value: object) -> bool:
        """Tell whether a value is that of a wiring."""
        return id(value) in self._known

    def end_trails(self, names: Iterable[str], env: Env) -> None:
        """Note that names are read, of which some may be those of a wiring."""
        if self._known:
            for name in names:
                self.end_trail(env.names.get(name))

    def end_trail(self, value: object) -> None:
        """Note that all of a value is read, which may be that of a wiring."""
        known = self._known.get(id(value))
        if known is not None and not self._computing:
            known[0].end()

    def _form(self, body: ast.Body, number: int) -> Form | None:
        key = (id(body), number)
        if key not in self._forms:
            self._forms[key] = form_of(body, number)
        return self._forms[key]

    def value(self, tree: ast.Expr, env: Env, compute: Callable[[], Any_]) -> tuple[Any_, Hashable]:
        """Give the value of a sight and its identity; classes for which the batch computed one value share it."""
        place = self._place(tree, env)
        if place is None:
            own = compute()
            return own, identity_of(own)
        wiring, key = place
        if key not in wiring.values:
            own = self._computed(compute)
            wiring.values[key] = own, identity_of(own)
        return wiring.values[key]

    def turns(self, tree: ast.Generator, env: Env, compute: Callable[[], Turns]) -> Turns | None:
        """Give what the loops of a comprehension come to, where that is a sight of a wiring."""
        place = self._place(tree, env)
        if place is None:
            return None
        wiring, key = place
        if key not in wiring.turns:
            wiring.turns[key] = self._computed(compute)
        return wiring.turns[key]

    def _computed(self, compute: Callable[[], T]) -> T:
        """Compute what is seen of a wiring, all of which may be read for that."""
        self._computing += 1
        try:
            return compute()
        finally:
            self._computing -= 1

    def _place(self, tree: ast.Tree, env: Env) -> tuple[Wiring, Hashable] | None:
        """Tell of which wiring an expression is a sight, and what its value depends on."""
        found = [known for name in self.sights[id(tree)] if (known := self._known.get(id(env.names.get(name))))]
        if len(found) != 1 or id(tree) not in found[0][0].wiring.indices:
            return None
        trail, _ = found[0]
        wiring = trail.wiring
        index = wiring.indices[id(tree)]
        if index is not None and index not in env.names:
            return None
        turn = None if index is None else env.names[index]
        codes = wiring.codes_of((id(tree), turn))  # type: ignore[arg-type]
        if codes is None:
            return wiring, (id(tree), turn, None)
        trail.see(codes)
        return wiring, (id(tree), turn, int(codes[trail.number]))

    # ------------------------------------------------------------ the cases

    def _choices(self, form: Form, env: Env) -> tuple[Choice, ...] | None:
        interpreter = self._interpreter
        inner = env.at(env.frame.child(interpreter.part(form.let, env)))
        source = interpreter.items(form.clause.source, env)
        if not is_plain(source):
            return None
        choices: list[Choice] = []
        cases = 1
        for item, position in zip(source.items, source.positions, strict=True):
            own = inner.bind(form.clause.name, item).at(inner.frame.element(position))
            given = interpreter.items(form.source, own)
            if not is_plain(given):
                return None
            point = interpreter.choices.subsets(form.choice, given, own)
            cases *= sum(comb(point.count, size) for size in range(point.low, point.high + 1))
            if cases > MOST:
                return None
            choices.append(Choice(point, tuple(point.labels), given.items))  # type: ignore[arg-type]
        return tuple(choices) if cases >= FEWEST else None

    def _wiring(self, form: Form, body: ast.Body, number: int, env: Env) -> Wiring | None:
        rest = self._interpreter.program.cache.names_from(body, form.after)
        sights = self._interpreter.observed.sights(body.statements[form.after :], (id(body), form.after), rest, env)
        if form.name in sights.bare:
            return None
        own = frozenset[str]().union(*map(self._interpreter.program.cache.names_in, (form.let, *form.requires)))
        key = (id(body), number, env.frame, identity_of_names(own, env), self._interpreter.heeds_requirements)
        if key not in self._admissible:
            self._admissible[key] = self._heed(form, env)
        found = self._admissible[key]
        if found is None:
            return None
        from .cases import wiring_of

        seen = [sight for sight in sights.seen if form.name in sight.names]
        wiring = wiring_of(self._interpreter, *found, form.name, seen, env)
        if wiring is not None:
            self.sights.update((id(sight.tree), sight.names) for sight in seen)
        return wiring

    def _heed(self, form: Form, env: Env) -> tuple[tuple[Choice, ...], tuple["Numbers", ...]] | None:
        """Give the choices, and the number of each one's label in all cases that fulfil the requirements."""
        choices = self._choices(form, env)
        if choices is None:
            return None
        from .cases import admissible

        requires = form.requires if self._interpreter.heeds_requirements else ()
        digits = admissible(self._interpreter, choices, form.name, requires, env)
        return None if digits is None else (choices, digits)


def _is_heeded(statement: ast.Require) -> bool:
    return is_pure(statement.condition) and not asked_by(statement.condition)


def form_of(body: ast.Body, number: int) -> Form | None:
    """Read a `let` that chooses some of a list for each of a list, and the requirements that can be heeded with it."""
    let = body.statements[number]
    if not isinstance(let, ast.Let) or len(let.names) != 1 or let.at is not None:
        return None
    tree = let.value.items[0] if isinstance(let.value, ast.ListExpr) and len(let.value.items) == 1 else None
    if not isinstance(tree, ast.Generator) or len(tree.clauses) != 1 or tree.condition is not None:
        return None
    (clause,), choice = tree.clauses, tree.element
    if not isinstance(choice, ast.ChooseOf) or isinstance(choice.source, ast.Alternatives):
        return None
    if choice.quantity.kind == "one" or not is_pure(clause) or not is_pure(choice.source):
        return None
    after = number + 1
    requires: list[ast.Expr] = []
    while isinstance(own := body.statements[after], ast.Require) and _is_heeded(own):
        requires.append(own.condition)
        after += 1
    return Form(let, clause, choice, choice.source, tuple(requires), after)
