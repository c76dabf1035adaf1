"""Binds names, says what they hide, and tells which nothing reads."""

from dataclasses import dataclass
from typing import final

from archdsl.diagnostics import Span
from archdsl.syntax import ast

from .program import ModuleScope
from .report import Report
from .sight import Binding, BindingKind, Sight, word
from .unknown import noun


@final
@dataclass(eq=False, slots=True)
class Names:
    """Binds the names of one file's definitions."""

    scope: ModuleScope
    report: Report

    def bind(
        self,
        sight: Sight,
        name: str,
        kind: BindingKind,
        span: Span,
        *,
        may_be_layer: bool = False,
        dims: tuple[str, ...] = (),
    ) -> Binding:
        """Bind a name; what it was bound to before must be out of sight."""
        binding = Binding(name, kind, span, may_be_layer, dims)
        again = sight.own.get(name)
        outer = sight.outer.find(name) if sight.outer else None
        if again is not None:
            message = f"`{name}` is bound twice in one scope"
            secondary = ((again.span, f"first bound here: {again.noun}"),)
            self.report.add("duplicate-name", message, span, "bound again here", secondary=secondary)
            again.used = binding.used = True
        elif outer is not None and kind != "list of nodes":
            message = f"`{name}` is bound again where {outer.noun} of this name is in sight"
            secondary = ((outer.span, f"{outer.noun} of this name"),)
            self.report.add("shadowing", message, span, "hides the other from here on", secondary=secondary)
            outer.used = binding.used = True
        else:
            self._shadows_definition(name, span)
        sight.own[name] = binding
        return binding

    def _shadows_definition(self, name: str, span: Span) -> None:
        own = self.scope.definitions.get(name)
        if own is not None:
            spans = own.name_spans if isinstance(own, ast.Let) else (own.name_span,)
            place = next((where for where in spans if where.text == name), spans[0])
            what = noun(own)
        elif name in self.scope.imported:
            place, what = (
                next(word(use.span, name) for use in self.scope.module.uses if _imports(use, name)),
                "an import",
            )
        else:
            return
        self.report.add(
            "shadowing",
            f"`{name}` is bound again, and is {what} of this file",
            span,
            f"hides the {what.split(' ', 1)[1]} from here on",
            secondary=((place, f"{what} of this name"),),
            level="warning",
        )

    def unused(self, sight: Sight) -> None:
        """Warn of what a scope binds and nothing reads; a name that begins with `_` says that this is meant."""
        for binding in sight.own.values():
            if binding.used or binding.kind not in ("let", "node list", "index") or binding.name.startswith("_"):
                continue
            message = f"`{binding.name}` is bound and never used"
            self.report.add("unused-name", message, binding.span, f"{binding.noun} that nothing reads", level="warning")


def _imports(use: ast.Use, name: str) -> bool:
    return any((item.alias or item.name) == name for item in use.names)
