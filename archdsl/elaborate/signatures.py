"""Checks parameters, types and the facts of ops, and binds what they name."""

from typing import final

from archdsl.diagnostics import Span
from archdsl.ir import KINDS, LAWS, LAWS_OF_OPERANDS
from archdsl.syntax import ast

from .binding import STATIC_KINDS
from .report import counted, listed
from .resolve import Resolver
from .sight import Sight, word

FACTS = ("macs",)
"""What an op can say of itself, besides its weights and what it requires."""


@final
class Signatures:
    """The part of the check that meets a definition's head."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._report = resolver.report

    def bind(
        self,
        statics: tuple[ast.StaticParameter, ...],
        tensors: tuple[ast.TensorParameter, ...] = (),
        results: tuple[ast.TypeExpr, ...] = (),
        *,
        is_network: bool = False,
    ) -> Sight:
        """Bind the statics, tensors and dims of a definition; `results` see them all."""
        sight = Sight()
        outer, self._resolver.where = self._resolver.where, "the default of a static"
        for parameter in statics:
            self._static(parameter, sight)
        self._resolver.where = "the type of a tensor"
        variables: dict[str, list[ast.TypeExpr]] = {}
        for tensor in tensors:
            dims = self._tensor_type(tensor, sight, variables, is_network)
            place = word(tensor.span, tensor.name)
            self._resolver.names.bind(sight, tensor.name, "tensor", place, dims=dims)
        for result in results:
            self._result(result, sight, variables)
        self._misspelled(variables)
        self._resolver.where = outer
        return sight

    # ------------------------------------------------------------ statics

    def _static(self, parameter: ast.StaticParameter, sight: Sight) -> None:
        place = word(parameter.span, parameter.name)
        if parameter.family is not None:
            self._resolver.visit(parameter.family, sight)
            self._resolver.names.bind(sight, parameter.name, "family index", place)
            return
        self._resolver.visit(parameter.default, sight)
        kind = parameter.kind
        if kind is not None and kind not in STATIC_KINDS:
            where = word(parameter.span, kind, place.end)
            fixes = tuple(self._report.renamings(kind, STATIC_KINDS, (where,), lambda _: "a kind"))
            self._report.add(
                "unknown-kind",
                f"`{kind}` is no kind of static",
                where,
                "no kind of static",
                notes=() if fixes else (f"the kinds of statics are {listed(STATIC_KINDS)}",),
                fixes=fixes,
            )
        literal = isinstance(parameter.default, ast.Number | ast.Bool | ast.String)
        may_be_layer = kind == "layer" if kind in STATIC_KINDS else not literal
        self._resolver.names.bind(sight, parameter.name, "static", place, may_be_layer=may_be_layer)

    # ------------------------------------------------------------ types

    def _tensor_type(
        self,
        tensor: ast.TensorParameter,
        sight: Sight,
        variables: dict[str, list[ast.TypeExpr]],
        is_network: bool,
    ) -> tuple[str, ...]:
        type_ = tensor.type
        if is_network and (type_ is None or type_.dims is None):
            message = f"input `{tensor.name}` of a network needs a kind and its dims"
            where = type_.span if type_ else word(tensor.span, tensor.name)
            self._report.add("untyped-input", message, where, "for example `x: image[channels, size, size]`")
            return ()
        if type_ is None:
            return ()
        self._kind(type_, variables)
        names: list[str] = []
        for dim in type_.dims or ():
            match dim:
                case ast.EachDim(name=name) if not tensor.variadic:
                    message = (
                        f"`*{name}` is a dim that differs among variadic tensors, and `{tensor.name}` is one tensor"
                    )
                    self._report.add("misplaced-dim", message, dim.span, f"`*{tensor.name}` would be variadic")
                    self._dim(name, word(dim.span, name), sight, names, is_network)
                case ast.EachDim(name=name):
                    self._dim(name, word(dim.span, name), sight, names, is_network)
                case ast.Name(id=name):
                    self._dim(name, dim.span, sight, names, is_network)
                case _:
                    self._resolver.visit(dim, sight)
        return tuple(names)

    def _dim(self, name: str, span: Span, sight: Sight, names: list[str], is_network: bool) -> None:
        """Bind a dim, unless it is a static or was met before."""
        known = sight.own.get(name)
        names.append(name)
        if known is None and is_network and self._resolver.find(name) is not None:
            return
        if known is None:
            self._resolver.names.bind(sight, name, "dim", span)
        elif known.kind == "tensor":
            message = f"`{name}` is bound twice"
            secondary = ((known.span, "first bound here, as a tensor"),)
            self._report.add("duplicate-name", message, span, "bound again here, as a dim", secondary=secondary)
        else:
            known.used = known.used or known.kind != "dim"

    def _kind(self, type_: ast.TypeExpr, variables: dict[str, list[ast.TypeExpr]]) -> None:
        usual = KINDS.get(type_.kind)
        if usual is None and type_.dims is None:
            variables.setdefault(type_.kind, []).append(type_)
        elif usual is None:
            where = word(type_.span, type_.kind)
            fixes = tuple(self._report.renamings(type_.kind, KINDS, (where,), lambda _: "a kind"))
            self._report.add(
                "unknown-kind",
                f"`{type_.kind}` is no kind of tensor",
                where,
                "a type variable has no dims",
                notes=() if fixes else (f"the kinds of tensors are {listed(KINDS)}",),
                fixes=fixes,
            )
        elif type_.dims is not None and len(type_.dims) != len(usual):
            self._report.add(
                "wrong-arity",
                f"a type of kind `{type_.kind}` has {counted(len(usual), 'dim')}, given {len(type_.dims)}",
                type_.span,
                f"written `{type_.kind}[{', '.join(usual)}]`",
            )

    def _result(self, type_: ast.TypeExpr, sight: Sight, variables: dict[str, list[ast.TypeExpr]]) -> None:
        if type_.kind not in KINDS and type_.dims is None and type_.kind not in variables:
            where = word(type_.span, type_.kind)
            self._report.add(
                "unknown-kind",
                f"`{type_.kind}` is no kind of tensor, and no type variable of a parameter",
                where,
                "the type of nothing that is given",
                fixes=self._report.renamings(type_.kind, (*KINDS, *variables), (where,), lambda _: "a kind"),
            )
            return
        self._kind(type_, variables)
        for dim in type_.dims or ():
            if isinstance(dim, ast.EachDim):
                message = f"`*{dim.name}` stands in the type of a result, where each dim is one number"
                self._report.add("misplaced-dim", message, dim.span, "a dim of variadic tensors only")
            else:
                self._resolver.visit(dim, sight)

    def _misspelled(self, variables: dict[str, list[ast.TypeExpr]]) -> None:
        """Warn of a type variable that is met once, and looks like a kind."""
        for name, places in variables.items():
            where = word(places[0].span, name)
            if len(places) == 1 and (fixes := tuple(self._report.renamings(name, KINDS, (where,), lambda _: "a kind"))):
                self._report.add(
                    "unknown-kind",
                    f"`{name}` is no kind of tensor and is taken for a type variable",
                    where,
                    "met only once, so that any tensor fits",
                    fixes=fixes,
                    level="warning",
                )

    # ------------------------------------------------------------ ops

    def facts(self, definition: ast.OpDefinition, sight: Sight) -> None:
        """Resolve what an op says of itself."""
        first: dict[str, Span] = {}
        for fact in definition.facts:
            match fact:
                case ast.Require(condition=condition):
                    self._resolver.visit(condition, sight)
                    continue
                case ast.Law(guard=guard):
                    self._resolver.visit(guard, sight)
                    self._laws(definition, fact, first)
                    continue
                case ast.State(name=name, dims=dims, guard=guard):
                    for part in (*dims, guard):
                        self._resolver.visit(part, sight)
                case ast.Fact(name=name, value=value):
                    self._resolver.visit(value, sight)
            place = word(fact.span, name, fact.span.start + len(fact.kind) if isinstance(fact, ast.State) else None)
            if isinstance(fact, ast.Fact) and name not in FACTS:
                self._report.add(
                    "unknown-fact",
                    f"an op says nothing of `{name}`",
                    place,
                    "no fact of an op",
                    notes=(f"besides weights, buffers and requirements it can say {listed(FACTS)}",),
                    fixes=self._report.renamings(name, FACTS, (place,), lambda _: "a fact"),
                )
            elif name in first:
                message = f"`{definition.name}` declares `{name}` twice"
                secondary = ((first[name], "first declared here"),)
                self._report.add("duplicate-name", message, place, "declared again here", secondary=secondary)
            first.setdefault(name, place)
        for result in definition.results:
            if result.kind in KINDS and result.dims is None:
                message = f"the result of op `{definition.name}` needs its dims"
                self._report.add("untyped-result", message, result.span, "an op's type is all that is known of it")

    def _laws(self, definition: ast.OpDefinition, law: ast.Law, first: dict[str, Span]) -> None:
        takes_operands = len(definition.tensors) == 1 and definition.tensors[0].variadic
        for name, place in zip(law.names, law.name_spans, strict=True):
            if name not in LAWS:
                fixes = tuple(self._report.renamings(name, LAWS, (place,), lambda _: "a law"))
                notes = () if fixes else (f"the laws of ops are {listed(LAWS)}",)
                self._report.add("unknown-law", f"there is no law `{name}`", place, "no law", notes=notes, fixes=fixes)
            elif name in LAWS_OF_OPERANDS and not takes_operands:
                message = f"`{name}` is a law of ops whose one input is `*xs`"
                inputs = ", ".join(f"`{tensor.span.text}`" for tensor in definition.tensors) or "nothing"
                self._report.add("unknown-law", message, place, f"an op that takes {inputs} cannot keep it")
            elif name in first:
                message = f"`{definition.name}` declares `{name}` twice"
                secondary = ((first[name], "first declared here"),)
                self._report.add("duplicate-name", message, place, "declared again here", secondary=secondary)
            first.setdefault(name, place)
