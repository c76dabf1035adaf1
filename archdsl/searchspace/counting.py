"""How many members of a diagram agree with decisions that were taken: exact, whatever the size."""

from collections.abc import Mapping
from heapq import heappop, heappush
from typing import final

from archdsl.ir import Interval, Label

from .diagram import Diagram, Labels, Literal, Product, Shift, Used

Key = tuple[type, Labels]
"""A label in a form in which 1, 1.0 and `true` differ."""


def key_of(label: Labels) -> Key:
    """Give a label in a form that can be compared."""
    return type(label), label


@final
class Counts:
    """Counts the members that agree with the decisions fixed so far; the last one fixed can be taken back.

    A number of members is a polynomial in indicators of the decisions, linear in each. So to fix a decision changes
    only the sums and products above its literals, and how many members have each label at an address is a derivative,
    one pass from the top (Darwiche, 2003).
    """

    def __init__(self, diagram: Diagram) -> None:
        self._children: list[tuple[int, ...]] = []
        self._is_product: list[bool] = []
        self._keys: dict[int, tuple[str, Labels]] = {}
        self._values: list[int] = []
        self._parents: list[list[int]] = []
        self._literals: dict[str, list[tuple[Key, int]]] = {}
        self._above: dict[str, frozenset[int]] = {}
        self._undone: list[list[tuple[int, int]]] = []
        self._number(diagram)

    def _number(self, diagram: Diagram) -> None:
        """Lay the diagram out, children before parents."""
        numbers: dict[int, int] = {}
        stack = [(diagram, False)]
        while stack:
            node, is_ready = stack.pop()
            if id(node) in numbers:
                continue
            assert not isinstance(node, (Shift, Used)), "counts are taken of a flat diagram"
            children = () if isinstance(node, Literal) else node.children
            if children and not is_ready:
                stack.append((node, True))
                stack.extend((child, False) for child in children)
                continue
            numbers[id(node)] = len(self._values)
            self._add(node, tuple(numbers[id(child)] for child in children))

    def _add(self, node: Diagram, children: tuple[int, ...]) -> None:
        number = len(self._values)
        value = 1 if isinstance(node, (Literal, Product)) else 0
        for child in children:
            self._parents[child].append(number)
            value = value * self._values[child] if isinstance(node, Product) else value + self._values[child]
        if isinstance(node, Literal):
            self._keys[number] = node.address, node.label
            self._literals.setdefault(node.address, []).append((key_of(node.label), number))
        self._children.append(children)
        self._is_product.append(isinstance(node, Product))
        self._values.append(value)
        self._parents.append([])

    @property
    def total(self) -> int:
        """How many members agree."""
        return self._values[-1]

    def by_label(self, address: str) -> Mapping[Key, int]:
        """Give how many of them have each label at an address; a label that none has is left out."""
        above = self._above_of(address)
        found: dict[Key, int] = {}
        root = len(self._values) - 1
        weights = {root: 1} if root in above and self.total else {}
        heap = [-root] if weights else []
        while heap:
            node = -heappop(heap)
            weight = weights[node]
            if node in self._keys:
                key = key_of(self._keys[node][1])
                found[key] = found.get(key, 0) + weight
                continue
            for child in self._children[node]:
                if child not in above or not self._values[child]:
                    continue
                beside = self._values[node] // self._values[child] if self._is_product[node] else 1
                if child not in weights:
                    heappush(heap, -child)
                weights[child] = weights.get(child, 0) + weight * beside
        return found

    def fix(self, address: str, label: Label) -> None:
        """Keep only those that have a label at an address, or decide nothing there."""
        key = key_of(label)
        before: dict[int, int] = {}
        heap: list[int] = []
        for own, node in self._literals.get(address, ()):
            if own != key and self._values[node]:
                before[node] = self._values[node]
                self._values[node] = 0
                heappush(heap, node)
        while heap:
            node = heappop(heap)
            old, new = before[node], self._values[node]
            for parent in self._parents[node]:
                value = self._values[parent]
                if not value:
                    continue  # values only fall, and a product of nothing stays so
                if parent not in before:
                    before[parent] = value
                    heappush(heap, parent)
                self._values[parent] = value // old * new if self._is_product[parent] else value - old + new
        self._undone.append(list(before.items()))

    def undo(self) -> None:
        """Take the last decision back."""
        for node, value in self._undone.pop():
            self._values[node] = value

    def only(self) -> dict[str, Label]:
        """Give the decisions of the one member that agrees."""
        assert self.total == 1
        found: dict[str, Label] = {}
        stack = [len(self._values) - 1]
        while stack:
            node = stack.pop()
            if node in self._keys:
                address, label = self._keys[node]
                assert not isinstance(label, Interval), "a space with real settings has no order"
                found[address] = label
            else:
                stack.extend(child for child in self._children[node] if self._values[child])
        return found

    def _above_of(self, address: str) -> frozenset[int]:
        known = self._above.get(address)
        if known is None:
            found: set[int] = set()
            stack = [node for _, node in self._literals.get(address, ())]
            while stack:
                node = stack.pop()
                if node not in found:
                    found.add(node)
                    stack.extend(self._parents[node])
            known = self._above[address] = frozenset(found)
        return known
