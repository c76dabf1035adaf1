"""The open decisions of a supergraph: what its guards ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from .graph import AnyNode, Choose, Select
from .guards import Guard, Is, Label, Takes, atoms, place_of


@final
@dataclass(frozen=True, slots=True)
class OpenDecision:
    """A decision that is kept open.

    With `labels` it has a coefficient for each of them, all that come up at some use; without, it is a set of
    `low..high` out of `count` elements and has a gate for each. A set that some guard asks for as a whole is of the
    first kind: an element's gate is then the sum of the coefficients of the sets that hold it.
    """

    address: str
    labels: tuple[Label, ...] = ()
    count: int = 0
    low: int = 0
    high: int = 0
    names: tuple[str, ...] | None = None

    def elements(self, label: Label) -> tuple[int, ...]:
        """Give the indices of the elements that a decision of the second kind takes."""
        taken = (Takes(self.address, i, self.count, self.low, self.high, self.names) for i in range(self.count))
        return tuple(atom.index for atom in taken if atom.is_in(label))

    @property
    def size(self) -> int:
        """The number of its coefficients, or of its gates."""
        return len(self.labels) or self.count


def guards_of(node: AnyNode) -> tuple[Guard, ...]:
    """Give the guards of a node."""
    if isinstance(node, Choose):
        return tuple(guard for guard, _ in node.table)
    return node.guards if isinstance(node, Select) else ()


def open_decisions(nodes: Iterable[AnyNode]) -> dict[str, OpenDecision]:
    """Give the open decisions of some nodes by address, in the order in which they come up."""
    labels: dict[str, list[Label]] = {}
    members: dict[str, Takes] = {}
    for node in nodes:
        for guard in guards_of(node):
            for atom in atoms(guard):
                known = labels.setdefault(atom.address, [])
                if isinstance(atom, Is):
                    known.extend(own for own in atom.among if place_of(own, known) is None)
                else:
                    members.setdefault(atom.address, atom)
    found: dict[str, OpenDecision] = {}
    for address, own in labels.items():
        if own:
            found[address] = OpenDecision(address, tuple(own))
        else:
            of = members[address]
            found[address] = OpenDecision(address, (), of.count, of.low, of.high, of.names)
    return found
