"""Decides what becomes a class: from the innermost uses outwards, uses of one structure together."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import final

from torch import nn

from archdsl.ir import Graph, Node, Value

from .bodies import Body, Step, tidy
from .classes import ClassDefinition, define, structure
from .joins import join_of
from .loops import Loop
from .outline import Outline
from .pieces import Piece, chain

WORTH_A_CLASS = 3
"""A sequence that is used at least twice is a class if it has this many layers of its own."""


@final
class Resolver:
    """Turns the uses of definitions into steps of what is around them, and collects the classes on the way."""

    def __init__(
        self,
        graph: Graph,
        pieces: Mapping[int, Piece],
        leaves: Mapping[int, nn.Module],
        loops: Mapping[int, Loop],
        taken: set[str],
    ) -> None:
        self.classes: list[ClassDefinition] = []
        self._graph = graph
        self._pieces = pieces
        self._leaves = leaves
        self._loops = loops
        self._taken = taken
        self._steps: dict[int, tuple[Step, ...]] = {}
        self._consumers: dict[Value, list[int]] = {}
        for node in graph.nodes:
            for value in node.inputs:
                self._consumers.setdefault(value, []).append(node.id)

    def resolve(self, root: Outline) -> Body:
        """Give the body of the network."""
        levels: dict[int, list[Outline]] = {}
        for use in root.inner():
            levels.setdefault(use.height, []).append(use)
        for height in sorted(levels):
            self._resolve_level(levels[height])
        return tidy(self._body(root))

    def _resolve_level(self, uses: Iterable[Outline]) -> None:
        groups: dict[tuple[object, ...], list[tuple[Outline, Body]]] = {}
        for use in uses:
            body = self._body(use)
            if _becomes_class(body):
                tidied = body if body.is_chain else tidy(body)
                groups.setdefault(structure(tidied), []).append((use, tidied))
            else:
                self._steps[id(use)] = _in_line(body)
        for group in groups.values():
            bodies = [body for _, body in group]
            if bodies[0].is_chain and len(bodies) == 1 and bodies[0].scope.kind != "cell":
                self._steps[id(group[0][0])] = _in_line(bodies[0])
                continue
            for definition, members in define(self._graph, bodies, self._taken):
                self.classes.append(definition)
                self._taken.add(definition.name)
                for index, member in enumerate(members):
                    self._steps[id(group[member][0])] = (definition.use(index),)

    def _body(self, use: Outline) -> Body:
        steps: list[Step] = []
        for part in use.parts:
            steps += self._steps[id(part)] if isinstance(part, Outline) else [self._step(part)]
        own = {node.id for node in use.nodes}
        given = {output.value for output in self._graph.outputs}
        outputs = tuple(
            value
            for step in steps
            for value in step.outputs
            if value in given or any(consumer not in own for consumer in self._consumers.get(value, ()))
        )
        return Body(use.scope, tuple(steps), outputs)

    def _step(self, node: Node) -> Step:
        outputs = tuple(Value(node.id, i) for i in range(len(node.types)))
        if node.id in self._loops:
            return Step(node.address, None, None, node.inputs, outputs, loop=self._loops[node.id])
        leaf = self._leaves[node.id]
        join = join_of(leaf)
        piece = self._pieces[node.id] if join is None else None
        return Step(node.address, piece, join, node.inputs, outputs)


def _becomes_class(body: Body) -> bool:
    """Tell whether a use may be a class: a sequence is one only where it is long enough, and used again."""
    if not body.modules:
        return False
    if body.scope.kind == "cell":
        return True
    if body.is_chain:
        return sum(part.is_leaf for part in body.sequence.parts) >= WORTH_A_CLASS
    return len(body.steps) > 1


def _in_line(body: Body) -> tuple[Step, ...]:
    """Give the steps of a use that has no class: a sequence as one step, under the use's own address."""
    if body.modules and body.is_chain:
        piece = chain(body.sequence.parts)
        return (Step(body.scope.address, piece, None, body.steps[0].inputs, body.outputs),)
    if len(body.steps) == 1:
        return (replace(body.steps[0], address=body.scope.address),)
    return body.steps
