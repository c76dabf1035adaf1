"""Addresses: readable, stable paths of decisions and of ops.

A path is a string whose parts carry their own separators (`.n[0]`, `@1`, `#1`), so that a path relative to a block can
be set behind any prefix: `"node_cell" + ".n[0].edge_op@1"`. The parts that a use of a name adds are lexical: they
depend on the text of one body alone, never on what was evaluated before.
"""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from archdsl.syntax import ast

RELATIVE = ".@#["
"""A path that begins with one of these, or is empty, is relative to a prefix."""


def is_relative(path: str) -> bool:
    """Tell whether a path still needs a prefix."""
    return not path or path[0] in RELATIVE


def join(prefix: str, part: str) -> str:
    """Set a part behind a prefix."""
    return prefix + part if not part or part[0] in RELATIVE else f"{prefix}.{part}"


def last_part(path: str) -> str:
    """Give the last part of a path that has more than one, else nothing; a point in brackets divides nothing.

    >>> last_part("net.stage.f[width=0.25]@1"), last_part("net")
    ('f[width=0.25]@1', '')
    """
    depth = 0
    for i in range(len(path) - 1, -1, -1):
        depth += (path[i] == "]") - (path[i] == "[")
        if path[i] == "." and depth <= 0:
            return path[i + 1 :]
    return ""


@final
@dataclass(frozen=True, slots=True)
class Frame:
    """Where we are: the paths of decisions, of ops and of weights, and the index of a comprehension's element (`@i`).

    The three part ways where decisions are made once (`cell`, `tied`) and where weights are one (`shared`).
    """

    decision: str
    instance: str
    parameters: str
    suffix: str = ""

    @property
    def is_nowhere(self) -> bool:
        """Whether no decision has an address here."""
        return self.decision.startswith("?")

    def child(self, part: str, of_instance: str = "") -> "Frame":
        """Go down one part, which names a body of its own; `of_instance` is no part of the address of a decision."""
        own = part + of_instance
        return Frame(join(self.decision, part), join(self.instance, own), join(self.parameters, own))

    def element(self, index: int | str) -> "Frame":
        """Go to an element of a comprehension: the `index`-th of a list, or the alternative of this label."""
        return Frame(self.decision, self.instance, self.parameters, f"{self.suffix}@{index}")


QUANTITIES = ("edges", "live", "depth", "present")
"""What a `require` may ask of the end of a body."""

COSTS = ("params", "macs")
"""What it may ask of all that the results of a body depend on."""

NOWHERE = Frame("?", "?", "?")
"""Where defaults, types, functions and constants are evaluated: what stands there can decide nothing."""


def parts_of(body: ast.Body | ast.Expr) -> dict[int, str]:
    """Give what each use of a name in a body adds to an address: the name, and `#k` at its k-th further use.

    The key is the `id` of the tree. A `let`, an alternative, an iteration, a nodes' body and the cell of a `scan` count
    anew, for they add a part of their own. A `repeat` whose body is one call bears that call's name, and the call then
    adds nothing; so does the call that a `let … at` gives its whole address. What a `let`, `nodes` and the alternatives
    of an unnamed choice add is numbered too where another use of the name came before, so that no two parts of a body
    are equal.
    """
    parts: dict[int, str] = {}
    _count(body, Counter(), parts)
    return parts


def _use(tree: object, name: str, counts: Counter[str], parts: dict[int, str]) -> None:
    further = counts[name]
    counts[name] += 1
    parts[id(tree)] = f"{name}#{further}" if further else name


def _use_unnamed(tree: object, counts: Counter[str], parts: dict[int, str]) -> None:
    """An unnamed choice adds nothing; a further one in the same body is told apart by number."""
    _use(tree, "choose", counts, parts)
    if parts[id(tree)] == "choose":
        parts[id(tree)] = ""


def _use_label(tree: ast.Alternative, counts: Counter[str], parts: dict[int, str]) -> None:
    """An alternative of an unnamed choice adds its label, as if the label were a name that is used."""
    label = label_of(tree)
    counts[label] += counts[f"let {label}"]
    _use(tree, label, counts, parts)


def _declare(tree: ast.Let | ast.Nodes | ast.Setting, name: str, counts: Counter[str], parts: dict[int, str]) -> None:
    """A name that is bound adds itself; its first use, which comes after, adds the same."""
    further = counts[name]
    parts[id(tree)] = f"{name}#{further}" if further else name
    counts[f"let {name}"] = 1


def label_of(alternative: ast.Alternative) -> str:
    """Give the label of an alternative, without what a generator adds: its own, or its formatted text."""
    if alternative.label is not None:
        return alternative.label
    from archdsl.syntax import format_expression

    return format_expression(alternative.value)


def head_name(expr: ast.Expr) -> ast.Name | None:
    """Give the name that an expression of one call begins with: `layer[2, 1]` and `cell` have one."""
    head = applied(expr)
    return head if isinstance(head, ast.Name) else None


def applied(expr: ast.Expr) -> ast.Expr:
    """Give what stands before all brackets of an expression."""
    while isinstance(expr, (ast.Brackets, ast.Call)):
        expr = expr.base
    return expr


def _count(tree: object, counts: Counter[str], parts: dict[int, str]) -> None:
    match tree:
        case ast.Name(id=name):
            _use(tree, name, counts, parts)
        case ast.Let(names=names, value=value, at=at):
            _count(value, Counter(), parts)
            _declare(tree, names[0], counts, parts)
            called = applied(value.layer if isinstance(value, ast.Once) else value)
            if at is not None and isinstance(called, ast.Name | ast.Scan):
                parts[id(called)] = ""
        case ast.Setting(name=name, value=value):
            _count(value, Counter(), parts)
            _declare(tree, name, counts, parts)
        case ast.Nodes(name=name, count=count, seeds=seeds, body=body):
            _count(count, counts, parts)
            for seed in seeds:
                _count(seed, counts, parts)
            _declare(tree, name, counts, parts)
            _count(body, Counter(), parts)
        case ast.Choose(alternatives=alternatives) | ast.ChooseOf(source=ast.Alternatives(members=alternatives)):
            _use_unnamed(tree, counts, parts)
            for alternative in alternatives:
                if not parts[id(tree)]:
                    _use_label(alternative, counts, parts)
                _count(alternative.value, Counter(), parts)
                for clause in alternative.clauses:
                    _count(clause.source, counts, parts)
        case ast.ChooseOf(source=source):
            _use_unnamed(tree, counts, parts)
            _count(source, counts, parts)
        case ast.Repeat(count=count, body=body):
            _count(count, counts, parts)
            head = head_name(body)
            _use(tree, head.id if head else "repeat", counts, parts)
            _count(body, Counter(), parts)
            if head:
                parts[id(head)] = ""
        case ast.Scan(arguments=(cell, *states)):
            for state in states:
                _count(state, counts, parts)
            _use(tree, "scan", counts, parts)
            _count(cell, Counter(), parts)
        case ast.Binary(op="+", left=left, right=right):
            _count(left, counts, parts)
            _count(right, counts, parts)
            _use(tree, "add", counts, parts)
        case ast.Once(kind=kind, layer=layer):
            _use(tree, kind, counts, parts)
            _count(layer, counts, parts)
        case ast.Tree():
            for child in children(tree):
                _count(child, counts, parts)


def children(tree: ast.Tree) -> list[ast.Tree]:
    """Give the trees that stand directly in a tree, in the order of the text."""
    found: list[ast.Tree] = []
    for name in tree.__dataclass_fields__:
        value = getattr(tree, name)
        items = value if isinstance(value, tuple) else (value,)
        found.extend(item for item in items if isinstance(item, ast.Tree))
    return found


def asked_by(tree: ast.Tree) -> frozenset[str]:
    """Give the quantities that a condition asks for."""
    own: frozenset[str] = frozenset()
    if isinstance(tree, ast.Call) and isinstance(tree.base, ast.Name) and tree.base.id in QUANTITIES:
        own = frozenset({tree.base.id})
    elif isinstance(tree, ast.Name) and tree.id in COSTS:
        own = frozenset({tree.id})
    return own.union(*(asked_by(child) for child in children(tree)))


def required_of(tree: ast.Tree) -> frozenset[str]:
    """Give the quantities that the requirements in a tree ask for."""
    if isinstance(tree, ast.Require):
        return asked_by(tree.condition)
    return frozenset().union(*(required_of(child) for child in children(tree)))


@final
class TreeCache:
    """What is computed once of a program's trees, by their identity; it lives as long as the program."""

    def __init__(self) -> None:
        self.parts: dict[int, str] = {}
        self._prepared: set[int] = set()
        self._applies: dict[int, bool] = {}
        self._names: dict[int, frozenset[str]] = {}
        self.quantities: frozenset[str] | None = None
        self._asks: dict[int, bool] = {}
        self._asking: dict[int, tuple[ast.Require, ...]] = {}
        self.chooses: dict[int, bool] = {}
        self.may_decide: dict[int, bool] = {}
        self.applies_own: dict[int, bool] = {}
        self._names_from: dict[tuple[int, int], frozenset[str]] = {}
        self.constants: dict[int, dict[str, Any]] = {}
        self.evaluating: set[int] = set()
        self.calls: dict[Hashable, tuple[Any, int]] = {}
        self.recursions: dict[int, Any] = {}
        self.by_value: set[int] = set()
        self.labels: dict[tuple[Hashable, ...], str] = {}
        self.sights: dict[Hashable, Any] = {}
        self.roots: dict[tuple[Path | None, str], str] | None = None

    def prepare(self, definition: ast.Definition) -> None:
        """Number the uses of names in a definition, and find the choices whose elements are seen by value alone."""
        if id(definition) in self._prepared:
            return
        self._prepared.add(id(definition))
        from .interchange import seen_by_value

        match definition:
            case ast.Composite(body=body):
                self.parts.update(parts_of(body))
                self.by_value.update(seen_by_value(body, self))
            case ast.Function(value=value) | ast.Let(value=value):
                self.parts.update(parts_of(value))
            case ast.OpDefinition():
                pass

    def applies(self, tree: ast.Expr | ast.Generator) -> bool:
        """Tell whether an expression may decide something or apply a layer."""
        known = self._applies.get(id(tree))
        if known is None:
            own = isinstance(tree, (ast.Choose, ast.ChooseOf, ast.Call, ast.Once, ast.Repeat)) or (
                isinstance(tree, ast.Binary) and tree.op == "|>"
            )
            known = own or any(self.applies(child) for child in children(tree))  # type: ignore[arg-type]
            self._applies[id(tree)] = known
        return known

    def asks(self, tree: ast.Tree) -> bool:
        """Tell whether a condition asks for a quantity, which is known at the end of a body."""
        known = self._asks.get(id(tree))
        if known is None:
            known = self._asks[id(tree)] = bool(asked_by(tree))
        return known

    def asking(self, body: ast.Body) -> tuple[ast.Require, ...]:
        """Give the requirements of a body that are held at its end."""
        known = self._asking.get(id(body))
        if known is None:
            own = (one for one in body.statements if isinstance(one, ast.Require) and self.asks(one.condition))
            known = self._asking[id(body)] = tuple(own)
        return known

    def names_in(self, tree: ast.Tree) -> frozenset[str]:
        """Give the names that an expression uses."""
        known = self._names.get(id(tree))
        if known is None:
            own = frozenset({tree.id}) if isinstance(tree, ast.Name) else frozenset()
            known = own.union(*(self.names_in(child) for child in children(tree)))
            self._names[id(tree)] = known
        return known

    def rest(self, body: ast.Body, number: int) -> tuple[ast.Tree, ...]:
        """Give the statements of a body from one on, with the requirements before it that are held at the end."""
        before = (own for own in self.asking(body) if any(own is other for other in body.statements[:number]))
        return (*body.statements[number:], *before)

    def names_from(self, body: ast.Body, number: int) -> frozenset[str]:
        """Give the names that a body uses from one of its statements on, at its end as well."""
        known = self._names_from.get((id(body), number))
        if known is None:
            known = frozenset().union(*(self.names_in(statement) for statement in self.rest(body, number)))
            self._names_from[id(body), number] = known
        return known
