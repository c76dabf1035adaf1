"""What kinds of things decisions choose: ops, sources, values, settings."""

from collections.abc import Iterable
from typing import Literal, final

from .values import Any_, Tensor, is_static

Kind = Literal["op", "source", "value", "setting"]
"""What is chosen: an alternative that acts on tensors; tensors of a list; a number, bool or text; a setting."""


@final
class DecidedKinds:
    """Notes the kind of each decision of a walk, by address."""

    def __init__(self) -> None:
        self.found: dict[str, Kind] = {}

    def alternatives(self, address: str, values: Iterable[Any_]) -> None:
        """Note which alternatives are chosen; that none is chosen is a choice of ops."""
        known = list(values)
        self.found.setdefault(address, "value" if known and all(map(is_static, known)) else "op")

    def elements(self, address: str, items: Iterable[Any_]) -> None:
        """Note the list that elements are chosen from."""
        known = list(items)
        of_others: Kind = "value" if all(map(is_static, known)) else "op"
        self.found.setdefault(address, "source" if any(isinstance(own, Tensor) for own in known) else of_others)

    def settings(self, count: int) -> None:
        """Note that all decisions but the first ones, so many, were made for a setting."""
        for address in list(self.found)[count:]:
            self.found[address] = "setting"
