"""What fingerprints cost: all of them for NAS-Bench-201, and one by one beside networkx's Weisfeiler-Lehman hash.

CPU time; the hash of networkx is given the same rewritten graphs, as many rounds as a cell is deep, and no shared
weights, of which it knows nothing.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from time import process_time
from typing import TypeVar

import networkx

from archdsl.ir import INPUT, Graph
from archdsl.ir.fingerprints import fingerprint, fingerprint_of_form
from archdsl.ir.forms import form_of
from archdsl.ir.rewrites import EXACT, rewrite
from archdsl.searchspace import load
from archdsl.searchspace.cells import cell_space
from archdsl.searchspace.classes import Graphs
from archdsl.searchspace.dedup import dedup

CELLS = 1000
ROUNDS = 8
T = TypeVar("T")


def milliseconds(call: Callable[[T], object], items: Iterable[T]) -> float:
    """Give the time of a call on each of some items, on average."""
    own = list(items)
    start = process_time()
    for item in own:
        call(item)
    return (process_time() - start) * 1e3 / len(own)


def view(graph: Graph) -> "networkx.DiGraph[object]":
    """Give a graph as networkx hashes it: the slots of a commutative op are one."""
    found: networkx.DiGraph[object] = networkx.DiGraph()
    found.add_node(INPUT, label="input")
    for node in graph.nodes:
        found.add_node(node.id, label=f"{node.op} {getattr(node, 'attributes', '')}")
        for slot, value in enumerate(node.inputs):
            label = "" if node.op == "add" else str(slot)
            known = found.get_edge_data(value.node, node.id, {"label": ""})["label"]
            found.add_edge(value.node, node.id, label=f"{known} {label}")
    return found


def wl_hash(graph: "networkx.DiGraph[object]") -> str:
    """Hash as networkx does."""
    found: str = networkx.weisfeiler_lehman_graph_hash(graph, node_attr="label", edge_attr="label", iterations=ROUNDS)
    return found


def main() -> None:
    """Print a row for each."""
    space = load("nas_bench_201")
    cells = cell_space(space, "node_cell")
    graphs = [graph for _, graph in islice(Graphs(cells), 7000, 7000 + CELLS)]
    rewritten = [rewrite(graph) for graph in graphs]
    whole = milliseconds(fingerprint, graphs)
    ours = milliseconds(fingerprint_of_form, [form_of(graph, EXACT) for graph in graphs])
    theirs = milliseconds(wl_hash, map(view, rewritten))
    print(f"rewrite and hash a cell    {whole:8.3f} ms")
    print(f"hash a rewritten cell      {ours:8.3f} ms")
    print(f"the same, by networkx      {theirs:8.3f} ms   {theirs / ours:.1f} times as long")
    start = process_time()
    found = dedup(space)
    seconds = process_time() - start
    print(f"all {found.decisions:,} cells, under all equivalences, verified: {seconds:.1f} s (to hold: under 20 s)")


if __name__ == "__main__":
    main()
