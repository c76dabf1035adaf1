"""What a tensor is made of: which inputs of a definition, which members of its node lists, and at what cost."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import final

from .values import Tensor

Node = tuple[str, int]
"""A member of a node list or one of its seeds: the address of the list, and the place among seeds and nodes."""


@final
@dataclass(frozen=True, slots=True)
class Cost:
    """What is spent at one place; `group` tells apart what is spent there for different results.

    `params` or `macs` is None where some op declares none.
    """

    site: str
    group: Hashable
    params: int | None
    macs: int | None


@final
@dataclass(frozen=True, slots=True)
class Flow:
    """What a tensor is made of, inside of the body that it is made in.

    `inputs` are the definition's, `uses` the operand uses of members of each list since its last member, each with the
    place of the use; of a member, as many of its own list as it has. `behind` are all members that it depends on, and
    `depths` has for each list the number of its members on the longest path to the tensor. `costs` are those of all
    that it depends on.
    """

    inputs: frozenset[int] = frozenset()
    uses: frozenset[tuple[Node, Hashable]] = frozenset()
    behind: frozenset[Node] = frozenset()
    depths: frozenset[tuple[str, int]] = frozenset()
    costs: frozenset[Cost] = frozenset()


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
