"""Tells from the text alone whether an expression may be a layer, which a body applies to its own tensors."""

from archdsl.syntax import ast

from .sight import Binding, Sight


def may_be_layer(tree: ast.Tree, sight: Sight) -> bool:
    """Tell whether the value of an expression, or of an element of a list, may be a layer."""
    match tree:
        case ast.Name(id=name):
            binding = sight.find(name)
            return binding.may_be_layer if binding else True
        case ast.Binary(op="|>", left=left):
            return may_be_layer(left, sight)
        case ast.Conditional(then=then, other=other):
            return may_be_layer(then, sight) or may_be_layer(other, sight)
        case ast.Choose(alternatives=members) | ast.Alternatives(members=members):
            return any(may_be_layer(member.value, _inner(member, sight)) for member in members)
        case ast.ChooseOf(source=source) if not isinstance(source, ast.Range):
            return may_be_layer(source, sight)
        case ast.Brackets(base=base):
            return may_be_layer(base, sight)
        case ast.ListExpr(items=items):
            return any(may_be_layer(item, sight) for item in items)
        case ast.Member(name=name):
            return name != "index"
        case ast.Generator() | ast.Repeat() | ast.Once() | ast.Scan():
            return True
        case _:
            return False


def _inner(member: ast.Alternative, sight: Sight) -> Sight:
    inner = Sight(sight)
    for clause in member.clauses:
        inner.own[clause.name] = Binding(clause.name, "element", clause.span, may_be_layer=True)
    return inner
