"""What holds of the scans of a graph."""

from collections.abc import Iterable, Iterator

from archdsl.diagnostics import Diagnostic

from .graph import Graph, Scan, Value
from .types import Type, stacked_type, step_type, steps_of
from .verify_choices import broken


def scans(graph: Graph) -> Iterator[Diagnostic]:
    """Check that each scan has a sequence to run over, and that its step gives the states that it takes."""
    for part in graph.graphs():
        for node in part.nodes:
            if isinstance(node, Scan):
                yield from _scan(part, node)


def _scan(graph: Graph, node: Scan) -> Iterator[Diagnostic]:
    given = _types(graph, node.inputs)
    step = step_type(given[0]) if given else None
    if step is None or steps_of(given[0]) < 1:
        message = f"the scan at `{node.address}` has no sequence to run over"
        yield broken("wrong-scan", message, node, f"takes {_list(given)}")
        return
    if not node.given or 1 + sum(node.given) > len(given):
        message = f"the scan at `{node.address}` needs a state, and an input for each one that is given"
        yield broken("wrong-scan", message, node, f"takes {_list(given)}")
        return
    sequence, starts, captured = node.parts(given)
    taken = tuple(port.type for port in node.region.inputs)
    states = taken[1 : 1 + len(node.given)]
    needed = (step, *(start or state for start, state in zip(starts, states, strict=False)), *captured)
    if taken != needed:
        message = f"the step of the scan at `{node.address}` is not closed over the scan's inputs"
        yield broken("open-region", message, node, f"takes {_list(taken)}, given {_list(needed)}")
        return
    results = _types(node.region, (output.value for output in node.region.outputs))
    if results != states:
        message = f"the step of the scan at `{node.address}` gives other states than it takes"
        yield broken("wrong-states", message, node, f"gives {_list(results)}, needed {_list(states)}")
    stacked = stacked_type(sequence, states[0])
    if stacked is None or node.types != (stacked, *states):
        message = f"the scan at `{node.address}` has other types than its states"
        note = f"gives {_list(node.types)}, its states are {_list(states)}"
        yield broken("wrong-states", message, node, note)


def _types(graph: Graph, values: Iterable[Value]) -> tuple[Type, ...]:
    return tuple(graph.type_of(value) for value in values)


def _list(items: Iterable[object]) -> str:
    return ", ".join(f"`{item}`" for item in items) or "nothing"
