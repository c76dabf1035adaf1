"""Scans in line: their steps stand among all other nodes, between one that opens a loop and one that closes it."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import count

from .graph import INPUT, AnyNode, Graph, Node, Scan, Value
from .ops import Facts

OPEN, CLOSE = "(open loop)", "(close loop)"
"""The ops that stand for the two ends of a loop; no text can name them."""


def in_line(graph: Graph) -> tuple[Graph, dict[int, Scan]]:
    """Give a graph without scans, and the scan that each end of a loop in it stands for, by the node's id.

    The first end takes the sequence and the states that are given, and gives a step and the states before it. The
    second takes that step, so that neither stands alone, and the states after it; it gives what the scan gave. What a
    step takes from outside, it takes from there.
    """
    ends: dict[int, Scan] = {}
    known = {Value(INPUT, i): Value(INPUT, i) for i in range(len(graph.inputs))}
    nodes = tuple(_nodes(graph, known, count(), ends))
    outputs = tuple(replace(output, value=known[output.value]) for output in graph.outputs)
    return replace(graph, nodes=nodes, outputs=outputs), ends


def _nodes(graph: Graph, known: dict[Value, Value], ids: Iterator[int], ends: dict[int, Scan]) -> Iterator[AnyNode]:
    """Give the nodes of a graph under new ids; `known` has the new value for each old one."""
    for node in graph.nodes:
        inputs = tuple(known[value] for value in node.inputs)
        if isinstance(node, Scan):
            end = yield from _loop(node, inputs, ids, ends)
        else:
            end = replace(node, id=next(ids), inputs=inputs)
            yield end
        known.update((Value(node.id, i), Value(end.id, i)) for i in range(len(node.types)))


def _loop(
    scan: Scan, inputs: tuple[Value, ...], ids: Iterator[int], ends: dict[int, Scan]
) -> Generator[AnyNode, None, AnyNode]:
    sequence, starts, captured = scan.parts(inputs)
    taken = tuple(port.type for port in scan.region.inputs[: 1 + len(starts)])
    given = (sequence, *(start for start in starts if start is not None))
    begin = _end(next(ids), OPEN, scan, given, Facts(taken, (), 0))
    yield begin
    entries = (*(Value(begin.id, i) for i in range(len(taken))), *captured)
    known = {Value(INPUT, i): value for i, value in enumerate(entries)}
    yield from _nodes(scan.region, known, ids, ends)
    results = (Value(begin.id), *(known[output.value] for output in scan.region.outputs))
    end = _end(next(ids), CLOSE, scan, results, Facts(scan.types, (), 0))
    ends[begin.id] = ends[end.id] = scan
    yield end
    return end


def _end(id: int, op: str, scan: Scan, inputs: tuple[Value, ...], facts: Facts) -> Node:
    return Node(id, op, (("given", scan.given),), inputs, facts, scan.address, scan.address, scan.origin)
