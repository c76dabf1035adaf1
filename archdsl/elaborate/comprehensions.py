"""What comprehensions mean, and what tells the walks of one part of a text apart."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, final

from archdsl.ir import Guard
from archdsl.syntax import ast

from .addresses import Frame
from .chosen import iterates_chosen
from .faults import TooVague
from .handlers import Key
from .lacking import maybe
from .limits import check_length
from .values import Any_, Env, Guarded, Repeated, Subset, Tensor, Uncertain, identity_of

if TYPE_CHECKING:
    from .interpreter import Interpreter


@final
class Comprehensions:
    """The part of the interpreter that runs over lists."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def part_key(self, tree: ast.Tree, env: Env) -> Key | None:
        """Give what tells the walks of a tree apart: the values of the names in it, and where it stands.

        What reads which members of a node list were taken depends on more: it has no key.
        """
        interpreter = self._interpreter
        names = interpreter.program.cache.names_in(tree)
        repeats = any(isinstance(env.names.get(name), Repeated) for name in names)
        if interpreter.tracks_members and ("loose" in names or repeats):
            return None

        def seen() -> Hashable:
            return interpreter.observed.identity((tree,), id(tree), names, env)

        return lambda: (id(tree), env.frame.suffix, interpreter.application.levels.key, seen())

    def generate(self, tree: ast.Generator, env: Env) -> list[Any_]:
        """Give the elements of a comprehension; over an open choice all are mapped first, then selected.

        Over a list that is uncertain it gives one list that is so, too.
        """
        if not self._interpreter.program.cache.applies(tree):
            return self._elements(tree, env, None)
        suffix = env.frame.suffix

        def run(frame: Frame) -> Any_:
            return tuple(self._elements(tree, env.at(replace(frame, suffix=suffix)), ()))

        results = self._interpreter.handler.scope(self.part_key(tree, env), env.frame, run, is_closed=False)
        assert isinstance(results, tuple)
        return list(results)

    def _elements(self, tree: ast.Generator, env: Env, loops: tuple[tuple[Subset, int], ...] | None) -> list[Any_]:
        found: list[Any_] = []
        turns = self._interpreter.observed.turns(tree, env)
        if turns is None:
            self._clauses(tree, 0, env, found, loops)
            return found
        for turn in turns:
            inner = env
            for name, value, place in turn:
                inner = inner.bind(name, value).at(inner.frame.element(place))
            found.append(self._element(tree.element, inner))
        return found

    def _clauses(
        self,
        tree: ast.Generator,
        index: int,
        env: Env,
        results: list[Any_],
        loops: tuple[tuple[Subset, int], ...] | None,
    ) -> None:
        """Run the loops from one on; `loops` are those around, None where the comprehension is no part of its own.

        What is around such a one is no part of what tells its states apart: walks do not meet in it.
        """
        if index == len(tree.clauses):
            if tree.condition is None or self._interpreter.truth(tree.condition, env):
                results.append(self._element(tree.element, env))
                check_length(len(results), tree.span)
            return
        clause = tree.clauses[index]
        source = self._interpreter.source(clause.source, env)
        if isinstance(source, Uncertain):
            results.append(self._of_uncertain(tree, source, env))
            return
        chosen = self._interpreter.builds and iterates_chosen(clause.source, env, self._interpreter.program.cache)
        if isinstance(source, Guarded) and source.positions is None:  # its elements stand elsewhere in each world
            source = self._interpreter.items(clause.source, env)
        if isinstance(source, Guarded):
            for item, guard, position in zip(source.items, source.guards, source.positions or (), strict=True):
                inner = env.bind(clause.name, item, chosen=chosen).at(env.frame.element(position))
                mapped = self._mapped(tree, index + 1, inner, guard)
                results.extend(maybe(value, guard, source) for value in mapped)
            return
        for number, (item, position) in enumerate(zip(source.items, source.positions, strict=True)):
            around = None if loops is None else (*loops, (source, number))
            if number and around is not None:
                self._interpreter.handler.reach(_State(results, around))
            inner = env.bind(clause.name, item, chosen=chosen).at(env.frame.element(position))
            self._clauses(tree, index + 1, inner, results, around)

    def _of_uncertain(self, tree: ast.Generator, source: Uncertain, env: Env) -> Uncertain:
        """Map each element; what is decided for one would stand at an address that depends on the others."""
        vague = self._interpreter.vague
        if vague is None or len(tree.clauses) > 1 or tree.condition is not None:
            raise TooVague
        mapped: list[Tensor] = []
        for place, item in enumerate(source.items):
            inner = env.bind(tree.clauses[0].name, item).at(env.frame.element(place))
            value = vague.without_decisions(partial(self._at, tree.element, inner), inner.frame)
            if not isinstance(value, Tensor):
                raise TooVague
            mapped.append(value)
        return replace(source, items=tuple(mapped))

    def _at(self, tree: ast.Expr, env: Env, frame: Frame) -> Any_:
        return self._interpreter.evaluate(tree, env.at(frame))

    def _mapped(self, tree: ast.Generator, index: int, env: Env, guard: Guard) -> list[Any_]:
        """Give what becomes of an element that not every architecture has."""
        assert self._interpreter.opening is not None

        def walk() -> list[Any_]:
            mapped: list[Any_] = []
            self._clauses(tree, index, env, mapped, None)
            return mapped

        with self._interpreter.opening.sources.under(guard):
            return self._interpreter.opening.attempt(walk) or []

    def _element(self, tree: ast.Expr, env: Env) -> Any_:
        if not self._interpreter.program.cache.applies(tree):
            return self._interpreter.hold(tree, env)
        suffix = env.frame.suffix

        def run(frame: Frame) -> Any_:
            return self._interpreter.hold(tree, env.at(replace(frame, suffix=suffix)))

        return self._interpreter.handler.scope(self.part_key(tree, env), env.frame, run, is_closed=False)


@final
@dataclass(frozen=True, slots=True)
class _State:
    """Where a comprehension is: what it has made, over which elements each loop runs, and how far that has come."""

    results: list[Any_]
    loops: tuple[tuple[Subset, int], ...]

    def __call__(self) -> Hashable:
        """Give a form in which states can be compared; `results` are those of now."""
        return identity_of(tuple(self.results)), tuple((identity_of(source), number) for source, number in self.loops)
