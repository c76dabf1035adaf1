"""Which statics depend on a choice: a use that is given one says its value in the addresses of its ops.

So the weights of `conv[c, choose { 3 | 5 }]` have one name for each kernel, in architectures and in a supergraph that
holds them all. It is told by the text alone, never by values: an address is the same whatever else was decided.
"""

from archdsl.syntax import ast

from .addresses import TreeCache, children
from .program import BUILTINS, ModuleScope
from .values import (
    Absent,
    Any_,
    Composed,
    Defined,
    Env,
    Named,
    Several,
    Subset,
    Tensor,
    is_layer,
    is_plain,
    is_static,
    text_of,
)

ASKING = ("loose", "edges", "live", "depth", "present")
"""The builtins whose values tell what was chosen elsewhere."""


def _chooses(tree: ast.Tree, cache: TreeCache) -> bool:
    """Tell whether an expression holds a choice, or asks which choices were made."""
    known = cache.chooses.get(id(tree))
    if known is None:
        own = isinstance(tree, (ast.Choose, ast.ChooseOf)) or _builtin(tree) in ASKING
        known = cache.chooses[id(tree)] = own or any(_chooses(child, cache) for child in children(tree))
    return known


def _calls(tree: ast.Tree, cache: TreeCache) -> bool:
    """Tell whether an expression applies something other than a builtin: what it gives may have been chosen inside."""
    known = cache.applies_own.get(id(tree))
    if known is None:
        own = isinstance(tree, ast.Call) and _builtin(tree) is None
        known = cache.applies_own[id(tree)] = own or any(_calls(child, cache) for child in children(tree))
    return known


def _builtin(tree: ast.Tree) -> str | None:
    """Give the name of the builtin that is called, None of anything else."""
    if isinstance(tree, ast.Call) and isinstance(tree.base, ast.Name) and tree.base.id in BUILTINS:
        return tree.base.id
    return None


def may_decide(layer: Defined, cache: TreeCache) -> bool:
    """Tell whether a walk of a definition may decide something: by its text, and by that of all that it names."""
    return not all(is_plain(value) for _, value in layer.given) or _may_decide(layer.definition, layer.scope, cache)


def _may_decide(tree: ast.Tree, scope: ModuleScope, cache: TreeCache) -> bool:
    known = cache.may_decide.get(id(tree))
    if known is None:
        cache.may_decide[id(tree)] = True  # so that what comes back to itself is taken for something that may
        found = (scope.lookup(name) for name in cache.names_in(tree))
        known = cache.may_decide[id(tree)] = (
            _chooses(tree, cache)
            or _holds_setting(tree)
            or any(_may_decide(definition, owner, cache) for owner, definition in filter(None, found))
        )
    return known


def _holds_setting(tree: ast.Tree) -> bool:
    return isinstance(tree, ast.Setting) or any(map(_holds_setting, children(tree)))


def is_chosen(tree: ast.Tree, env: Env, cache: TreeCache) -> bool:
    """Tell whether an expression depends on a choice, or calls what may make one."""
    return _chooses(tree, cache) or _calls(tree, cache) or not env.chosen.isdisjoint(cache.names_in(tree))


def binds_chosen(tree: ast.Tree, value: Any_, env: Env, cache: TreeCache) -> bool:
    """Tell whether a name that is bound to an expression depends on a choice: what a call gives is mostly a tensor."""
    if _chooses(tree, cache) or not env.chosen.isdisjoint(cache.names_in(tree)):
        return True
    return _calls(tree, cache) and _holds_static(value)


def iterates_chosen(source: ast.Expr | ast.Range, env: Env, cache: TreeCache) -> bool:
    """Tell whether an element of a list that is run over depends on a choice, if one knows its index in the list.

    Of elements that are chosen from a list the addresses tell the index.
    """
    inner = source.source if isinstance(source, ast.ChooseOf) else source
    return is_chosen(inner, env, cache)


def _holds_static(value: Any_) -> bool:
    match value:
        case Tensor() | Absent():
            return False
        case Several(values=items) | Subset(items=items) | tuple(items):
            return any(map(_holds_static, items))
        case _:
            return not is_layer(value)


def with_chosen(value: Any_) -> Any_:
    """Take all statics of a layer for chosen: a function made it of some that are."""
    match value:
        case Defined():
            return value.with_chosen(name for name, _ in value.given)
        case Composed(first=first, second=second):
            return Composed(with_chosen(first), with_chosen(second))  # type: ignore[arg-type]
        case Named(part=part, layer=layer):
            return Named(part, with_chosen(layer))  # type: ignore[arg-type]
        case tuple():
            return tuple(map(with_chosen, value))
        case _:
            return value


def part_of_chosen(layer: Defined) -> str:
    """Give what the chosen statics of a use add to its instance address.

    For `conv[16, k]` with a `k` that was chosen it is `[kernel=3]`.
    """
    given = dict(layer.given)
    order = (parameter.name for parameter in layer.definition.statics)
    shown = (
        f"{name}={text_of(given[name])}" for name in order if name in layer.chosen and is_static(_plain(given[name]))
    )
    text = ",".join(shown)
    return f"[{text}]" if text else ""


def _plain(value: Any_) -> Any_:
    return value.items if isinstance(value, Subset) else value
