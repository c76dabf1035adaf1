"""Tells what an empty list would hold: of no tensor the sum is absent, of no number it is 0.

A list that holds something says it by its elements. An empty one remembers it from where it comes: from a list of
tensors, or from a comprehension whose element, by its text, is a tensor.
"""

from collections.abc import Callable, Iterable

from archdsl.syntax import ast

from .program import BUILTINS
from .values import NO_TENSORS, Absent, Any_, Env, Subset, Tensor

Rank = int | None
"""0 of a tensor, 1 of a list of tensors, and so on; None of what holds no tensor, as far as one can tell."""

Sight = Callable[[str], Rank]


def holds_tensors(value: Any_) -> bool:
    """Tell whether a value is a list of tensors, an empty one included."""
    return _rank_of(value) == 1


def list_like(items: tuple[Any_, ...], origin: Any_) -> Any_:
    """Give a list of some elements of another list."""
    return items if items or not holds_tensors(origin) else NO_TENSORS


def rank(tree: ast.Tree, env: Env) -> Rank:
    """Tell by the text of an expression what it gives, without evaluating it."""
    return _rank(tree, lambda name: _rank_of(env.names.get(name, False)), env)


def _rank_of(value: Any_) -> Rank:
    match value:
        case Tensor() | Absent():
            return 0
        case Subset(of_tensors=True):
            return 1
        case Subset(items=items) | tuple(items):
            ranks = {_rank_of(item) for item in items}
            return _list_of(ranks.pop()) if len(ranks) == 1 else None
        case _:
            return None


def _list_of(element: Rank) -> Rank:
    return None if element is None else element + 1


def _member_of(whole: Rank) -> Rank:
    return whole - 1 if whole else None


def _first(ranks: Iterable[Rank]) -> Rank:
    return next((own for own in ranks if own is not None), None)


def _rank(tree: ast.Tree, sight: Sight, env: Env) -> Rank:
    def within(inner: ast.Tree) -> Rank:
        return _rank(inner, sight, env)

    match tree:
        case ast.Name(id=name):
            return sight(name)
        case ast.Absent():
            return 0
        case ast.Call():
            return _call(tree, sight, env)
        case ast.Binary(op="|>", left=left):
            return None if within(left) is None else 0
        case ast.Binary(op="+", left=left, right=right):
            return _first(map(within, (left, right)))
        case ast.Conditional(then=then, other=other):
            return _first(map(within, (then, other)))
        case ast.Choose(alternatives=members) | ast.Alternatives(members=members):
            return _first(within(member.value) for member in members)
        case ast.ChooseOf(quantity=quantity, source=source):
            element = within(source) if isinstance(source, ast.Alternatives) else _member_of(within(source))
            return element if quantity.kind == "one" else _list_of(element)
        case ast.Brackets(base=base, arguments=arguments):
            whole = within(base)
            return whole if isinstance(arguments[0], ast.Slice) else _member_of(whole)
        case ast.ListExpr(items=items):
            return _list_of(_first(map(within, items)))
        case ast.Generator(element=element_tree, clauses=clauses):
            for clause in clauses:
                sight = _bound(clause.name, _member_of(_rank(clause.source, sight, env)), sight)
            return _rank(element_tree, sight, env)
        case _:
            return None


def _bound(name: str, own: Rank, sight: Sight) -> Sight:
    return lambda other: own if other == name else sight(other)


def _call(tree: ast.Call, sight: Sight, env: Env) -> Rank:
    """A layer that is applied gives a tensor; of the builtins only a sum of tensors does."""
    name = tree.base.id if isinstance(tree.base, ast.Name) else None
    if name not in BUILTINS or name in env.names:
        return 0 if tree.arguments else None
    if name == "loose":
        return 1
    given = (_rank(own, sight, env) for own in tree.arguments if not isinstance(own, ast.Keyword))
    return None if name != "sum" or _first(given) is None else 0
