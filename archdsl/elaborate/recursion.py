"""Where a recursion surely goes on: what applies a block again whatever is chosen, as the text alone tells.

It is told for every alternative that a block with a `depth` comes to, and never wrongly: conditions count as open,
layers and lists that are not written out as harmless, and what may be absent as passed over. So an alternative that
surely applies the block again cannot end where the block may not be applied again, and is none there.
"""

from dataclasses import dataclass, field
from typing import Literal, final

from archdsl.syntax import ast

from .program import BUILTINS, ModuleScope

Kind = Literal["tensor", "list", "layer", "other"]


@final
@dataclass(frozen=True, slots=True)
class _Local:
    """A name of a body: a `solid` tensor is surely there, a `solid` layer makes such ones of such, a list holds such.

    A layer that `recurs` applies the block again.
    """

    kind: Kind
    solid: bool = False
    recurs: bool = False


_OTHER = _Local("other")
_Names = dict[str, _Local]


@final
@dataclass(slots=True)
class Recursion:
    """What the text of a block, and of all that it comes to, tells of its recursion.

    `is_endless` tells that each way through the block applies it again.
    """

    block: ast.Composite
    scope: ModuleScope
    is_endless: bool = field(init=False)
    _recurring: dict[int, bool] = field(default_factory=dict)
    _known: dict[int, _Local] = field(default_factory=dict)
    _met: dict[int, tuple[ast.Composite, ModuleScope]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Of what uses itself the most is supposed at first; it holds unless some way leads out.
        self.global_name(self.block.name, self.scope)
        while self._learn():
            pass
        self._recurring.clear()
        self._learn()
        self.is_endless = self._known[id(self.block)].recurs

    def recurs(self, alternative: ast.Alternative) -> bool:
        """Tell whether an alternative surely applies the block again."""
        return self._recurring.get(id(alternative), False)

    def _learn(self) -> bool:
        """Look at all definitions once more; tell whether something new was learned."""
        before = dict(self._known)
        for definition, scope in tuple(self._met.values()):
            recurs, solid = _Text(self, scope).definition(definition)
            self._known[id(definition)] = _Local("layer", solid, recurs)
        return before != self._known

    def global_name(self, name: str, scope: ModuleScope) -> _Local:
        """Tell what is known of a definition as a layer."""
        found = scope.lookup(name)
        if found is None:
            return _OTHER
        owner, definition = found
        if isinstance(definition, ast.OpDefinition):
            return _Local("layer", solid=True)
        if not isinstance(definition, ast.Composite) or definition.tensors is None:
            return _OTHER
        self._met[id(definition)] = (definition, owner)
        known = self._known.setdefault(id(definition), _Local("layer", solid=True, recurs=True))
        return _Local("layer", known.solid, recurs=True) if definition is self.block else known

    def note(self, alternative: ast.Alternative, recurs: bool) -> None:
        """Note what an alternative does where it is met; a `let` may be met in two ways."""
        self._recurring[id(alternative)] = recurs and self._recurring.get(id(alternative), True)


@final
@dataclass(slots=True)
class _Text:
    """Reads one definition."""

    recursion: Recursion
    scope: ModuleScope

    def definition(self, definition: ast.Composite) -> tuple[bool, bool]:
        """Tell whether its application to tensors that are there recurs, and whether the result is there."""
        names: _Names = {static.name: _OTHER for static in definition.statics}
        for tensor in definition.tensors or ():
            for dim in tensor.type.dims or () if tensor.type else ():
                if isinstance(dim, (ast.Name, ast.EachDim)):
                    names[dim.id if isinstance(dim, ast.Name) else dim.name] = _OTHER
        for tensor in definition.tensors or ():
            names[tensor.name] = _Local("list" if tensor.variadic else "tensor", solid=True)
        if isinstance(definition.body, ast.Choose):
            return self.recurs(definition.body, names, True), self.solid(definition.body, names)
        return self._body(definition.body, names, applied=definition.tensors is not None)

    def _body(self, body: ast.Body, names: _Names, *, applied: bool) -> tuple[bool, bool]:
        names = dict(names)
        recurs = False
        for statement in body.statements:
            match statement:
                case ast.Let(names=bound, value=value):
                    recurs |= self.recurs(value, names, False)
                    local = _Local(self.kind(value, names), self.solid(value, names), self.recurs(value, names, True))
                    names.update(dict.fromkeys(bound, local))
                case ast.Setting(name=name):
                    names[name] = _OTHER
                case ast.Nodes(name=name):
                    own, names[name] = self._nodes(statement, names)
                    recurs |= own
                case ast.Return(values=values, auxiliaries=auxiliaries):
                    returned = (*values, *(auxiliary.value for auxiliary in auxiliaries))
                    own = self._any(returned, names, applied=applied)
                    return recurs or own, all(self.solid(value, names) for value in values)
        return recurs, False

    def _nodes(self, nodes: ast.Nodes, names: _Names) -> tuple[bool, _Local]:
        seeds = self._any(nodes.seeds, names)
        solid = all(self.kind(s, names) == "tensor" and self.solid(s, names) for s in nodes.seeds)
        inner = dict(names)
        if nodes.index is not None:
            inner[nodes.index] = _OTHER
        for there in (solid, False):
            inner["earlier"] = _Local("list", there)
            recurs, made = self._body(nodes.body, inner, applied=False)
            if made or not there:
                break
        return seeds or (recurs and _is_positive(nodes.count)), _Local("list", there and made)

    # ------------------------------------------------------------ expressions

    def kind(self, tree: ast.Tree, names: _Names) -> Kind:
        """Tell what an expression gives."""
        match tree:
            case ast.Name(id=name):
                return self._name(name, names).kind
            case ast.Call(base=ast.Name(id=name)) if name in BUILTINS and name not in names:
                return "tensor" if name == "sum" else "list" if name == "loose" else "other"
            case ast.Call(arguments=arguments):
                return "tensor" if arguments else "other"
            case ast.Binary(op="|>" | "+", left=left):
                return self.kind(left, names)
            case ast.Conditional(then=part) | ast.Once(layer=part):
                return self.kind(part, names)
            case ast.Choose(alternatives=(first, *_)):
                return "other" if first.clauses else self.kind(first.value, names)
            case ast.Brackets(base=base, arguments=arguments):
                kind = self.kind(base, names)
                return kind if kind != "list" else "list" if isinstance(arguments[0], ast.Slice) else "tensor"
            case ast.Repeat():
                return "layer"
            case _:
                return "other"

    def _name(self, name: str, names: _Names) -> _Local:
        return names[name] if name in names else self.recursion.global_name(name, self.scope)

    def solid(self, tree: ast.Tree, names: _Names) -> bool:
        """Tell whether what an expression gives is surely there."""
        match tree:
            case ast.Name(id=name):
                return self._name(name, names).solid
            case ast.Call(base=ast.Name(id="sum"), arguments=arguments) if "sum" not in names:
                return any(self.kind(own, names) == "tensor" and self.solid(own, names) for own in arguments)
            case ast.Call(base=base, arguments=arguments):
                return self._given(arguments, names) and self.solid(base, names)
            case ast.Binary(op="|>", left=left, right=right):
                return self.solid(left, names) and self.solid(right, names)
            case ast.Binary(op="+", left=left, right=right):
                return any(self.kind(own, names) == "tensor" and self.solid(own, names) for own in (left, right))
            case ast.Conditional(then=then, other=other):
                return self.solid(then, names) and self.solid(other, names)
            case ast.Choose(alternatives=members):
                return all(self.solid(member.value, _within(member.clauses, names)) for member in members)
            case ast.Repeat(body=body, index=index):
                return self.solid(body, _bound(index, names))
            case ast.Once(layer=body) | ast.Brackets(base=body):
                return self.solid(body, names)
            case _:
                return False

    def _given(self, arguments: tuple[ast.Tree, ...], names: _Names) -> bool:
        """Tell whether tensors are given, all of which are there."""
        return bool(arguments) and all(self.solid(own, names) for own in arguments)

    def recurs(self, tree: ast.Tree, names: _Names, applied: bool) -> bool:
        """Tell whether evaluating an expression recurs, or if `applied`, applying it to tensors that are there."""
        match tree:
            case ast.Name(id=name):
                return applied and self._name(name, names).recurs
            case ast.Call(base=base, arguments=arguments):
                within = self._any(arguments, names)
                return self.recurs(base, names, self._given(arguments, names)) or within
            case ast.Binary(op="|>", left=left, right=right):
                reached = self.solid(left, names) and (applied or self.kind(left, names) == "tensor")
                first = self.recurs(left, names, applied)
                return self.recurs(right, names, reached) or first
            case ast.Binary(op="and" | "or", left=left):
                return self.recurs(left, names, False)
            case ast.Binary(left=left, right=right):
                return self._any((left, right), names)
            case ast.Conditional(then=then, test=test, other=other):
                each = [self.recurs(branch, names, applied) for branch in (then, other)]
                return self.recurs(test, names, False) or all(each)
            case ast.Choose(alternatives=members):
                return self._alternatives(members, names, applied)
            case ast.ChooseOf(quantity=quantity, source=ast.Alternatives(members=members)):
                one = quantity.kind == "one"
                return self._alternatives(members, names, one and applied) and one
            case ast.Repeat(count=count, body=body):
                inner = _bound(tree.index, names)
                within = self.recurs(body, inner, applied and self.solid(body, inner))
                return within and applied and _is_positive(count)
            case ast.Once(layer=layer):
                return self.recurs(layer, names, applied)
            case ast.Brackets(base=base, arguments=arguments):
                within = self._any(arguments, names)
                return self.recurs(base, names, applied) or within
            case ast.Keyword(value=value) | ast.Unary(operand=value) | ast.Member(base=value):
                return self.recurs(value, names, False)
            case ast.ListExpr(items=items):
                return self._any(items, names)
            case ast.ChooseOf(source=source):
                return self.recurs(source, names, False)
            case ast.Generator(element=element, clauses=clauses):
                for clause in clauses:
                    self.recurs(clause.source, names, False)
                    is_list, solid = self.kind(clause.source, names) == "list", self.solid(clause.source, names)
                    names = {**names, clause.name: _Local("tensor", solid) if is_list else _OTHER}
                self.recurs(element, names, False)
                return False  # there may be no element
            case _:
                return False

    def _any(self, trees: tuple[ast.Tree, ...], names: _Names, *, applied: bool = False) -> bool:
        """Tell whether one of several expressions recurs; all are looked at, for the alternatives in each are noted."""
        found = False
        for tree in trees:
            found |= self.recurs(tree, names, applied)
        return found

    def _alternatives(self, members: tuple[ast.Alternative, ...], names: _Names, applied: bool) -> bool:
        each = [self.recurs(member.value, _within(member.clauses, names), applied) for member in members]
        for member, recurs in zip(members, each, strict=True):
            self.recursion.note(member, recurs)
        return all(each)


def _bound(name: str | None, names: _Names) -> _Names:
    return {**names, name: _OTHER} if name is not None else names


def _within(clauses: tuple[ast.Clause, ...], names: _Names) -> _Names:
    return {**names, **{clause.name: _OTHER for clause in clauses}}


def _is_positive(count: ast.Expr) -> bool:
    return isinstance(count, ast.Number) and count.value > 0
