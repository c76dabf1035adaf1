"""What a tensor is made of: which inputs of a definition, and which members of its node lists.

It is kept where a program asks for `edges`, `live` or `depth`, and no more of it than these need.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

from archdsl.syntax import ast

from .addresses import Frame
from .values import Any_, Several, Tensor, TensorLike

if TYPE_CHECKING:
    from .program import Program

Node = tuple[str, int]
"""A member of a node list or one of its seeds: the address of the list, and the place among seeds and nodes."""

KEPT = ("edges", "live", "depth")
"""The quantities that ask what tensors are made of."""


@final
@dataclass(frozen=True, slots=True)
class Flow:
    """What a tensor is made of, inside of the body that it is made in.

    `inputs` are the definition's, `uses` the operand uses of members of each list since its last member, each with the
    place of the use; of a member, as many of its own list as it has. `behind` are all members that it depends on, and
    `depths` has for each list the number of its members on the longest path to the tensor.
    """

    inputs: frozenset[int] = frozenset()
    uses: frozenset[tuple[Node, Hashable]] = frozenset()
    behind: frozenset[Node] = frozenset()
    depths: frozenset[tuple[str, int]] = frozenset()


NOTHING = Flow()


def flow_of(tensor: Tensor) -> Flow:
    """Give what a tensor is made of."""
    return tensor.flow or NOTHING


def depth_of(tensor: Tensor, base: str) -> int:
    """Count the members of a list on the longest path to a tensor."""
    return next((depth for own, depth in flow_of(tensor).depths if own == base), 0)


def uses_of(member: Tensor) -> int:
    """Count the operand uses that a member makes of its list."""
    return sum(member.node is not None and use[0][0] == member.node[0] for use in flow_of(member).uses)


def _together(flows: Iterable[Flow]) -> Flow:
    """Give what is behind something that is made of several tensors."""
    whole = list(flows)
    depths: dict[str, int] = {}
    for flow in whole:
        for base, depth in flow.depths:
            depths[base] = max(depth, depths.get(base, 0))
    return Flow(
        frozenset().union(*(flow.inputs for flow in whole)),
        frozenset().union(*(flow.uses for flow in whole)),
        frozenset().union(*(flow.behind for flow in whole)),
        frozenset(depths.items()),
    )


def _of_others(flow: Flow, base: str) -> frozenset[tuple[Node, Hashable]]:
    return frozenset(use for use in flow.uses if use[0][0] != base)


@final
class Flows:
    """Keeps what tensors are made of, as far as a program asks for it."""

    def __init__(self, program: "Program", *, kept: bool) -> None:
        self._asked = program.quantities() & set(KEPT) if kept else frozenset()

    @property
    def kept(self) -> bool:
        """Whether anything is kept."""
        return bool(self._asked)

    def taken(self, tensor: TensorLike, place: Hashable) -> TensorLike:
        """Give a tensor as the operand of what stands at a place: a member is used there."""
        if not isinstance(tensor, Tensor) or tensor.node is None:
            return tensor
        flow = flow_of(tensor)
        uses = (
            frozenset({(tensor.node, place), *_of_others(flow, tensor.node[0])})
            if "edges" in self._asked
            else flow.uses
        )
        behind = flow.behind | {tensor.node} if "live" in self._asked else flow.behind
        return replace(tensor, node=None, flow=Flow(flow.inputs, uses, behind, flow.depths))

    def operands(self, tensors: list[TensorLike], tree: ast.Tree, frame: Frame) -> list[TensorLike]:
        """Give tensors as the operands of an expression."""
        if not self._asked:
            return tensors
        place = tree.span.start, tree.span.end, frame.suffix
        return [self.taken(tensor, (*place, i)) for i, tensor in enumerate(tensors)]

    def made_of(self, operands: Iterable[Tensor]) -> Flow | None:
        """Give what is behind the results of an op."""
        if not self._asked:
            return None
        return _together(flow_of(self._as_plain(operand)) for operand in operands)

    def _as_plain(self, tensor: Tensor) -> Tensor:
        plain = self.taken(tensor, None)
        assert isinstance(plain, Tensor)
        return plain

    def inside(self, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Give the tensors that a definition takes as they are inside: inputs, and no members of outer lists."""
        if not self._asked:
            return tuple(inputs)
        return tuple(replace(own, node=None, flow=Flow(frozenset({i}))) for i, own in enumerate(inputs))

    def outside(self, value: Any_, inputs: Sequence[Tensor]) -> Any_:
        """Give what a definition returned as it is outside: made of what those inputs are that it depends on."""
        if not self._asked:
            return value
        match value:
            case Tensor():
                return replace(value, node=None, flow=self.made_of(inputs[i] for i in sorted(flow_of(value).inputs)))
            case Several(values=values):
                return Several(tuple(self.outside(own, inputs) for own in values))
            case _:
                return value

    def finished(self, value: Any_, base: str) -> Any_:
        """Give what the body of a node returned: only how many members of its list were used is seen from now on."""
        if "edges" not in self._asked or not isinstance(value, Tensor):
            return value
        plain = self._as_plain(value)
        flow = flow_of(plain)
        others = _of_others(flow, base)
        number = len(flow.uses) - len(others)
        own: Node = (base, -1)
        return replace(plain, flow=replace(flow, uses=others | {(own, i) for i in range(number)}))

    def member(self, tensor: Tensor, node: Node, *, is_seed: bool) -> Tensor:
        """Give a tensor as a member, or a seed, of a node list."""
        if not self._asked:
            return tensor
        plain = self._as_plain(tensor)
        flow = flow_of(plain)
        if "depth" in self._asked and not is_seed:
            base = node[0]
            others = frozenset(own for own in flow.depths if own[0] != base)
            flow = replace(flow, depths=others | {(base, depth_of(plain, base) + 1)})
        return replace(plain, node=node, flow=flow)
