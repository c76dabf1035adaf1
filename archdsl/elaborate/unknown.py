"""Names that are not known: one mistake for each name in a definition, with what it may have been meant for."""

from dataclasses import dataclass, field
from typing import final

from archdsl.diagnostics import Edit, Fix, Span
from archdsl.syntax import ast

from .program import BUILTINS, ModuleScope
from .report import MOST_MISTAKES, Report, listed
from .sight import Binding, Sight
from .suggest import import_fixes

# More names than these are not read; then the pages of `archdsl explain` serve better.
MOST_LISTED = 12


def noun(definition: ast.Definition) -> str:
    """Say what a definition is: `an op`, `a block`."""
    match definition:
        case ast.OpDefinition():
            return "an op"
        case ast.Function():
            return "a static function"
        case ast.Let():
            return "a constant"
        case ast.Composite(kind=kind):
            return f"a {kind}"


@final
@dataclass(eq=False, slots=True)
class _Unknown:
    """A name that is not known, with all its places in a definition."""

    name: str
    spans: list[Span]
    is_layer: bool
    bindings: dict[str, Binding]
    near: tuple[str, ...]


@final
@dataclass(eq=False, slots=True)
class UnknownNames:
    """The names of one definition that are not known; `scopes` are the files of the program."""

    scope: ModuleScope
    scopes: tuple[ModuleScope, ...]
    report: Report
    _found: dict[str, _Unknown] = field(default_factory=dict)

    def add(self, tree: ast.Name, sight: Sight, *, is_layer: bool) -> tuple[str, ...]:
        """Note a use; give the names that it may have been meant for, where it is the first."""
        if tree.id in self._found:
            self._found[tree.id].spans.append(tree.span)
            return ()
        if len(self._found) >= MOST_MISTAKES:
            return ()
        bindings = {binding.name: binding for binding in sight} if self.report.has_time else {}
        near = self.report.near(tree.id, {*bindings, *self.scope.names()})
        self._found[tree.id] = _Unknown(tree.id, [tree.span], is_layer, bindings, near)
        return near

    def finish(self) -> None:
        """Report what was found."""
        for unknown in self._found.values():
            if not self.report.is_full:
                self._tell(unknown)
        self._found.clear()

    def _tell(self, unknown: _Unknown) -> None:
        name, places = unknown.name, unknown.spans
        imported = import_fixes(self.scope, self.scopes, name)
        renamed = tuple(
            Fix(
                f"{self._what(other, unknown)} with a similar name exists: `{other}`",
                tuple(Edit(span, other) for span in places),
            )
            for other in unknown.near
        )
        is_layer = (
            unknown.is_layer
            and name != "earlier"
            and (bool(imported) or not unknown.near or unknown.near[0] not in unknown.bindings)
        )
        notes: tuple[str, ...] = ()
        if name == "earlier":
            notes = ("`earlier` is known in the body of `nodes` only",)
        elif not imported and not renamed:
            notes = (self._known(unknown, is_layer),)
        if len(places) > 1:
            notes = (*notes, f"`{name}` is used {len(places)} times in this definition")
        sort = "an op or block" if is_layer else "a value"
        label = (
            "not defined here, imported, or a standard op"
            if is_layer
            else "not bound or defined here, and not imported"
        )
        message = f"cannot find {sort} named `{name}`"
        self.report.add("unknown-name", message, places[0], label, notes=notes, fixes=(*imported, *renamed))

    @staticmethod
    def _known(unknown: _Unknown, is_layer: bool) -> str:
        if not is_layer and 0 < len(unknown.bindings) <= MOST_LISTED:
            return f"the names bound here are {listed(sorted(unknown.bindings))}"
        return "`archdsl explain unknown-name` says which names are known where"

    def _what(self, other: str, unknown: _Unknown) -> str:
        if other in unknown.bindings:
            return unknown.bindings[other].noun
        found = self.scope.lookup(other)
        return noun(found[1]) if found else "a builtin" if other in BUILTINS else "an imported file"
