"""Pictures as data: boxes, and the values that they take from each other."""

from dataclasses import dataclass
from typing import final

from archdsl.ir.graph import AnyNode, Value
from archdsl.ir.types import Type


@final
@dataclass(frozen=True, slots=True)
class Source:
    """A value that a box takes, and the place of the box that it comes from, None where that is outside."""

    box: int | None
    value: Value


@final
@dataclass(frozen=True, slots=True)
class Box:
    """Ops that stand behind one name.

    `is_label` says that the name is what a choice was decided for; `cell` is the place of its own picture. Of
    `count` equal boxes in a row, `address` is that of the first and `last` that of the last.
    """

    name: str
    kind: str
    address: str
    nodes: tuple[AnyNode, ...]
    inputs: tuple[Source, ...]
    types: tuple[Type, ...]
    detail: str = ""
    is_label: bool = False
    cell: int | None = None
    count: int = 1
    last: str = ""


@final
@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes in topological order, and what leaves them, as they stand at `address`; `uses` are all such addresses.

    `ports` says of each input of a cell from which box before the cell it mostly comes: 1 is the last one.
    """

    name: str
    address: str
    uses: tuple[str, ...]
    boxes: tuple[Box, ...]
    results: tuple[Source, ...]
    ports: tuple[int, ...] = ()

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The values from outside, in the order of first use."""
        sources = [*(source for box in self.boxes for source in box.inputs), *self.results]
        return tuple(dict.fromkeys(source.value for source in sources if source.box is None))
