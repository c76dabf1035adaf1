"""What `choose` means: asked of the handler, or kept open side by side."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NoReturn, final

from archdsl.diagnostics import Label as Place
from archdsl.diagnostics import Span
from archdsl.ir import Graph, Guard, Is, Label, Output, Takes
from archdsl.syntax import ast

from .addresses import Frame, join, label_of
from .advice import label_fixes
from .builder import Builder, Captures
from .builtins import elements, is_number
from .chosen import iterates_chosen
from .faults import fail, not_yet
from .handlers import OneOf, SomeOf
from .levels import no_alternative_ends
from .limits import check_parts
from .report import counted
from .sight import label_span
from .values import (
    ABSENT,
    LONGEST_SHOWN,
    Absent,
    Any_,
    Env,
    Lacking,
    Named,
    Open,
    OpenSubset,
    Several,
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

MAX_ALTERNATIVES = 10_000
LEAST_WEIGHT, GREATEST_WEIGHT = 1e-9, 1e9
"""Beyond, the priors of architectures would vanish in a float."""


@final
@dataclass(frozen=True, slots=True)
class _Entry:
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
    """The part of the interpreter that meets `choose`."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    # ------------------------------------------------------------ choose { … }

    def choose(self, tree: ast.Choose | ast.ChooseOf, env: Env) -> Any_:
        """Decide between alternatives; a chosen layer bears its label in the addresses of its ops."""
        self._check_place(tree, env)
        part = self._interpreter.part(tree, env)
        frame = env.frame.child(part)
        entries = self._entries(tree, env)
        if self._interpreter.keeps_open:
            return self._open(tree, entries, frame, part)
        entry = self._decide(tree, entries, frame)
        return self._named(part, entry, self._value(entry, frame))

    @staticmethod
    def _named(part: str, entry: _Entry, value: Any_) -> Any_:
        """Let a chosen layer bear its label in the addresses of its ops."""
        return Named(join(part, entry.part) if part else entry.part, value) if is_layer(value) else value  # type: ignore[arg-type]

    @staticmethod
    def _check_place(tree: ast.Choose | ast.ChooseOf, env: Env) -> None:
        if env.frame.is_nowhere:
            message = "a default, a type, a function and a constant can hold no choice"
            fail("misplaced-choice", message, tree.span, "choices stand in bodies")

    def choice_body(self, tree: ast.Choose, env: Env, inputs: tuple[Tensor, ...], span: Span) -> Any_:
        """Decide what a `choice` does to its tensors."""
        if not self._interpreter.keeps_open:
            value = self.choose(tree, env)
            return self._interpreter.apply(value, inputs, env.frame, span) if is_layer(value) else value
        return self._regions(tree, self._entries(tree, env), env.frame, inputs)

    def _decide(self, tree: ast.Choose | ast.ChooseOf, entries: Sequence[_Entry], frame: Frame) -> _Entry:
        labels = tuple(entry.label for entry in entries)
        weights = tuple(entry.weight for entry in entries)
        label = self._interpreter.handler.choose(OneOf(frame.decision, labels, weights, tree.span))
        return entries[labels.index(str(label))]

    def _value(self, entry: _Entry, frame: Frame) -> Any_:
        return self._interpreter.evaluate(entry.tree.value, entry.env.at(frame.child(entry.part)))

    def _entries(self, tree: ast.Choose | ast.ChooseOf, env: Env) -> list[_Entry]:
        entries: list[_Entry] = []
        first: dict[str, Span] = {}
        levels = self._interpreter.application.levels
        members = _members(tree)
        ending = [member for member in members if levels.admits(member)]
        for alternative in ending:
            for inner, values in self._instances(alternative, 0, env, {}):
                if alternative.guard is not None and not self._interpreter.truth(alternative.guard, inner):
                    continue
                label = _label(alternative, values)
                if label in first:
                    _refuse_label(label, alternative, first)
                first[label] = label_span(alternative)
                part = self._part(alternative, label)
                entries.append(_Entry(label, part, alternative, inner, self._weight(alternative, inner)))
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
        source = self._interpreter.source(clause.source, env)
        if isinstance(source, OpenSubset):
            not_yet("a generator over an open choice", clause.span)
        chosen = self._interpreter.builds and iterates_chosen(clause.source, env, self._interpreter.program.cache)
        for item in source.items:
            inner = env.bind(clause.name, item, chosen=chosen)
            yield from self._instances(alternative, index + 1, inner, {**values, clause.name: item})

    def _part(self, alternative: ast.Alternative, label: str) -> str:
        plain = label_of(alternative)
        numbered = self._interpreter.program.cache.parts.get(id(alternative), plain)
        if numbered == plain:
            return label
        return numbered + label.removeprefix(plain) if alternative.label else label + numbered.removeprefix(plain)

    def _weight(self, alternative: ast.Alternative, env: Env) -> float:
        if alternative.weight is None:
            return 1.0
        value = self._interpreter.evaluate(alternative.weight, env)
        if not is_number(value) or not LEAST_WEIGHT <= value <= GREATEST_WEIGHT:  # type: ignore[operator]
            message = f"a weight is a number from 1e-9 to 1e9, given {describe(value)}"
            fail("wrong-kind", message, alternative.weight.span, describe(value))
        return float(value)  # type: ignore[arg-type]

    # ------------------------------------------------------------ choose … of

    def choose_of(self, tree: ast.ChooseOf, env: Env) -> Any_:
        """Decide for one element, or for a set of elements, of a list."""
        if isinstance(tree.source, ast.Alternatives):
            return self.choose(tree, env) if tree.quantity.kind == "one" else self._some_alternatives(tree, env)
        source = self._interpreter.source(tree.source, env)
        if isinstance(source, OpenSubset):
            not_yet("a choice out of an open choice", tree.span)
        items = source.items
        self._check_place(tree, env)
        part = self._interpreter.part(tree, env)
        frame = env.frame.child(part)
        if tree.quantity.kind == "one":
            return self._one(tree, items, frame, part)
        low, high = self._bounds(tree, len(items), env)
        if not items and low == 0:
            return list_like((), source)
        if self._interpreter.keeps_open:
            if not all(isinstance(item, (Tensor, Absent)) for item in items):
                not_yet("an open choice of static values", tree.span)
            return OpenSubset(frame.decision, frame.instance, items, low, high, tree.span)
        point = SomeOf(frame.decision, len(items), low, high, tree.span, kinds=self._kinds(tree, items))
        indices = point.indices(self._interpreter.handler.choose(point))
        chosen = tuple(items[index] for index in indices)
        self._mark(chosen)
        return Subset(chosen, indices, of_tensors=not chosen and holds_tensors(source))

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
        if self._interpreter.keeps_open:
            not_yet("an open choice of several out of `{ … }`", tree.span)
        chosen: list[_Entry] = []
        if entries:
            names = tuple(entry.label for entry in entries)
            point = SomeOf(frame.decision, len(entries), low, high, tree.span, names)
            chosen = [entries[index] for index in point.indices(self._interpreter.handler.choose(point))]
        items = tuple(self._named(part, entry, self._value(entry, frame)) for entry in chosen)
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
        if self._interpreter.keeps_open:
            return self._open_one(tree, items, labels, frame, part)
        label = self._interpreter.handler.choose(OneOf(frame.decision, labels, (1.0,) * len(labels), tree.span))
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
        for item in items:
            if isinstance(item, Tensor) and item.member is not None:
                self._interpreter.handler.mark(item.member)

    # ------------------------------------------------------------ kept open

    def _open(self, tree: ast.Choose | ast.ChooseOf, entries: Sequence[_Entry], frame: Frame, part: str) -> Any_:
        """Keep a choice open: between layers it is a layer, between tensors the node itself."""
        builder = self._builder
        probe = builder.region(Captures())
        self._interpreter.builder = probe
        try:
            values = [self._value(entry, frame) for entry in entries]
        finally:
            self._interpreter.builder = builder
        if all(is_layer(value) or isinstance(value, Absent) for value in values) and not probe.nodes:
            alternatives = tuple(
                (entry.label, Named(entry.part, value) if is_layer(value) else ABSENT)  # type: ignore[arg-type]
                for entry, value in zip(entries, values, strict=True)
            )
            opened = Open(frame.decision, part, alternatives, tree.span)
            check_parts(opened.size, tree.span)
            return opened
        if all(isinstance(value, (Tensor, Absent)) for value in values):
            return self._regions(tree, entries, frame, ())
        odd = next(value for value in values if not isinstance(value, (Tensor, Absent)))
        not_yet(f"an open choice of static values ({describe(odd)})", tree.span)

    @property
    def _builder(self) -> Builder:
        builder = self._interpreter.builder
        assert builder is not None, "open choices need a graph"
        return builder

    def _regions(
        self, tree: ast.Choose | ast.ChooseOf, entries: Sequence[_Entry], frame: Frame, inputs: tuple[Tensor, ...]
    ) -> Any_:
        """Evaluate each alternative in a region of its own, applied to `inputs` where it is a layer."""

        def walk(entry: _Entry) -> Any_:
            value = self._value(entry, frame)
            if is_layer(value):
                return self._interpreter.apply(Named(entry.part, value), inputs, frame, entry.tree.span)  # type: ignore[arg-type]
            return value

        walks = [(entry.label, entry.tree.span, lambda entry=entry: walk(entry)) for entry in entries]
        return self._choose_node(frame.decision, frame.instance, walks, tree.span)

    def apply_open(self, layer: Open, inputs: Sequence[Tensor | Absent], frame: Frame) -> Any_:
        """Apply a choice of layers that is kept open: one region for each alternative."""
        own = frame.child(layer.part)
        around = own if layer.is_labelled else frame

        def walk(inner: Any_) -> Any_:
            return inner if isinstance(inner, Absent) else self._interpreter.apply(inner, inputs, around, layer.span)

        walks = [(label, layer.span, lambda inner=inner: walk(inner)) for label, inner in layer.alternatives]
        return self._choose_node(layer.address, own.instance, walks, layer.span)

    def _open_one(
        self, tree: ast.ChooseOf, items: tuple[Any_, ...], labels: tuple[Label, ...], frame: Frame, part: str
    ) -> Any_:
        if all(isinstance(item, (Tensor, Absent)) for item in items):
            walks = [(label, tree.span, lambda item=item: item) for label, item in zip(labels, items, strict=True)]
            return self._choose_node(frame.decision, frame.instance, walks, tree.span)
        if all(is_layer(item) for item in items):
            pairs = tuple(zip(labels, items, strict=True))
            return Open(frame.decision, part, pairs, tree.span, is_labelled=False)  # type: ignore[arg-type]
        not_yet("an open choice of static values", tree.span)

    def _choose_node(self, decision: str, instance: str, walks: Sequence[tuple[Label, Span, Any]], span: Span) -> Any_:
        builder = self._builder
        captures = Captures()
        among = tuple(label for label, _, _ in walks)
        table: list[tuple[Guard, Graph | None]] = []
        typed: tuple[Any, Span] | None = None
        lacking = False
        for label, where, walk in walks:
            region = builder.region(captures)
            self._interpreter.builder = region
            try:
                value = walk()
                tensors = _tensors(value, where)
                lacking = lacking or any(tensor.lacking for tensor in tensors)
                values = tuple(Output(region.value(tensor)) for tensor in tensors)
                if tensors:
                    types = tuple(tensor.type for tensor in tensors)
                    if typed is None:
                        typed = types, where
                    elif typed[0] != types:
                        shown = [", ".join(map(str, t)) for t in (typed[0], types)]
                        fail(
                            "open-choice",
                            "the alternatives of a choice that is kept open have different types",
                            where,
                            f"gives {shown[1]}",
                            secondary=(Place(typed[1], f"gives {shown[0]}"),),
                        )
                    table.append((Is(decision, (label,), among), region.graph(values)))
                else:
                    table.append((Is(decision, (label,), among), None))
            finally:
                self._interpreter.builder = builder
        if typed is None:
            return ABSENT
        results = builder.choose(tuple(table), captures, instance, span)
        if lacking or any(region is None for _, region in table):
            results = tuple(replace(result, lacking=Lacking()) for result in results)
        return results[0] if len(results) == 1 else Several(results)

    def select(self, source: OpenSubset, mapped: tuple[Any_, ...]) -> tuple[Any_, ...]:
        """Select among the mapped elements of a list: each that is not absent is passed on, times its gate."""
        pairs = [(slot, value) for slot, value in enumerate(mapped) if not isinstance(value, Absent)]
        for _, value in pairs:
            if not isinstance(value, Tensor):
                not_yet(f"an open choice of {describe(value)}", source.span)
        if not pairs:
            return ()
        guards = tuple(Takes(source.address, i, len(source.items), source.low, source.high) for i, _ in pairs)
        tensors = tuple(value for _, value in pairs)
        results = self._builder.select(guards, tensors, source.instance, source.span)  # type: ignore[arg-type]
        # One that is lacking itself does not count among those of which some are surely chosen.
        reason = Lacking(source.address, len(source.items), source.low)
        return tuple(
            replace(result, lacking=Lacking() if tensor.lacking else reason)  # type: ignore[union-attr]
            for result, tensor in zip(results, tensors, strict=True)
        )


def _members(tree: ast.Choose | ast.ChooseOf) -> tuple[ast.Alternative, ...]:
    if isinstance(tree, ast.Choose):
        return tree.alternatives
    assert isinstance(tree.source, ast.Alternatives)
    return tree.source.members


def _tensors(value: Any_, span: Span) -> tuple[Tensor, ...]:
    if isinstance(value, Absent):
        return ()
    if isinstance(value, Tensor):
        return (value,)
    if isinstance(value, Several) and all(isinstance(inner, Tensor) for inner in value.values):
        return value.values  # type: ignore[return-value]
    if is_layer(value) or elements(value) is not None:
        not_yet(f"an open choice of {describe(value)}", span)
    not_yet(f"an open choice of static values ({describe(value)})", span)


def _refuse_label(label: str, alternative: ast.Alternative, first: Mapping[str, Span]) -> NoReturn:
    shown = label if len(label) <= LONGEST_SHOWN else f"{label[:LONGEST_SHOWN]}…"
    place = label_span(alternative)
    again = "the generator gives this label twice" if first[label] == place else "labelled so again"
    secondary = () if first[label] == place else (Place(first[label], "first labelled so here"),)
    fixes = label_fixes(alternative, place, list(first))
    fail("duplicate-label", f"two alternatives are labelled `{shown}`", place, again, secondary=secondary, fixes=fixes)


def _label(alternative: ast.Alternative, values: dict[str, Any_]) -> str:
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
