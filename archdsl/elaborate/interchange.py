"""Which chosen elements of lists are seen by what they are alone, never by their places in the list.

There `choose any of before` of twelve equal tensors is one of thirteen cases, by how many are chosen, and not one of
4,096. The text tells it: a comprehension whose elements decide or apply something bears the places in its addresses;
a join, a call and a comprehension that only passes elements on do not.
"""

from typing import final

from archdsl.syntax import ast

from .addresses import TreeCache, children


def seen_by_value(body: ast.Body | ast.Expr, cache: TreeCache) -> frozenset[int]:
    """Give the `id` of each `choose … of` in a definition whose elements' places in the list nothing can see."""
    reader = _Reader(cache)
    reader.visit(body, False)
    if reader.sets_addresses:
        return frozenset()  # one address may stand in two places
    return frozenset(reader.found | {id(tree) for name, tree in reader.bound if name not in reader.exposed})


@final
class _Reader:
    def __init__(self, cache: TreeCache) -> None:
        self._cache = cache
        self.found: set[int] = set()
        self.bound: list[tuple[str, ast.ChooseOf]] = []
        self.exposed: set[str] = set()
        self.sets_addresses = False

    def visit(self, tree: ast.Tree, by_value: bool) -> None:
        """Read a tree; `by_value` tells that what stands around it sees the elements of a list alone."""
        match tree:
            case ast.Name(id=name):
                if not by_value:
                    self.exposed.add(name)
                return
            case ast.ChooseOf():
                if by_value:
                    self.found.add(id(tree))
            case ast.Let(names=(name,), value=ast.ChooseOf() as value, at=None):
                self.bound.append((name, value))
            case ast.Let(at=str()):
                self.sets_addresses = True
            case ast.Call(base=base, arguments=arguments):
                self.visit(base, False)
                for argument in arguments:
                    self.visit(argument, not isinstance(argument, ast.Generator))
                return
            case ast.Generator(element=element, clauses=clauses, condition=condition):
                inner = [element, *(clause.source for clause in clauses[1:]), *([condition] if condition else [])]
                passes = not any(self._cache.applies(part) for part in inner)  # type: ignore[arg-type]
                for number, clause in enumerate(clauses):
                    self.visit(clause.source, passes and number == 0)
                for part in (element, condition):
                    if part is not None:
                        self.visit(part, False)
                return
        for child in children(tree):
            self.visit(child, False)
