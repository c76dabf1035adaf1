"""What `edges`, `live`, `depth` and `present` count at the end of a body, where `require` asks for them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, final

from archdsl.syntax import ast

from .builtins import elements
from .faults import fail
from .flow import depth_of, flow_of, uses_of
from .spending import costs_of, total
from .values import Absent, Any_, Env, Several, Tensor, describe, is_auxiliary

if TYPE_CHECKING:
    from .interpreter import Interpreter

RESULTS = "return"
"""The name, which no program can bind, under which a requirement finds what the body returns."""


@final
class Quantities:
    """The part of the interpreter that counts what node lists came to."""

    def __init__(self, interpreter: "Interpreter") -> None:
        self._interpreter = interpreter

    def value(self, name: str, values: Sequence[Any_], tree: ast.Call, env: Env) -> int | bool:
        """Give the value of a quantity."""
        if RESULTS not in env.names:
            message = f"`{name}` is known at the end of a body and stands in a `require` only"
            fail("misplaced-quantity", message, tree.span, "asked for while the body is made")
        if name == "present":
            return self._present(values, tree)
        members = self._members(name, values, tree, env)
        results = list(_tensors(env.names[RESULTS]))
        match name:
            case "edges":
                return sum(map(uses_of, members))
            case "live":
                needed = {own for result in results for own in (*flow_of(result).behind, result.node)}
                return sum(member.node in needed for member in members)
            case _:
                bases = {member.node[0] for member in members if member.node is not None}
                self._refuse_part(bases, members, tree, env)
                return max((depth_of(result, base) for result in results for base in bases), default=0)

    @staticmethod
    def _refuse_part(bases: set[str], members: Sequence[Tensor], tree: ast.Call, env: Env) -> None:
        """Refuse to tell how deep a part of a list is: of a path it is known how many of all its members it has."""
        given = {member.node for member in members}
        for items in filter(None, map(elements, env.names.values())):
            nodes = {own.node for own in items if isinstance(own, Tensor) and own.node is not None}
            if any(node[0] in bases and node not in given for node in nodes):
                fail("wrong-kind", "`depth` needs whole node lists, given a part of one", tree.span, "given a part")

    def cost(self, tree: ast.Name, env: Env) -> int:
        """Give what all costs that the results depend on; an auxiliary one has weights, and runs in training only."""
        results = _tensors(env.names[RESULTS], auxiliary=tree.id == "params")
        number = total(frozenset().union(*map(costs_of, results)), tree.id)
        if number is None:
            message = f"`{tree.id}` is required of what holds an op that declares none"
            fail("undeclared-cost", message, tree.span, "not known before a network is built")
        return number

    @staticmethod
    def _present(values: Sequence[Any_], tree: ast.Call) -> bool:
        if len(values) != 1 or not isinstance(values[0], (Tensor, Absent)):
            given = ", ".join(map(describe, values)) or "nothing"
            fail("wrong-kind", f"`present` needs a tensor, given {given}", tree.span, f"given {given}")
        return isinstance(values[0], Tensor)

    def _members(self, name: str, values: Sequence[Any_], tree: ast.Call, env: Env) -> list[Tensor]:
        found = self._interpreter.joins.operands(values, tree, env)
        members = [own for own in found or () if isinstance(own, Tensor)]
        if found is None or any(member.node is None for member in members):
            given = ", ".join(map(describe, values)) or "nothing"
            fail("wrong-kind", f"`{name}` needs a node list, given {given}", tree.span, f"given {given}")
        return members


def _tensors(value: Any_, *, auxiliary: bool = True) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Several) and (auxiliary or not is_auxiliary(value)):
        for own in value.values:
            yield from _tensors(own, auxiliary=auxiliary)
