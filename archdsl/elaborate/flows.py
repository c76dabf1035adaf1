"""Keeps what tensors are made of, where a program asks for it, and no more of it than the program asks for."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, final

from archdsl.ir import Facts
from archdsl.syntax import ast

from .addresses import COSTS, Frame
from .flow import Cost, Flow, Node, depth_of, flow_of
from .spending import HERE, costs_in, folded, held_in_layers, holds_tensors, is_shared, placed, total
from .values import Any_, Env, Several, Tensor, TensorLike

if TYPE_CHECKING:
    from .program import Program

KEPT = ("edges", "live", "depth", *COSTS)
"""The quantities that ask what tensors are made of."""


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
        frozenset().union(*(flow.costs for flow in whole)),
    )


def _of_others(flow: Flow, base: str) -> frozenset[tuple[Node, Hashable]]:
    return frozenset(use for use in flow.uses if use[0][0] != base)


@final
class Flows:
    """Keeps what tensors are made of, as far as a program asks for it."""

    def __init__(self, program: "Program", *, kept: bool) -> None:
        self._asked = program.quantities() & set(KEPT) if kept else frozenset()
        self.spends = not self._asked.isdisjoint(COSTS)

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
        return replace(tensor, node=None, flow=replace(flow, uses=uses, behind=behind))

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

    def outside(self, value: Any_, inputs: Sequence[Tensor], frame: Frame, shared: str | None = None) -> Any_:
        """Give what a definition returned as it is outside: made of what those inputs are that it depends on.

        The weights of a layer that is `shared` are spent where it is made, once for all uses.
        """
        if not self._asked:
            return value
        match value:
            case Tensor():
                inner = flow_of(value)
                flow = self.made_of(inputs[i] for i in sorted(inner.inputs)) or Flow()
                own = (cost for known in inner.costs for cost in placed(known, frame.instance, shared))
                return replace(value, node=None, flow=replace(flow, costs=flow.costs.union(own)))
            case Several(values=values):
                return Several(tuple(self.outside(own, inputs, frame, shared) for own in values))
            case _:
                return value

    # ------------------------------------------------------------ costs

    def spent(self, flow: Flow | None, facts: Facts, frame: Frame) -> Flow | None:
        """Add what an op spends."""
        if flow is None or not self.spends:
            return flow
        weights = facts.weights
        params = None if weights is None else sum(own.size for own in weights if own.kind == "weight")
        return self.with_cost(
            flow, Cost(frame.instance, None, self._asked_for("params", params), self._asked_for("macs", facts.macs))
        )

    def spent_by_steps(self, flow: Flow | None, given: Sequence[Tensor], steps: int, frame: Frame) -> Flow | None:
        """Add what the cell of a scan spends: its weights once, its computing at each step."""
        if flow is None or not self.spends:
            return flow
        costs = costs_in(given)
        shared = frozenset(own for own in costs if is_shared(own))
        params, macs = total(costs - shared, "params"), total(costs, "macs")
        own = Cost(frame.instance, None, params, None if macs is None else steps * macs)
        return self.with_cost(replace(flow, costs=flow.costs | shared), own)

    def _asked_for(self, name: str, number: int | None) -> int | None:
        """Leave out what nothing asks for, so that it tells nothing apart."""
        return number if name in self._asked else 0

    def with_cost(self, flow: Flow, cost: Cost) -> Flow:
        """Add a cost, unless it is none."""
        return replace(flow, costs=flow.costs | {cost}) if (cost.params, cost.macs) != (0, 0) else flow

    def closed(self, value: Any_, frame: Frame) -> Any_:
        """Sum what was spent inside of a definition; of shared weights what was made in it."""
        if not self.spends:
            return value
        inside = f"{frame.parameters}."
        return folded([value], HERE, lambda own: is_shared(own) and not own.site.startswith(inside))[0]

    def entering(self, values: Iterable[Any_]) -> frozenset[Cost]:
        """Give what was spent before a part is walked: what is summed in it is told apart from that."""
        return costs_in(values) if self.spends else frozenset()

    def summed(self, value: Any_, site: str, before: frozenset[Cost]) -> Any_:
        """Sum what was spent in a part."""
        return self._sum([value], site, before)[0] if self.spends else value

    def settle(
        self, env: Env, names: frozenset[str], others: Sequence[TensorLike], site: str, before: frozenset[Cost]
    ) -> tuple[Env, tuple[TensorLike, ...]]:
        """Sum what was spent so far for the names that are still used and for other tensors."""
        used = [name for name in sorted(names) if name in env.names and holds_tensors(env.names[name])]
        values = [env.names[name] for name in used]
        held = before | held_in_layers(env.names[name] for name in names if name in env.names)
        *known, settled = self._sum([*values, tuple(others)], site, held)
        assert isinstance(settled, tuple)
        changed = {**env.names, **dict(zip(used, known, strict=True))}
        return replace(env, names=changed), settled  # type: ignore[return-value]

    @staticmethod
    def _sum(values: Sequence[Any_], site: str, before: frozenset[Cost]) -> tuple[Any_, ...]:
        return folded(values, site, lambda own: own in before or is_shared(own))

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
