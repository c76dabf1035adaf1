"""What `choose` means: asked of the handler, or kept open side by side."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, final

from archdsl.diagnostics import Label as Place
from archdsl.diagnostics import Span
from archdsl.ir import Label
from archdsl.syntax import ast

from .addresses import Frame, join
from .advice import label_fixes
from .builtins import is_number
from .chosen import iterates_chosen
from .decided_kinds import DecidedKinds
from .faults import fail
from .handlers import OneOf, SomeOf
from .levels import no_alternative_ends
from .report import counted
from .sight import label_span
from .values import (
    LONGEST_SHOWN,
    Any_,
    Env,
    Named,
    Subset,
    Tensor,
    describe,
    identity_of,
    is_layer,
    text_of,
)
from .worlds import holds_tensors, list_like, rank

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .open_choices import OpenChoices

MAX_ALTERNATIVES = 10_000
LEAST_WEIGHT, GREATEST_WEIGHT = 1e-9, 1e9
"""Beyond, the priors of architectures would vanish in a float."""


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """An alternative that is admissible here, with the generator's values in place.

    `part` is what it adds to an address: its label, numbered where another part of the body is called so too.
    """

    label: str
    part: str
    tree: ast.Alternative
    env: Env
    weight: float


@final
class Choices:
    """The part of the interpreter that meets `choose`; `kinds` notes what is decided, where somebody asks for it."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter
        self.kinds: DecidedKinds | None = None

    def _kept(self, decision: str, span: Span) -> "OpenChoices | None":
        """Give who keeps a choice open; nothing where it is decided."""
        kept = self._interpreter.open_choices
        return kept if kept is not None and kept.keeps(decision, span) else None

    # ------------------------------------------------------------ choose { … }

    def choose(self, tree: ast.Choose | ast.ChooseOf, env: Env) -> Any_:
        """Decide between alternatives; a chosen layer bears its label in the addresses of its ops."""
        self._check_place(tree, env)
        part = self._interpreter.part(tree, env)
        frame = env.frame.child(part)
        entries = self._entries(tree, env)
        if kept := self._kept(frame.decision, tree.span):
            return kept.of_alternatives(tree, entries, frame, part)
        entry = self._decide(tree, entries, frame)
        value = self.value(entry, frame)
        if self.kinds is not None:
            self.kinds.alternatives(frame.decision, [value])
        return self._named(part, entry, value)

    @staticmethod
    def _named(part: str, entry: Entry, value: Any_) -> Any_:
        """Let a chosen layer bear its label in the addresses of its ops."""
        return Named(join(part, entry.part) if part else entry.part, value) if is_layer(value) else value  # type: ignore[arg-type]

    @staticmethod
    def _check_place(tree: ast.Choose | ast.ChooseOf, env: Env) -> None:
        if env.frame.is_nowhere:
            message = "a default, a type, a function and a constant can hold no choice"
            fail("misplaced-choice", message, tree.span, "choices stand in bodies")

    def choice_body(self, tree: ast.Choose, env: Env, inputs: tuple[Tensor, ...], span: Span) -> Any_:
        """Decide what a `choice` does to its tensors."""
        if kept := self._kept(env.frame.decision, tree.span):
            return kept.regions(tree, self._entries(tree, env), env.frame, inputs)
        value = self.choose(tree, env)
        return self._interpreter.apply(value, inputs, env.frame, span) if is_layer(value) else value

    def _decide(self, tree: ast.Choose | ast.ChooseOf, entries: Sequence[Entry], frame: Frame) -> Entry:
        labels = tuple(entry.label for entry in entries)
        weights = tuple(entry.weight for entry in entries)
        label = self._interpreter.handler.choose(OneOf(frame.decision, labels, weights, tree.span))
        return entries[labels.index(str(label))]

    def value(self, entry: Entry, frame: Frame) -> Any_:
        """Evaluate an alternative."""
        return self._interpreter.hold(entry.tree.value, entry.env.at(frame.child(entry.part)))

    def _entries(self, tree: ast.Choose | ast.ChooseOf, env: Env) -> list[Entry]:
        entries: list[Entry] = []
        first: dict[str, Span] = {}
        levels = self._interpreter.application.levels
        members = _members(tree)
        ending = [member for member in members if levels.admits(member)]
        for alternative in ending:
            for inner, values in self._instances(alternative, 0, env, {}):
                if alternative.guard is not None and not self._interpreter.truth(alternative.guard, inner):
                    continue
                label = self._label(alternative, values)
                if label in first:
                    _refuse_label(label, alternative, first)
                first[label] = label_span(alternative)
                part = self._part(alternative, label)
                entries.append(Entry(label, part, alternative, inner, self._weight(alternative, inner)))
                if len(entries) > MAX_ALTERNATIVES:
                    message = f"a choice has at most {MAX_ALTERNATIVES} alternatives"
                    fail("too-large", message, tree.span, "more than these")
        if not entries and len(ending) < len(members):
            raise no_alternative_ends(tree.span)
        if not entries and (isinstance(tree, ast.Choose) or tree.quantity.kind == "one"):
            fail("empty-choice", "no alternative of this choice is left", tree.span, "every `when` is false here")
        return entries

    def _instances(
        self, alternative: ast.Alternative, index: int, env: Env, values: dict[str, Any_]
    ) -> Iterator[tuple[Env, dict[str, Any_]]]:
        if index == len(alternative.clauses):
            self._interpreter.budget.spend(alternative.span)
            if alternative.condition is None or self._interpreter.truth(alternative.condition, env):
                yield env, values
            return
        clause = alternative.clauses[index]
        items = self._interpreter.items(clause.source, env)
        chosen = self._interpreter.builds and iterates_chosen(clause.source, env, self._interpreter.program.cache)
        for item in items.items:
            inner = env.bind(clause.name, item, chosen=chosen)
            yield from self._instances(alternative, index + 1, inner, {**values, clause.name: item})

    def _label(self, alternative: ast.Alternative, values: dict[str, Any_]) -> str:
        if not all(type(value) is int or type(value) is str for value in values.values()):
            return _label_anew(alternative, values)
        known = self._interpreter.program.cache.labels
        key = (id(alternative), *values.values())
        if key not in known:
            known[key] = _label_anew(alternative, values)
        return known[key]

    def _part(self, alternative: ast.Alternative, label: str) -> str:
        plain = self._label(alternative, {}) if alternative.label is None else alternative.label
        numbered = self._interpreter.program.cache.parts.get(id(alternative), plain)
        if numbered == plain:
            return label
        return numbered + label.removeprefix(plain) if alternative.label else label + numbered.removeprefix(plain)

    def _weight(self, alternative: ast.Alternative, env: Env) -> float:
        if alternative.weight is None:
            return 1.0
        value = self._interpreter.evaluate(alternative.weight, env)
        if not is_number(value) or not LEAST_WEIGHT <= value <= GREATEST_WEIGHT:
            message = f"a weight is a number from 1e-9 to 1e9, given {describe(value)}"
            fail("wrong-kind", message, alternative.weight.span, describe(value))
        return float(value)

    # ------------------------------------------------------------ choose … of

    def choose_of(self, tree: ast.ChooseOf, env: Env) -> Any_:
        """Decide for one element, or for a set of elements, of a list."""
        if isinstance(tree.source, ast.Alternatives):
            return self.choose(tree, env) if tree.quantity.kind == "one" else self._some_alternatives(tree, env)
        return self.out_of(tree, self._interpreter.items(tree.source, env), env)

    def out_of(self, tree: ast.ChooseOf, source: Subset, env: Env) -> Any_:
        """Decide for one element, or for a set of elements, of a list that is known."""
        items = source.items
        part = self._interpreter.part(tree, env)
        frame = env.frame.child(part)
        if tree.quantity.kind == "one":
            self._check_place(tree, env)
            return self._one(tree, items, frame, part)
        point = self.subsets(tree, source, env)
        if not items:
            return list_like((), source)
        if kept := self._kept(frame.decision, tree.span):
            return kept.of_some(point, items, frame.instance)
        indices = point.indices(self._interpreter.handler.choose(point))
        if self.kinds is not None:
            self.kinds.elements(frame.decision, items)
        chosen = tuple(items[index] for index in indices)
        self._mark(chosen)
        return Subset(chosen, indices, of_tensors=not chosen and holds_tensors(source))

    def subsets(self, tree: ast.ChooseOf, source: Subset, env: Env) -> SomeOf:
        """Give the choice of some elements of a list; of an empty one nothing is decided."""
        self._check_place(tree, env)
        address = env.frame.child(self._interpreter.part(tree, env)).decision
        low, high = self._bounds(tree, len(source.items), env)
        return SomeOf(address, len(source.items), low, high, tree.span, kinds=self._kinds(tree, source.items))

    def _kinds(self, tree: ast.ChooseOf, items: tuple[Any_, ...]) -> tuple[int, ...] | None:
        """Number the elements of a list, equal ones alike, where their places in it are not seen."""
        if self._interpreter.builds or id(tree) not in self._interpreter.program.cache.by_value:
            return None
        numbers: dict[Hashable, int] = {}
        return tuple(numbers.setdefault(identity_of(item), len(numbers)) for item in items)

    def _some_alternatives(self, tree: ast.ChooseOf, env: Env) -> Any_:
        """Decide for some alternatives; only those that are chosen are evaluated, in the order of the text."""
        self._check_place(tree, env)
        part = self._interpreter.part(tree, env)
        frame = env.frame.child(part)
        entries = self._entries(tree, env)
        low, high = self._bounds(tree, len(entries), env)

        def value_of(entry: Entry) -> Any_:
            return self._named(part, entry, self.value(entry, frame))

        chosen: list[Entry] = []
        if entries:
            names = tuple(entry.label for entry in entries)
            point = SomeOf(frame.decision, len(entries), low, high, tree.span, names)
            if kept := self._kept(frame.decision, tree.span):
                return kept.of_some(point, [kept.if_any(partial(value_of, own)) for own in entries], frame.instance)
            chosen = [entries[index] for index in point.indices(self._interpreter.handler.choose(point))]
        items = tuple(map(value_of, chosen))
        if self.kinds is not None and entries:
            self.kinds.alternatives(frame.decision, items)
        of_tensors = not items and rank(tree, env) == 1
        return Subset(items, tuple(entry.label for entry in chosen), of_tensors)

    def _one(self, tree: ast.ChooseOf, items: tuple[Any_, ...], frame: Frame, part: str) -> Any_:
        if not items:
            fail("empty-choice", "there is nothing to choose from", tree.span, "the list is empty here")
        by_value = all(isinstance(item, (int, float, bool, str)) for item in items)
        if by_value:
            labels: tuple[Label, ...] = items  # type: ignore[assignment]
            if len({(type(item), item) for item in items}) != len(items):
                twice = next(own for i, own in enumerate(items) if own in items[:i])
                message = f"{describe(twice)} stands twice in the list that is chosen from"
                fail("duplicate-label", message, tree.source.span, "a value is the label of its choice")
        else:
            labels = tuple(range(len(items)))
        if kept := self._kept(frame.decision, tree.span):
            return kept.of_elements(tree, items, labels, frame, part)
        label = self._interpreter.handler.choose(OneOf(frame.decision, labels, (1.0,) * len(labels), tree.span))
        if self.kinds is not None:
            self.kinds.elements(frame.decision, items)
        index = next(i for i, own in enumerate(labels) if own == label and type(own) is type(label))
        self._mark((items[index],))
        return items[index]

    def _bounds(self, tree: ast.ChooseOf, count: int, env: Env) -> tuple[int, int]:
        quantity = tree.quantity
        low = self._interpreter.integer(quantity.low, env) if quantity.low else 0
        if quantity.kind == "exactly":
            high = low
        else:
            high = min(self._interpreter.integer(quantity.high, env) if quantity.high else count, count)
        if not 0 <= low <= high <= count:
            needed = f"{low}" if quantity.kind == "exactly" else f"{low} or more"
            if isinstance(tree.source, ast.Alternatives):
                given, label = counted(count, "alternative"), "this many are left here"
            else:
                given, label = f"a list of {count}", f"the list has {counted(count, 'element')} here"
            fail("empty-choice", f"cannot choose {needed} of {given}", tree.span, label)
        return low, high

    def _mark(self, items: Sequence[Any_]) -> None:
        opening = self._interpreter.opening
        for item in items:
            if not isinstance(item, Tensor) or item.member is None:
                continue
            if opening is not None:
                opening.sources.mark(item.member)
            else:
                assert isinstance(item.member, str), "a decision tells which member it takes"
                self._interpreter.handler.mark(item.member)


def _members(tree: ast.Choose | ast.ChooseOf) -> tuple[ast.Alternative, ...]:
    if isinstance(tree, ast.Choose):
        return tree.alternatives
    assert isinstance(tree.source, ast.Alternatives)
    return tree.source.members


def _refuse_label(label: str, alternative: ast.Alternative, first: Mapping[str, Span]) -> NoReturn:
    shown = label if len(label) <= LONGEST_SHOWN else f"{label[:LONGEST_SHOWN]}…"
    place = label_span(alternative)
    again = "the generator gives this label twice" if first[label] == place else "labelled so again"
    secondary = () if first[label] == place else (Place(first[label], "first labelled so here"),)
    fixes = label_fixes(alternative, place, list(first))
    fail("duplicate-label", f"two alternatives are labelled `{shown}`", place, again, secondary=secondary, fixes=fixes)


def _label_anew(alternative: ast.Alternative, values: dict[str, Any_]) -> str:
    if alternative.label is None:
        from archdsl.syntax import format_expression

        return format_expression(_substitute(alternative.value, values))
    if not values:
        return alternative.label
    shown = ",".join(f"{name}={str(v) if not isinstance(v, tuple) else text_of(v)}" for name, v in values.items())
    return f"{alternative.label}[{shown}]"


def _substitute(tree: Any, values: dict[str, Any_]) -> Any:
    """Set the values of a generator into an expression, for its label."""
    if isinstance(tree, ast.Name) and tree.id in values:
        return _literal(tree, values[tree.id])
    if isinstance(tree, tuple):
        return tuple(_substitute(item, values) for item in tree)
    if isinstance(tree, ast.Tree) and values:
        changed = {f.name: _substitute(getattr(tree, f.name), values) for f in fields(tree) if f.name != "span"}
        return replace(tree, **changed)
    return tree


def _literal(tree: ast.Name, value: Any_) -> ast.Expr:
    match value:
        case bool():
            return ast.Bool(tree.span, value)
        case int() | float() if value >= 0:
            return ast.Number(tree.span, value, repr(value))
        case int() | float():
            return ast.Unary(tree.span, "-", ast.Number(tree.span, -value, repr(-value)))
        case str():
            return ast.String(tree.span, value)
        case tuple():
            return ast.ListExpr(tree.span, tuple(_literal(tree, item) for item in value))
        case _:
            return tree
