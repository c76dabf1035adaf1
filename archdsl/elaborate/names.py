"""Checks names before anything runs: in every definition of the user's files, in branches no walk takes as well."""

from collections.abc import Iterable

from archdsl.diagnostics import Diagnostic, by_place
from archdsl.syntax import ast

from .layers import may_be_layer
from .lost import lost_names
from .program import ModuleScope, Program
from .report import Report
from .resolve import Resolver
from .sight import Sight, word
from .signatures import Signatures
from .suggest import confirm


def check_names(program: Program) -> tuple[Diagnostic, ...]:
    """Give the mistakes and warnings of the names in the main file and in the user's files that it imports."""
    found: list[Diagnostic] = []
    for scope in program.scopes if program.main in program.scopes else (*program.scopes, program.main):
        if scope is program.main or not scope.is_std:
            found.extend(_confirmed(scope, program))
    return by_place(found)


def _confirmed(scope: ModuleScope, program: Program) -> tuple[Diagnostic, ...]:
    """Check a file, then its advice: by reading the edited file as a main file."""
    imported = _imported(scope, program.scopes)

    def check(edited: Program) -> tuple[Diagnostic, ...]:
        own = edited.main.module.source
        others = tuple(d for d in edited.diagnostics if d.primary and d.primary.span.source == own)
        return (*others, *check_file(edited.main, edited, imported))

    own = check_file(scope, program, imported)
    if not any(diagnostic.fixes for diagnostic in own):
        return own
    source = scope.module.source
    others = tuple(d for d in program.diagnostics if d.primary and d.primary.span.source == source)
    return confirm((*others, *own), scope, check)[len(others) :]


def _imported(scope: ModuleScope, scopes: Iterable[ModuleScope]) -> frozenset[str]:
    """Give the names of a file's definitions that other files use."""
    names = {name for other in scopes for owner, name in other.imported.values() if owner is scope}
    if any(scope in other.qualified.values() for other in scopes):
        names |= scope.definitions.keys()
    return frozenset(names)


def check_file(scope: ModuleScope, program: Program, imported: frozenset[str]) -> tuple[Diagnostic, ...]:
    """Check the names of one file; advice is proposed only. `imported` are those that other files use."""
    report = Report()
    excused = lost_names(scope.module, {*scope.imported, *scope.qualified}, program.diagnostics)
    reached: dict[int, set[int]] = {}
    imports: set[str] = set()
    for definition in scope.module.definitions:
        if report.is_full:
            break
        resolver = Resolver(scope, program.scopes, report, excused)
        check_definition(definition, resolver)
        reached.setdefault(_first(definition, scope), set()).update(resolver.reached)
        imports |= resolver.imports
    if not any(diagnostic.level == "error" for diagnostic in program.diagnostics):
        _unused_imports(scope, imports, report)
        _unused_definitions(scope, reached, imported, report)
    return by_place(report.diagnostics)


def _first(definition: ast.Definition, scope: ModuleScope) -> int:
    """Give the identity of a definition; of an op's further declarations that of its first."""
    if isinstance(definition, ast.OpDefinition):
        return id(scope.definitions.get(definition.name, definition))
    return id(definition)


# ---------------------------------------------------------------- definitions


def check_definition(definition: ast.Definition, resolver: Resolver) -> None:
    """Check the names of one definition."""
    signatures = Signatures(resolver)
    match definition:
        case ast.OpDefinition(statics=statics, tensors=tensors, results=results):
            resolver.where = "an op"
            signatures.facts(definition, signatures.bind(statics, tensors, results))
        case ast.Function(statics=statics, value=value):
            resolver.where = "a static function"
            sight = signatures.bind(statics)
            resolver.visit(value, sight)
            _unused_parameters(definition, sight, resolver, is_layer=False)
        case ast.Let(value=value):
            resolver.where = "a constant of a file"
            resolver.visit(value, Sight())
        case ast.Composite():
            _check_composite(definition, resolver, signatures)
    resolver.finish()


def _check_composite(definition: ast.Composite, resolver: Resolver, signatures: Signatures) -> None:
    is_network = definition.kind == "network"
    sight = signatures.bind(
        definition.statics, definition.tensors or (), definition.results or (), is_network=is_network
    )
    resolver.where = "the depth of a recursion"
    resolver.visit(definition.depth, sight)
    resolver.where = None
    if isinstance(definition.body, ast.Choose):
        resolver.alternatives(definition.body.alternatives, sight)
        is_layer = may_be_layer(definition.body, sight)
    else:
        returned, inner = resolver.statements(definition.body, sight)
        is_layer = any(may_be_layer(value, inner) for value in returned.values)
    _unused_parameters(definition, sight, resolver, is_layer=is_layer)


def _unused_parameters(
    definition: ast.Composite | ast.Function, sight: Sight, resolver: Resolver, *, is_layer: bool
) -> None:
    """Warn of parameters that nothing reads. A layer that is returned reads the tensors."""
    for binding in sight.own.values():
        if binding.used or binding.name.startswith("_") or binding.kind not in ("static", "tensor"):
            continue
        if binding.kind == "tensor" and (is_layer or any(sight.own[dim].used for dim in binding.dims)):
            continue
        resolver.report.add(
            "unused-parameter",
            f"`{binding.name}` of `{definition.name}` is never used",
            binding.span,
            f"{binding.noun} that nothing reads",
            level="warning",
        )


# ---------------------------------------------------------------- files


def _unused_imports(scope: ModuleScope, used: set[str], report: Report) -> None:
    for use in scope.module.uses:
        if not use.names and use.path[-1] not in used and use.path[-1] in scope.qualified:
            message = f"the import of `{'.'.join(use.path)}` is never used"
            report.add("unused-import", message, use.span, "no definition of this file uses it", level="warning")
        for item in use.names:
            name = item.alias or item.name
            if name not in used and name in scope.imported:
                message = f"the import of `{name}` is never used"
                place = word(item.span, name)
                report.add("unused-import", message, place, "no definition of this file uses it", level="warning")


def _unused_definitions(
    scope: ModuleScope, reached: dict[int, set[int]], imported: frozenset[str], report: Report
) -> None:
    """Warn of what no network of the file comes to; a file without networks is a library, where all is of use."""
    definitions = {id(d): d for d in scope.definitions.values()}
    networks = [i for i, d in definitions.items() if isinstance(d, ast.Composite) and d.kind == "network"]
    if not networks or report.is_full:
        return
    live: set[int] = set()
    open_ = [*networks, *(id(scope.definitions[name]) for name in imported if name in scope.definitions)]
    while open_:
        own = open_.pop()
        if own not in live:
            live.add(own)
            open_.extend(reached.get(own, ()))
    for own, definition in definitions.items():
        if own in live:
            continue
        span = definition.name_spans[0] if isinstance(definition, ast.Let) else definition.name_span
        message = f"`{span.text}` is used by no network of this file"
        report.add("unused-definition", message, span, "nothing that a network uses", level="warning")
