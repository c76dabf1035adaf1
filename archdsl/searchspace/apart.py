"""What is counted by itself, apart from what is walked; and what a walk can take over from another."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, final

from archdsl.diagnostics import Span
from archdsl.elaborate.addresses import Frame
from archdsl.elaborate.values import Any_

from .exploration import Exploration, Outcome


class Apart(Protocol):
    """What is taken out of a walk, to be counted by itself; no requirement is heeded then."""

    def holds(self, root: str) -> bool:
        """Tell whether what is decided under a root is taken out."""
        ...

    def use(self, root: str, key: Hashable, found: Exploration) -> Any_:
        """Give what a use of it gives."""
        ...

    def enter(self, frame: Frame, found: Exploration) -> None:
        """Note that a part is walked."""
        ...

    def leave_out(self, frame: Frame) -> None:
        """Note that a part is not walked, for what it is applied to is absent."""
        ...

    def present(self, outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        """Give what is made of the classes of a part's paths."""
        ...


@final
@dataclass(frozen=True, slots=True)
class KnownParts:
    """Parts that need not be walked again: by their keys, and what is decided once with where it is used."""

    parts: Mapping[Hashable, Exploration]
    tied: Mapping[Hashable, Exploration]
    places: Mapping[Hashable, Span]

    def __reduce__(self) -> tuple[type["KnownParts"], tuple[dict[Any, Any], ...]]:
        return KnownParts, ({}, {}, {})  # keys hold identities of trees, which mean nothing in another process
