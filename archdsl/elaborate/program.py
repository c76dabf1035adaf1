"""A program: the files that a space is written in, with every name bound to its definition.

A file finds others in its own folder and then in the library (`archdsl/spaces`). The ops and the static functions of
`std` are known in every file; blocks are imported. A file can read nothing but its imports.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import final

from archdsl.diagnostics import ArchdslError, Diagnostic, Edit, Fix, Label, Source, Span, UsageError, similar
from archdsl.ir import OpDeclaration
from archdsl.syntax import ast, parse

from .addresses import QUANTITIES, TreeCache, required_of
from .lost import defined_in, is_broken
from .overloads import overload_mistake
from .roots import Identity, roots_of
from .sight import path_span, word

BUILTINS = ("len", "sum", "min", "max", "any", "all", "round_to", "single", "pair", "triple", "loose", *QUANTITIES)
"""The static builtins and the quantities, written with `(…)`."""

MAX_FILE = 1 << 20
MAX_FILES = 500


def library() -> Path:
    """Give the folder of the shipped spaces."""
    return Path(str(files("archdsl") / "spaces")).resolve()


@final
@dataclass(eq=False, slots=True)
class ModuleScope:
    """A file and the names that can be used in it.

    `further` are the declarations of an op for other kinds of tensors than that among the definitions.
    """

    module: ast.Module
    path: Path | None
    is_std: bool
    definitions: dict[str, ast.Definition] = field(default_factory=dict)
    imported: dict[str, tuple["ModuleScope", str]] = field(default_factory=dict)
    qualified: dict[str, "ModuleScope"] = field(default_factory=dict)
    std: Mapping[str, tuple["ModuleScope", ast.Definition]] = field(default_factory=dict)
    further: dict[str, tuple[ast.OpDefinition, ...]] = field(default_factory=dict)
    declarations: dict[str, OpDeclaration] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its ending, as it stands in addresses."""
        return self.path.stem if self.path else "text"

    def lookup(self, name: str) -> tuple["ModuleScope", ast.Definition] | None:
        """Find what a name is in this file: its own definition, an import, or a standard op."""
        if name in self.definitions:
            return self, self.definitions[name]
        if name in self.imported:
            scope, original = self.imported[name]
            return scope, scope.definitions[original]
        return self.std.get(name)

    def names(self) -> Iterator[str]:
        """List every name that can be used here."""
        yield from self.definitions
        yield from self.imported
        yield from self.qualified
        yield from self.std
        yield from BUILTINS


@final
@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The main file with all that it imports; `diagnostics` are the mistakes found on the way."""

    main: ModuleScope
    scopes: tuple[ModuleScope, ...]
    diagnostics: tuple[Diagnostic, ...]
    cache: "TreeCache" = field(default_factory=lambda: TreeCache())

    def networks(self) -> dict[str, ast.Composite]:
        """Give the networks of the main file by name."""
        return {
            name: definition
            for name, definition in self.main.definitions.items()
            if isinstance(definition, ast.Composite) and definition.kind == "network"
        }

    def network(self, name: str | None = None) -> ast.Composite:
        """Give a network: the one asked for, else the one named like the file, else the only one.

        Raises:
            UsageError: there is no such network, or several could be meant.
        """
        networks = self.networks()
        known = ", ".join(f"`{own}`" for own in networks)
        path = self.main.module.source.path
        if name is None:
            name = self.main.name if self.main.name in networks else next(iter(networks), None)
            if name is None:
                raise UsageError(Diagnostic("no-network", f"`{path}` declares no network"))
            if name != self.main.name and len(networks) > 1:
                help_ = f"name one: `{path}:{name}`"
                raise UsageError(Diagnostic("no-network", f"`{path}` declares several networks: {known}", help=help_))
        if name not in networks:
            near = similar(name, networks)
            raise UsageError(
                Diagnostic(
                    "no-network",
                    f"`{path}` declares no network `{name}`",
                    notes=(f"its networks are {known}",) if networks else (),
                    help=f"a network with a similar name exists: `{near[0]}`" if near else None,
                )
            )
        return networks[name]

    def root(self, scope: ModuleScope, definition: ast.Composite) -> str:
        """Give the root of the addresses of a cell or a network."""
        return self.roots()[scope.path, definition.name]

    def roots(self) -> dict[Identity, str]:
        """Give the roots of all cells and networks."""
        known = self.cache.roots
        if known is None:
            scopes = self.scopes if self.main in self.scopes else (*self.scopes, self.main)
            home = self.main.path.parent if self.main.path else Path.cwd()
            known = self.cache.roots = roots_of(scopes, home, library())
        return known

    def uses_loose(self) -> bool:
        """Tell whether any file asks which nodes are loose: only then members of node lists are told apart."""
        return any("loose" in scope.module.source.text for scope in self.scopes if not scope.is_std)

    def quantities(self) -> frozenset[str]:
        """Give the quantities that some file asks for: only for them it is kept what tensors are made of."""
        known = self.cache.quantities
        if known is None:
            bodies = (
                definition.body
                for scope in self.scopes
                if not scope.is_std
                for definition in scope.module.definitions
                if isinstance(definition, ast.Composite)
            )
            known = self.cache.quantities = frozenset().union(*map(required_of, bodies))
        return known


def read_source(path: Path, shown: str | None = None) -> Source:
    """Read a `.nas` file.

    Raises:
        UsageError: it is missing, a folder, too large, or no text.
    """
    name = shown or str(path)

    def refuse(code: str, message: str) -> UsageError:
        return UsageError(Diagnostic(code, message))

    if path.is_dir():
        raise refuse("not-a-file", f"`{name}` is a folder, not a `.nas` file")
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_FILE else None
    except FileNotFoundError:
        raise refuse("missing-file", f"there is no file `{name}`") from None
    except OSError as error:
        raise refuse("unreadable-file", f"cannot read `{name}`: {error.strerror}") from None
    if data is None:
        raise refuse("too-large", f"`{name}` is larger than {MAX_FILE} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("not-text", f"`{name}` is no UTF-8 text") from None
    if "\0" in text:
        raise refuse("not-text", f"`{name}` is no text: it holds null bytes")
    return Source(name, text)


@cache
def _std() -> tuple[tuple[ModuleScope, ...], Mapping[str, tuple[ModuleScope, ast.Definition]], tuple[Diagnostic, ...]]:
    scopes: list[ModuleScope] = []
    shared: dict[str, tuple[ModuleScope, ast.Definition]] = {}
    diagnostics: list[Diagnostic] = []
    for path in sorted((library() / "std").glob("*.nas")):
        parsed = parse(read_source(path, f"spaces/std/{path.name}"))
        diagnostics.extend(parsed.diagnostics)
        if parsed.module is None:
            continue
        scope = ModuleScope(parsed.module, path, True, std=shared)
        diagnostics.extend(_define(scope))
        scopes.append(scope)
        for name, definition in scope.definitions.items():
            if isinstance(definition, (ast.OpDefinition, ast.Function)):
                shared[name] = (scope, definition)
    loader = _Loader(scopes)
    for scope in scopes:
        loader.bind_uses(scope)
    return tuple(scopes), shared, tuple(diagnostics + loader.diagnostics)


def _define(scope: ModuleScope) -> list[Diagnostic]:
    diagnostics: list[Diagnostic] = []
    for definition in scope.module.definitions:
        if isinstance(definition, ast.Let):
            names = tuple(zip(definition.names, definition.name_spans, strict=True))
        else:
            names = ((definition.name, definition.name_span),)
        for name, span in names:
            first = scope.definitions.get(name)
            if isinstance(first, ast.OpDefinition) and isinstance(definition, ast.OpDefinition):
                known = (first, *scope.further.get(name, ()))
                mistake = overload_mistake(known, definition)
                if mistake is None:
                    scope.further[name] = (*known[1:], definition)
                else:
                    diagnostics.append(mistake)
            elif first is not None:
                place = first.name_spans[0] if isinstance(first, ast.Let) else first.name_span
                diagnostics.append(
                    Diagnostic(
                        "duplicate-name",
                        f"`{name}` is defined twice",
                        Label(span, "defined again here"),
                        (Label(place, "first defined here"),),
                    )
                )
            elif name in BUILTINS or (not scope.is_std and name in scope.std):
                what = "a static builtin" if name in BUILTINS else "a standard op"
                diagnostics.append(
                    Diagnostic(
                        "shadowing",
                        f"`{name}` is {what} and cannot be defined anew",
                        Label(span, f"the name of {what}"),
                    )
                )
            else:
                scope.definitions[name] = definition
    return diagnostics


@final
class _Loader:
    def __init__(self, scopes: list[ModuleScope]) -> None:
        self.scopes = {scope.path: scope for scope in scopes}
        self.loading: list[Path] = []
        self.diagnostics: list[Diagnostic] = []

    def load(self, source: Source, path: Path | None) -> ModuleScope | None:
        parsed = parse(source)
        self.diagnostics.extend(parsed.diagnostics)
        if parsed.module is None:
            return None
        _, shared, _ = _std()
        scope = ModuleScope(parsed.module, path, False, std=shared)
        self.scopes[path] = scope
        self.diagnostics.extend(_define(scope))
        if path:
            self.loading.append(path)
        self.bind_uses(scope)
        if path:
            self.loading.pop()
        return scope

    def _find(self, scope: ModuleScope, use: ast.Use) -> Path | None:
        relative = Path(*use.path).with_suffix(".nas")
        folders = [scope.path.parent] if scope.path else [Path.cwd()]
        if scope.is_std:
            folders = []
        return next((path for folder in (*folders, library()) if (path := folder / relative).is_file()), None)

    def bind_uses(self, scope: ModuleScope) -> None:
        for use in scope.module.uses:
            dotted = ".".join(use.path)
            path = self._find(scope, use)
            if path is None:
                known = sorted(
                    ".".join(other.relative_to(library()).with_suffix("").parts) for other in library().rglob("*.nas")
                )
                place = path_span(use)
                fixes = tuple(
                    Fix(f"a file with a similar name exists: `{near}`", (Edit(place, near),))
                    for near in similar(dotted, known)
                )
                self.diagnostics.append(
                    Diagnostic(
                        "unknown-import",
                        f"cannot find a file for `{dotted}`",
                        Label(place, "neither beside this file nor in the library"),
                        fixes=fixes,
                    )
                )
                continue
            other = self._import(path, use)
            if other is None:
                continue
            if not use.names:
                self._bind_file(scope, other, use)
            for name in use.names:
                self._bind(scope, other, name, dotted)

    def _import(self, path: Path, use: ast.Use) -> ModuleScope | None:
        if path in self.loading:
            chain = " -> ".join(f"`{own.stem}`" for own in (*self.loading[self.loading.index(path) :], path))
            message = f"the imports of `{path.stem}` go in a circle: {chain}"
            self.diagnostics.append(Diagnostic("import-cycle", message, Label(path_span(use), "closes the circle")))
            return None
        if path in self.scopes:
            return self.scopes[path]
        if len(self.scopes) >= MAX_FILES:
            self.diagnostics.append(
                Diagnostic(
                    "too-large",
                    f"the program imports more than {MAX_FILES} files",
                    Label(path_span(use), "one too many"),
                )
            )
            return None
        try:
            return self.load(read_source(path, self._shown(path, use)), path)
        except ArchdslError as error:
            place = Label(path_span(use), "imported here")
            self.diagnostics.extend(replace(own, primary=place) for own in error.diagnostics)
            return None

    @staticmethod
    def _shown(path: Path, use: ast.Use) -> str:
        """Name an imported file as the user knows it: beside the file that imports it, or in the library."""
        if path.is_relative_to(library()):
            return f"spaces/{path.relative_to(library())}"
        return str(Path(use.span.source.path).parent.joinpath(*use.path).with_suffix(".nas"))

    def _bind_file(self, scope: ModuleScope, other: ModuleScope, use: ast.Use) -> None:
        own = use.path[-1]
        if own in scope.definitions or own in scope.imported or own in scope.qualified:
            self._known_twice(scope, own, path_span(use))
        else:
            scope.qualified[own] = other

    def _known_twice(self, scope: ModuleScope, name: str, place: Span) -> None:
        message = f"`{name}` is imported, but already known in this file"
        self.diagnostics.append(
            Diagnostic("duplicate-name", message, Label(place, "known twice"), (_known_at(scope, name),))
        )

    def _bind(self, scope: ModuleScope, other: ModuleScope, name: ast.Import, dotted: str) -> None:
        own, source = name.alias or name.name, other.module.source
        if name.name not in other.definitions:
            if is_broken(source, self.diagnostics) and name.name in defined_in(source.text):
                return
            place = word(name.span, name.name)
            fixes = tuple(
                Fix(f"a definition with a similar name exists: `{near}`", (Edit(place, near),))
                for near in similar(name.name, other.definitions)
            )
            message = f"`{dotted}` defines no `{name.name}`"
            label = f"not defined in `{source.path}`"
            self.diagnostics.append(Diagnostic("unknown-import", message, Label(place, label), fixes=fixes))
        elif own in scope.definitions or own in scope.imported or own in scope.qualified:
            self._known_twice(scope, own, name.span)
        elif own in BUILTINS or own in scope.std:
            what = "a static builtin" if own in BUILTINS else "a standard op"
            message = f"`{own}` is {what} and cannot be defined anew"
            self.diagnostics.append(Diagnostic("shadowing", message, Label(name.span, f"the name of {what}")))
        else:
            scope.imported[own] = (other, name.name)


def _known_at(scope: ModuleScope, name: str) -> Label:
    """Give the place where a name was made known first."""
    first = scope.definitions.get(name)
    if isinstance(first, ast.Let):
        return Label(first.name_spans[first.names.index(name)], "defined here")
    if first is not None:
        return Label(first.name_span, "defined here")
    for use in scope.module.uses:
        places = [item.span for item in use.names if name == (item.alias or item.name)]
        if places or (not use.names and use.path[-1] == name):
            return Label(places[0] if places else path_span(use), "imported here")
    raise AssertionError(f"nobody knows `{name}`")


def load_program(source: Source, path: Path | None = None) -> Program:
    """Parse a text and all that it imports; mistakes are collected, not raised."""
    std_scopes, _, std_diagnostics = _std()
    resolved = path.resolve() if path else None
    for scope in std_scopes:
        if scope.path is not None and resolved == scope.path.resolve():
            return Program(scope, std_scopes, std_diagnostics)
    loader = _Loader(list(std_scopes))
    main = loader.load(source, resolved)
    if main is None:
        empty = ast.Module(Span(source, 0, len(source.text)), source, None, (), ())
        main = ModuleScope(empty, path, False)
    return Program(main, tuple(loader.scopes.values()), std_diagnostics + tuple(loader.diagnostics))
