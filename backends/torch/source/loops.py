"""How a scan is written: as a loop over its steps, with what they do in line."""

from dataclasses import dataclass
from typing import final

from archdsl.ir import Node, Scan
from archdsl.ir.loops import OPEN


@final
@dataclass(frozen=True, slots=True)
class Loop:
    """An end of a loop, and how it runs: along which axis, over tokens or not, what starts as zeros of which dims."""

    opens: bool
    time: int
    is_tokens: bool
    zeros: tuple[tuple[int, ...] | None, ...]


def loop_at(end: Node, scan: Scan) -> Loop:
    """Give the loop that a node in line opens or closes."""
    types = (port.type for port in scan.region.inputs[1:])
    zeros = tuple(None if given else type_.dims for given, type_ in zip(scan.given, types, strict=False))
    time = 2 if scan.types[0].kind == "signal" else 1
    return Loop(end.op == OPEN, time, scan.region.inputs[0].type.kind == "tokens", zeros)
