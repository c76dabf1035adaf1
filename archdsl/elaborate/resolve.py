"""Finds what each name of a definition means, in every branch, also those that no walk takes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, final

from archdsl.diagnostics import Edit, Fix, Span
from archdsl.syntax import ast

from .addresses import COSTS, children
from .arguments import check_applied, check_call, check_statics, refuse_tensors
from .bind import Names
from .labels import check_labels, check_weights
from .layers import may_be_layer
from .program import BUILTINS, ModuleScope
from .report import Report
from .sight import Sight, index_span, word
from .unknown import UnknownNames, noun


@final
@dataclass(eq=False, slots=True)
class Resolver:
    """Walks the expressions and statements of one definition.

    `excused` are names that are unknown only because their definition or their file could not be read. `where` says
    what the walk is in that has no choices, such as `a static function`. `reached` collects the definitions that
    are used, `imports` the names of imports.
    """

    scope: ModuleScope
    scopes: tuple[ModuleScope, ...]
    report: Report
    excused: frozenset[str]
    reached: set[int] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    where: str | None = None
    names: Names = field(init=False)
    _unknown: UnknownNames = field(init=False)
    _unnamed: ast.Tree | None = None
    _requires: bool = False
    _networks: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = Names(self.scope, self.report)
        self._unknown = UnknownNames(self.scope, self.scopes, self.report)

    def finish(self) -> None:
        """Report the names that were not known."""
        self._unknown.finish()

    # ------------------------------------------------------------ names

    def find(self, name: str) -> tuple[ModuleScope, ast.Definition] | None:
        """Find a definition that is known in this file, and note that it is used."""
        found = self.scope.lookup(name)
        if found is not None:
            self.reached.add(id(found[1]))
            if name in self.scope.imported and name not in self.scope.definitions:
                self.imports.add(name)
        return found

    def definition(self, tree: ast.Expr, sight: Sight) -> ast.Definition | None:
        """Give the definition that an expression names, None for any other expression."""
        if isinstance(tree, ast.Name) and sight.find(tree.id) is None:
            found = self.scope.lookup(tree.id)
            return found[1] if found else None
        if isinstance(tree, ast.Member) and isinstance(tree.base, ast.Name) and sight.find(tree.base.id) is None:
            module = self.scope.qualified.get(tree.base.id)
            found = module.lookup(tree.name) if module else None
            return found[1] if found else None
        return None

    def _name(self, tree: ast.Name, sight: Sight, is_layer: bool) -> None:
        binding = sight.find(tree.id)
        if binding is not None:
            binding.used = True
            return
        found = self.find(tree.id)
        if found is not None:
            self._no_network(found[1], tree.span)
        elif tree.id not in BUILTINS and tree.id not in self.excused and not (self._requires and tree.id in COSTS):
            for near in self._unknown.add(tree, sight, is_layer=is_layer):
                self._meant(near, sight)

    def _meant(self, name: str, sight: Sight) -> None:
        """Take a name for used that was misspelled elsewhere, so that one mistake gives one message."""
        binding = sight.find(name)
        if binding is not None:
            binding.used = True
        else:
            self.find(name)
            self.imports.add(name)

    def _no_network(self, definition: ast.Definition, span: Span) -> None:
        if not isinstance(definition, ast.Composite) or definition.kind != "network":
            return
        if id(definition) not in self._networks:
            self._networks.add(id(definition))
            self.report.add(
                "network-as-layer",
                f"`{definition.name}` is a network and cannot be used in another definition",
                span,
                "an entry point, no layer; what networks share is a block or a cell",
                secondary=((definition.name_span, "declared here"),),
            )

    def _member(self, tree: ast.Member, sight: Sight) -> None:
        base = tree.base
        if isinstance(base, ast.Name) and sight.find(base.id) is None and base.id not in self.scope.definitions:
            module = self.scope.qualified.get(base.id)
            if module is None and base.id in self.excused:
                return
            if module is not None:
                self.imports.add(base.id)
                found = module.lookup(tree.name)
                name_span = word(tree.span, tree.name, base.span.end)
                if found is None:
                    what = lambda other: noun(module.definitions[other])  # noqa: E731
                    fixes = self.report.renamings(tree.name, module.definitions, (name_span,), what)
                    self.report.add(
                        "unknown-name",
                        f"`{base.id}` defines no `{tree.name}`",
                        name_span,
                        f"not defined in `{module.module.source.path}`",
                        fixes=fixes,
                    )
                else:
                    self.reached.add(id(found[1]))
                    self._no_network(found[1], tree.span)
                return
        self.visit(base, sight)
        bound = sight.find(base.id) if isinstance(base, ast.Name) else None
        may_be_lent = bound is not None and bound.kind == "static" and bound.may_be_layer
        if tree.name != "index" and not may_be_lent:
            name_span = word(tree.span, tree.name, base.span.end)
            self.report.add(
                "unknown-name",
                f"nothing has a member named `{tree.name}`",
                name_span,
                "no such member",
                fixes=(Fix("an element of a node list has an `index`", (Edit(name_span, "index"),)),),
            )

    # ------------------------------------------------------------ expressions

    def visit(self, tree: ast.Tree | None, sight: Sight, is_layer: bool = False) -> None:
        """Resolve the names of an expression; `is_layer` tells that it stands where a layer is needed."""
        if tree is None:
            return
        special = _VISITORS.get(type(tree))
        if special is not None:
            special(self, tree, sight, is_layer)
        else:
            for child in children(tree):
                self.visit(child, sight)

    def _brackets(self, tree: ast.Brackets, sight: Sight, is_layer: bool) -> None:
        self.visit(tree.base, sight, True)
        definition = self.definition(tree.base, sight)
        if definition is not None and not isinstance(definition, ast.Let):
            tensors = [argument for argument in tree.arguments if self._is_tensor(argument, sight)]
            if tensors and not isinstance(definition, ast.Function):
                refuse_tensors(self.report, tree, tensors, definition)
            else:
                check_statics(self.report, tree, definition)
        for argument in tree.arguments:
            self.visit(argument.value if isinstance(argument, ast.Keyword) else argument, sight)

    def _call(self, tree: ast.Call, sight: Sight, is_layer: bool) -> None:
        self.visit(tree.base, sight, True)
        definition = self.definition(tree.base, sight)
        if definition is not None and not check_call(self.report, tree, definition):
            check_applied(self.report, tree.base, definition)
        for argument in tree.arguments:
            self.visit(argument.value if isinstance(argument, ast.Keyword) else argument, sight)

    @staticmethod
    def _is_tensor(tree: ast.Tree, sight: Sight) -> bool:
        binding = sight.find(tree.id) if isinstance(tree, ast.Name) else None
        return binding is not None and binding.kind in ("tensor", "node list", "list of nodes")

    def _binary(self, tree: ast.Binary, sight: Sight, is_layer: bool) -> None:
        pipe = tree.op == "|>"
        self.visit(tree.left, sight, False)
        self.visit(tree.right, sight, pipe)
        definition = self.definition(tree.right, sight) if pipe else None
        if definition is not None:
            check_applied(self.report, tree.right, definition)

    def _conditional(self, tree: ast.Conditional, sight: Sight, is_layer: bool) -> None:
        self.visit(tree.then, sight, is_layer)
        self.visit(tree.test, sight)
        self.visit(tree.other, sight, is_layer)

    def _generator(self, tree: ast.Generator, sight: Sight, is_layer: bool) -> None:
        inner = self._clauses(tree.clauses, sight)
        self.visit(tree.condition, inner)
        self.visit(tree.element, inner)

    def _clauses(self, clauses: tuple[ast.Clause, ...], sight: Sight) -> Sight:
        inner = Sight(sight)
        for clause in clauses:
            self.visit(clause.source, inner)
            source = clause.source
            layer = not isinstance(source, ast.Range) and may_be_layer(source, inner)
            self.names.bind(inner, clause.name, "element", word(clause.span, clause.name), may_be_layer=layer)
        return inner

    def _choose(self, tree: ast.Choose, sight: Sight, is_layer: bool) -> None:
        self._unnamed_choice(tree)
        self.alternatives(tree.alternatives, sight)

    def alternatives(self, members: tuple[ast.Alternative, ...], sight: Sight) -> None:
        """Resolve the names of alternatives; each counts its unnamed choices anew."""
        check_labels(self.report, members)
        outer = self._unnamed
        for member in members:
            inner = self._clauses(member.clauses, sight)
            for part in (member.condition, member.guard, member.weight):
                self.visit(part, inner)
            self._unnamed = None
            self.visit(member.value, inner, True)
            self._unnamed = outer

    def _choose_of(self, tree: ast.ChooseOf, sight: Sight, is_layer: bool) -> None:
        self._unnamed_choice(tree)
        self.visit(tree.quantity, sight)
        if isinstance(tree.source, ast.Alternatives):
            if tree.quantity.kind != "one":
                check_weights(self.report, tree.source.members)
            self.alternatives(tree.source.members, sight)
        else:
            self.visit(tree.source, sight)

    def _unnamed_choice(self, tree: ast.Choose | ast.ChooseOf) -> None:
        if self.where is not None:
            self.report.add(
                "misplaced-choice", f"{self.where} can hold no choice", tree.span, "choices stand in bodies"
            )
        elif self._unnamed is None:
            self._unnamed = tree
        else:
            self.report.add(
                "unnamed-choice",
                "two choices share one place and have no names",
                tree.span,
                "told apart from the first by `choose#1` and the like",
                secondary=((self._unnamed.span, "the first"),),
                notes=("a name makes an address readable and stable: `let name = choose …`",),
                level="warning",
            )

    def _repeat(self, tree: ast.Repeat, sight: Sight, is_layer: bool) -> None:
        self.visit(tree.count, sight)
        inner = Sight(sight)
        if tree.index is not None:
            self.names.bind(inner, tree.index, "index", index_span(tree))
        outer, self._unnamed = self._unnamed, None
        self.visit(tree.body, inner, True)
        self._unnamed = outer
        self.names.unused(inner)

    def _once(self, tree: ast.Once, sight: Sight, is_layer: bool) -> None:
        self.visit(tree.layer, sight, True)

    def _scan(self, tree: ast.Scan, sight: Sight, is_layer: bool) -> None:
        cell, *states = tree.arguments
        outer, self._unnamed = self._unnamed, None
        self.visit(cell, sight, True)
        self._unnamed = outer
        for state in states:
            self.visit(state.value if isinstance(state, ast.Keyword) else state, sight)

    # ------------------------------------------------------------ statements

    def statements(self, body: ast.Body, sight: Sight) -> tuple[ast.Return, Sight]:
        """Resolve the names of a body; give its return and the names in sight there."""
        inner = Sight(sight)
        returned = ast.Return(body.span, (), ())
        for statement in body.statements:
            match statement:
                case ast.Let():
                    self.let(statement, inner)
                case ast.Nodes():
                    self._nodes(statement, inner)
                case ast.Setting(name=name, value=value):
                    outer, self._unnamed = self._unnamed, None
                    self.visit(value, inner)
                    self._unnamed = outer
                    self.names.bind(inner, name, "setting", word(statement.span, name)).used = True
                case ast.Require(condition=condition):
                    self._requires = True
                    self.visit(condition, inner)
                    self._requires = False
                case ast.Return():
                    returned = statement
                    self._return(statement, inner)
        self.names.unused(inner)
        return returned, inner

    def let(self, statement: ast.Let, sight: Sight) -> None:
        """Resolve the names of a `let`, then bind its own."""
        outer, self._unnamed = self._unnamed, None
        self.visit(statement.value, sight)
        self._unnamed = outer
        layer = may_be_layer(statement.value, sight)
        for name, span in zip(statement.names, statement.name_spans, strict=True):
            self.names.bind(sight, name, "let", span, may_be_layer=layer)

    def _nodes(self, statement: ast.Nodes, sight: Sight) -> None:
        self.visit(statement.count, sight)
        for seed in statement.seeds:
            self.visit(seed, sight)
        inner = Sight(sight)
        self.names.bind(inner, "earlier", "list of nodes", statement.name_span).used = True
        if statement.index is not None:
            self.names.bind(inner, statement.index, "index", index_span(statement))
        outer, self._unnamed = self._unnamed, None
        self.statements(statement.body, inner)
        self._unnamed = outer
        self.names.unused(inner)
        self.names.bind(sight, statement.name, "node list", statement.name_span)

    def _return(self, statement: ast.Return, sight: Sight) -> None:
        for value in statement.values:
            self.visit(value, sight)
        first: dict[str, Span] = {}
        for auxiliary in statement.auxiliaries:
            self.visit(auxiliary.value, sight)
            place = word(auxiliary.span, auxiliary.name)
            if auxiliary.name in first:
                message = f"two auxiliary outputs are named `{auxiliary.name}`"
                secondary = ((first[auxiliary.name], "first named so here"),)
                self.report.add("duplicate-name", message, place, "named so again", secondary=secondary)
            first.setdefault(auxiliary.name, place)


_VISITORS: dict[type, Callable[[Resolver, Any, Sight, bool], None]] = {
    ast.Name: Resolver._name,
    ast.Member: lambda self, tree, sight, _: self._member(tree, sight),
    ast.Brackets: Resolver._brackets,
    ast.Call: Resolver._call,
    ast.Binary: Resolver._binary,
    ast.Conditional: Resolver._conditional,
    ast.Generator: Resolver._generator,
    ast.Choose: Resolver._choose,
    ast.ChooseOf: Resolver._choose_of,
    ast.Repeat: Resolver._repeat,
    ast.Once: Resolver._once,
    ast.Scan: Resolver._scan,
}
"""Expressions that bind names, or where a layer is needed; in all others the parts are visited one by one."""
