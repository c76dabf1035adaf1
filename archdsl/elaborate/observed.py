"""What a part of a text sees of a list of numbers, where it sees it only through expressions that decide nothing.

A wiring that is chosen first, as lists of numbers, is read by `inputs[v]`, `feeds[inputs, v]`, `for s in inputs[v] if
alive[inputs, s]`. Two wirings that give these the same values are one to the part that reads them so.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from archdsl.syntax import ast

from .addresses import children
from .chosen import ASKING
from .faults import Fault
from .kinds import nodes_of
from .limits import BudgetSpent
from .program import BUILTINS
from .values import Env, Subset, identity_of, is_plain

if TYPE_CHECKING:
    from .interpreter import Interpreter
    from .wirings import Turns


@final
@dataclass(frozen=True, slots=True)
class Sight:
    """An expression that decides nothing, and the names in it; of a comprehension, which of its loops' values pass.

    `nodes` is the node list in whose body it stands and reads the `index`; it is seen once for each node.
    """

    tree: ast.Expr | ast.Generator
    names: frozenset[str]
    nodes: ast.Nodes | None = None


@final
@dataclass(frozen=True, slots=True)
class Sights:
    """What a text sees, and the names that it uses in other ways as well."""

    seen: tuple[Sight, ...]
    bare: frozenset[str]


def sights_of(trees: Sequence[ast.Tree], bound: frozenset[str] = frozenset()) -> Sights:
    """Read the largest expressions of a text that decide nothing and use no name in `bound`, or that the text binds.

    Of several trees, each sees the names that those before it bind.
    """
    reader = _Reader()
    reader.visit_all(trees, bound, None)
    return Sights(tuple(reader.seen), frozenset(reader.bare))


def is_pure(tree: ast.Tree) -> bool:
    """Tell whether an expression, by its text, neither decides nor applies anything."""
    match tree:
        case ast.Name() | ast.Number() | ast.String() | ast.Bool():
            return True
        case ast.Binary(op="|>"):
            return False
        case ast.Call(base=ast.Name(id=name), arguments=arguments):
            return name in BUILTINS and name not in ASKING and all(map(is_pure, arguments))
        case ast.Brackets(base=ast.Name() | ast.Brackets()) | ast.Binary() | ast.Unary() | ast.Conditional():
            return all(map(is_pure, children(tree)))
        case ast.ListExpr() | ast.Generator() | ast.Clause() | ast.Range() | ast.Slice() | ast.Keyword():
            return all(map(is_pure, children(tree)))
        case _:
            return False


def _names(tree: ast.Tree) -> frozenset[str]:
    """Give the names that an expression takes from around it."""
    match tree:
        case ast.Name(id=name):
            return frozenset({name})
        case ast.Generator(element=element, clauses=clauses, condition=condition):
            return _names_of_loops(clauses, (element, condition))
        case _:
            return frozenset().union(*map(_names, children(tree)))


def _names_of_loops(clauses: tuple[ast.Clause, ...], inner: tuple[ast.Expr | None, ...]) -> frozenset[str]:
    found = frozenset().union(*(_names(tree) for tree in inner if tree is not None))
    for clause in reversed(clauses):
        found = (found - {clause.name}) | _names(clause.source)
    return found


@final
class _Reader:
    """Reads a text; `nodes` is the node list around, made once, whose `index` is the only name that a sight may use."""

    def __init__(self) -> None:
        self.seen: list[Sight] = []
        self.bare: set[str] = set()

    def visit_all(self, trees: Sequence[ast.Tree], bound: frozenset[str], nodes: ast.Nodes | None) -> None:
        for tree in trees:
            self.visit(tree, bound, nodes)
            bound = bound | _bound_by(tree)

    def visit(self, tree: ast.Tree, bound: frozenset[str], nodes: ast.Nodes | None) -> None:
        """Read a tree in which the names in `bound` are its own."""
        match tree:
            case ast.Name(id=name):
                if name not in bound:
                    self.bare.add(name)
            case ast.Generator():
                self._generator(tree, bound, nodes)
            case ast.Nodes():
                self._nodes(tree, bound, is_inner="earlier" in bound)
            case ast.Body(statements=statements):
                self.visit_all(statements, bound, nodes)
            case ast.Repeat(count=count, index=index, body=body):
                self.visit(count, bound, nodes)
                self.visit(body, bound | {index} if index else bound, nodes)
            case ast.Alternative(clauses=clauses):
                inner = bound.union(clause.name for clause in clauses)
                for child in children(tree):
                    self.visit(child, inner, nodes)
            case _:
                if not (isinstance(tree, _READ) and is_pure(tree) and self._see(tree, _names(tree), bound, nodes)):
                    for child in children(tree):
                        self.visit(child, bound, nodes)

    def _see(
        self, tree: ast.Expr | ast.Generator, names: frozenset[str], bound: frozenset[str], nodes: ast.Nodes | None
    ) -> bool:
        own = names & bound
        if own and (nodes is None or own != {nodes.index}):
            return False
        self.seen.append(Sight(tree, names - own, nodes if own else None))
        return True

    def _generator(self, tree: ast.Generator, bound: frozenset[str], nodes: ast.Nodes | None) -> None:
        loops = _names_of_loops(tree.clauses, (tree.condition,))
        inner = bound.union(clause.name for clause in tree.clauses)
        pure = all(map(is_pure, tree.clauses)) and (tree.condition is None or is_pure(tree.condition))
        if not (pure and self._see(tree, loops, bound, nodes)):
            for number, clause in enumerate(tree.clauses):
                around = bound.union(own.name for own in tree.clauses[:number])
                self.visit(clause.source, around, nodes)
            if tree.condition is not None:
                self.visit(tree.condition, inner, nodes)
        self.visit(tree.element, inner, nodes)

    def _nodes(self, tree: ast.Nodes, bound: frozenset[str], is_inner: bool) -> None:
        for own in (tree.count, *tree.seeds):
            self.visit(own, bound, None)
        is_known = not is_inner and is_pure(tree.count) and not _names(tree.count) & bound
        own_names = {"earlier", *([tree.index] if tree.index else [])}
        self.visit(tree.body, bound | own_names, tree if is_known and tree.index else None)


_READ = (ast.Binary, ast.Unary, ast.Conditional, ast.Brackets, ast.Call, ast.ListExpr)


def _bound_by(statement: ast.Tree) -> frozenset[str]:
    match statement:
        case ast.Let(names=names):
            return frozenset(names)
        case ast.Nodes(name=name) | ast.Setting(name=name):
            return frozenset({name})
        case _:
            return frozenset()


@final
class Observed:
    """The part of the interpreter that tells by what a text sees of their lists whether two walks of it are one."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def identity(
        self,
        trees: Sequence[ast.Tree],
        key: Hashable,
        names: frozenset[str],
        env: Env,
        made: int = 0,
    ) -> Hashable:
        """Give a form of the names of a text in which two walks of it can be compared.

        `key` tells the text apart from others; of its first tree, where that is a node list, so many are `made`.
        """
        lists = frozenset(name for name in names if self._is_list(env.names.get(name)))
        if lists:
            sights = self.sights(trees, key, names, env)
            hidden = lists - sights.bare
            self._interpreter.wirings.end_trails(lists & sights.bare, env)
            if hidden:
                try:
                    seen = tuple(
                        self._seen(sight, env, made if sight.nodes is trees[0] else 0)
                        for sight in sights.seen
                        if not hidden.isdisjoint(sight.names)
                    )
                except BudgetSpent:
                    raise
                except Fault:
                    self._interpreter.wirings.end_trails(hidden, env)  # it may stand where no walk comes to
                else:
                    return identity_of_names(names - hidden, env), seen
        return identity_of_names(names, env)

    def sights(self, trees: Sequence[ast.Tree], key: Hashable, names: frozenset[str], env: Env) -> Sights:
        """Give what a text sees of the numbers among its names."""
        others = frozenset(name for name in names if not self._is_static(name, env))
        known = self._interpreter.program.cache.sights
        sights: Sights | None = known.get((key, others))
        if sights is None:
            sights = known[key, others] = sights_of(trees, others)
        return sights

    def _is_static(self, name: str, env: Env) -> bool:
        """Tell whether a name is that of numbers, or of what is computed of them."""
        if name in env.names:
            return self._is_plain(env.names[name])
        found = env.scope.lookup(name)
        return found is None or isinstance(found[1], (ast.Function, ast.Let))

    def _is_list(self, value: object) -> bool:
        return isinstance(value, (tuple, Subset)) and self._is_plain(value)

    def _is_plain(self, value: object) -> bool:
        return self._interpreter.wirings.holds(value) or is_plain(value)

    def _seen(self, sight: Sight, env: Env, made: int) -> Hashable:
        if sight.nodes is None:
            return self._identity(sight.tree, env)
        assert sight.nodes.index is not None
        count = nodes_of(self._interpreter.evaluate(sight.nodes.count, env), sight.nodes.count.span)
        return tuple(self._identity(sight.tree, env.bind(sight.nodes.index, i)) for i in range(made, count))

    def _identity(self, tree: ast.Expr | ast.Generator, env: Env) -> Hashable:
        if not isinstance(tree, ast.Generator):
            return self._interpreter.seen(tree, env)[1]
        turns = self.turns(tree, env)
        if turns is None:
            turns = self._loops(tree, env)
        return tuple((name, identity_of(value), place) for turn in turns for name, value, place in turn)

    def turns(self, tree: ast.Generator, env: Env) -> "Turns | None":
        """Give what the loops of a comprehension come to, where that is known from a batch."""
        wirings = self._interpreter.wirings
        return wirings.turns(tree, env, lambda: self._loops(tree, env)) if id(tree) in wirings.sights else None

    def _loops(self, tree: ast.Generator, env: Env, index: int = 0) -> "Turns":
        """Run the loops of a comprehension, with nothing in them."""
        if index == len(tree.clauses):
            return ((),) if tree.condition is None or self._interpreter.truth(tree.condition, env) else ()
        clause = tree.clauses[index]
        source = self._interpreter.items(clause.source, env)
        return tuple(
            ((clause.name, item, place), *rest)
            for item, place in zip(source.items, source.positions, strict=True)
            for rest in self._loops(tree, env.bind(clause.name, item), index + 1)
        )


def identity_of_names(names: Iterable[str], env: Env) -> Hashable:
    """Give a form of the values of some names in which they can be compared."""
    return tuple((name, identity_of(env.names[name])) for name in sorted(names) if name in env.names)
