"""Scans as loops: their steps stand in line with everything else, between what opens a loop and what closes it."""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import final

from archdsl.ir import INPUT, Facts, Graph, Node, Scan, Value

OPEN, CLOSE = "open loop", "close loop"
"""The ops that stand for the two ends of a loop; no text can name them, for they are two words."""


@final
@dataclass(frozen=True, slots=True)
class Loop:
    """An end of a loop, and how it runs: along which axis, over tokens or not, what starts as zeros of which dims."""

    opens: bool
    time: int
    is_tokens: bool
    zeros: tuple[tuple[int, ...] | None, ...]


def in_line(graph: Graph) -> tuple[Graph, Mapping[int, Loop]]:
    """Give an architecture without scans, and what each end of a loop in it is, by its id.

    The first end takes the sequence and the states that are given, and gives a step and the states before it. The
    second takes that step, so that neither stands alone, and the states after it; it gives what the scan gave.
    """
    loops: dict[int, Loop] = {}
    known = {Value(INPUT, i): Value(INPUT, i) for i in range(len(graph.inputs))}
    nodes = tuple(_nodes(graph, known, count(), loops))
    outputs = tuple(replace(output, value=known[output.value]) for output in graph.outputs)
    return replace(graph, nodes=nodes, outputs=outputs), loops


def _nodes(graph: Graph, known: dict[Value, Value], ids: Iterator[int], loops: dict[int, Loop]) -> Iterator[Node]:
    """Give the ops of a graph under new ids; `known` has the new value for each old one."""
    for node in graph.nodes:
        inputs = tuple(known[value] for value in node.inputs)
        if isinstance(node, Scan):
            end = yield from _loop(graph, node, inputs, ids, loops)
        else:
            assert isinstance(node, Node), "an architecture has no open choices"
            end = replace(node, id=next(ids), inputs=inputs)
            yield end
        known.update((Value(node.id, i), Value(end.id, i)) for i in range(len(node.types)))


def _loop(
    graph: Graph, scan: Scan, inputs: tuple[Value, ...], ids: Iterator[int], loops: dict[int, Loop]
) -> Generator[Node, None, Node]:
    region = scan.region
    sequence, starts, captured = scan.parts(inputs)
    taken = tuple(port.type for port in region.inputs[: 1 + len(starts)])
    given = (sequence, *(start for start in starts if start is not None))
    begin = Node(next(ids), OPEN, (), given, Facts(taken, (), 0), scan.address, scan.address)
    yield begin
    entries = (*(Value(begin.id, i) for i in range(len(taken))), *captured)
    known = {Value(INPUT, i): value for i, value in enumerate(entries)}
    yield from _nodes(region, known, ids, loops)
    results = (Value(begin.id), *(known[output.value] for output in region.outputs))
    end = Node(next(ids), CLOSE, (), results, Facts(scan.types, (), 0), scan.address, scan.address)
    zeros = tuple(None if start else type_.dims for start, type_ in zip(starts, taken[1:], strict=True))
    time = 2 if scan.types[0].kind == "signal" else 1
    loops[begin.id] = Loop(True, time, graph.type_of(scan.inputs[0]).kind == "tokens", zeros)
    loops[end.id] = replace(loops[begin.id], opens=False)
    yield end
    return end
