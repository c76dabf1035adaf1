"""The cases of a wiring, computed for all of them in a batch: which are admissible, and which are of one class."""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from archdsl.syntax import ast

from .batch import Batch, Mask, Numbers, Unfit, Varying, codes_of, listed
from .faults import Fault
from .kinds import nodes_of
from .limits import BudgetSpent
from .observed import Sight
from .values import Env
from .wirings import MOST, Choice, Wiring

if TYPE_CHECKING:
    from .interpreter import Interpreter


def admissible(
    interpreter: "Interpreter", choices: tuple[Choice, ...], name: str, requires: Sequence[ast.Expr], env: Env
) -> tuple[Numbers, ...] | None:
    """Give the number of each choice's label in all cases that fulfil some requirements; None where none does."""
    digits = _digits([len(choice.labels) for choice in choices])
    for condition in requires:
        batch = Batch(interpreter, len(digits[0]))
        try:
            holds = batch.truth(condition, env.scope, {**env.names, name: _lists(choices, digits)})
        except Unfit:
            return None
        if holds.wrong is not None and holds.wrong.any():
            return None
        digits = tuple(own[holds.values] for own in digits)
        if not len(digits[0]):
            return None
    return digits


def wiring_of(
    interpreter: "Interpreter",
    choices: tuple[Choice, ...],
    digits: tuple[Numbers, ...],
    name: str,
    sights: list[Sight],
    env: Env,
) -> Wiring | None:
    """Put the cases of which all sights have the same values into one class; None where these are not computed so."""
    try:
        return _classes(interpreter, choices, digits, name, sights, env)
    except BudgetSpent:
        raise
    except (Unfit, Fault):
        return None  # a fault is told where a walk comes to it


def _classes(
    interpreter: "Interpreter",
    choices: tuple[Choice, ...],
    digits: tuple[Numbers, ...],
    name: str,
    sights: list[Sight],
    env: Env,
) -> Wiring:
    """Put the cases of which all sights have the same values into one class."""
    batch = Batch(interpreter, len(digits[0]))
    names = {**env.names, name: _lists(choices, digits)}
    classes = np.zeros(len(digits[0]), np.int64)
    seen: dict[tuple[int, int | None], Numbers] = {}
    indices: dict[int, str | None] = {}
    for sight in sights:
        turns: Sequence[int | None] = [None]
        if sight.nodes is not None:
            turns = range(nodes_of(interpreter.evaluate(sight.nodes.count, env), sight.nodes.count.span))
        indices[id(sight.tree)] = None if sight.nodes is None else sight.nodes.index
        for i in turns:
            bound = names if sight.nodes is None else {**names, str(sight.nodes.index): i}
            codes = codes_of(_sight(batch, sight.tree, env, bound))
            if codes:
                seen[id(sight.tree), i] = _joined(codes)
    if seen:
        classes = _joined([*seen.values()])
    first = np.unique(classes, return_index=True)[1]
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return Wiring(choices, digits, rank[classes], first[order], seen, indices)


def _sight(batch: Batch, tree: ast.Expr | ast.Generator, env: Env, names: dict[str, Any]) -> Any:
    if not isinstance(tree, ast.Generator):
        return batch.evaluate(tree, env.scope, names)
    turns, wrong = batch.loops(tree, env.scope, names, None)
    loops = [own for clause in tree.clauses for own in (clause.name, f"@{clause.name}")]
    return listed([(tuple(bound[own] for own in loops), there) for bound, there in turns], wrong)


def _digits(sizes: Sequence[int]) -> tuple[Numbers, ...]:
    """Number the label of each choice in each case, the last varying fastest."""
    cases = np.arange(prod(sizes), dtype=np.int64)
    found = []
    for size in reversed(sizes):
        found.append(cases % size)
        cases = cases // size
    return tuple(reversed(found))


def _lists(choices: Sequence[Choice], digits: Sequence[Numbers]) -> tuple[Varying | tuple[Any, ...], ...]:
    """Give the lists that are chosen, in all cases."""
    found = []
    for choice, own in zip(choices, digits, strict=True):
        has = np.zeros((len(choice.labels), len(choice.items)), bool)
        for number, label in enumerate(choice.labels):
            has[number, list(label)] = True
        masks: list[Mask] = [has[own, place] for place in range(len(choice.items))]
        found.append(listed(list(zip(choice.items, masks, strict=True))))
    return tuple(found)


def _joined(codes: Sequence[Numbers]) -> Numbers:
    """Number what differs in some of the columns."""
    whole, most = np.zeros_like(codes[0]), 1
    for column in codes:
        own = np.unique(column, return_inverse=True)[1].astype(np.int64)
        size = int(own.max(initial=0)) + 1
        if most * size > MOST << 32:
            whole = np.unique(whole, return_inverse=True)[1].astype(np.int64)
            most = int(whole.max(initial=0)) + 1
        whole, most = whole * size + own, most * size
    return np.unique(whole, return_inverse=True)[1].astype(np.int64)
