"""Graphs in another order, and a search for isomorphisms that knows nothing of ours."""

from dataclasses import replace
from random import Random

import networkx

from archdsl.ir import INPUT, Attribute, Graph, Input, Node, Scan, Value
from archdsl.ir.rewrites import rewrite
from archdsl.testing.dags import IMAGE, Made


def reordered(graph: Graph, rng: Random) -> Graph:
    """Give the same graph in another order, with other names, and with other orders of what has none."""
    nodes = {node.id: node for node in graph.nodes}
    order: list[int] = []
    while len(order) < len(nodes):
        ready = [
            id
            for id, node in nodes.items()
            if id not in order and all(value.node in (INPUT, *order) for value in node.inputs)
        ]
        order.append(rng.choice(ready))
    number = {id: index for index, id in enumerate(order)} | {INPUT: INPUT}
    keys = sorted({node.parameters for node in graph.operations()})
    names = dict(zip(keys, rng.sample(range(len(keys)), len(keys)), strict=True))
    moved: list[Node | Scan] = []
    for id in order:
        node = nodes[id]
        assert isinstance(node, Node | Scan)
        inputs = [replace(value, node=number[value.node]) for value in node.inputs]
        if isinstance(node, Node):
            if "commutative" in node.facts.laws:
                rng.shuffle(inputs)
            node = replace(node, parameters=f"p{names[node.parameters]}")
        moved.append(replace(node, id=number[id], inputs=tuple(inputs), address=f"n{number[id]}"))
    outputs = tuple(
        replace(output, value=replace(output.value, node=number[output.value.node])) for output in graph.outputs
    )
    return replace(graph, nodes=tuple(moved), outputs=outputs)


def view(graph: Graph) -> "networkx.DiGraph[object]":
    """Give what makes up a graph, for a search that knows nothing of ours; zeros are zeros however they are made."""
    found: networkx.DiGraph[object] = networkx.DiGraph()
    names: dict[Value, tuple[object, int]] = {}
    for index, port in enumerate(graph.inputs):
        found.add_node(("input", index), what=("input", index, port.type))
        names[Value(INPUT, index)] = ("input", index), 0
    for node in graph.nodes:
        assert isinstance(node, Node)
        operands = [names[value] for value in node.inputs]
        if _gives_zeros(node, operands):
            for index, type_ in enumerate(node.types):
                found.add_node(("zeros", type_), what=("zeros", type_))
                names[Value(node.id, index)] = ("zeros", type_), 0
            continue
        names.update({Value(node.id, index): (node.id, index) for index in range(len(node.types))})
        found.add_node(node.id, what=(node.op, repr(node.attributes), node.types))
        slots: dict[object, list[tuple[int, int]]] = {}
        for slot, (source, place) in enumerate(operands):
            slots.setdefault(source, []).append((-1 if "commutative" in node.facts.laws else slot, place))
        for source, own in slots.items():
            found.add_edge(source, node.id, what=sorted(own))
        if node.facts.weights:
            found.add_node(("weights", node.parameters), what="weights")
            found.add_edge(("weights", node.parameters), node.id, what="weights")
    for index, output in enumerate(graph.outputs):
        source, place = names[output.value]
        found.add_node(("output", index), what=("output", index, place))
        found.add_edge(source, ("output", index), what="output")
    ends = [("input", index) for index in range(len(graph.inputs))]
    ends += [("output", index) for index in range(len(graph.outputs))]
    return found.subgraph(set(ends).union(*(networkx.ancestors(found, end) for end in ends))).copy()


def _gives_zeros(node: Node, operands: list[tuple[object, int]]) -> bool:
    zeros = [isinstance(source, tuple) and source[0] == "zeros" for source, _ in operands]
    laws = node.facts.laws
    return "zero" in laws or ("keeps_zero" in laws and all(zeros)) or ("absorbs_zero" in laws and any(zeros))


def is_isomorphic(one: Graph, other: Graph) -> bool:
    def alike(a: dict[str, object], b: dict[str, object]) -> bool:
        return a["what"] == b["what"]

    return networkx.is_isomorphic(view(rewrite(one)), view(rewrite(other)), node_match=alike, edge_match=alike)


def rings(*sizes: int) -> Graph:
    """Sums of two neighbors each around rings of equal convolutions."""
    made = Made([Input("x", IMAGE)])
    conv: dict[str, Attribute] = {
        "out": 2,
        "kernel": 3,
        "stride": 1,
        "dilation": 1,
        "groups": 1,
        "bias": False,
        "pad": "same",
    }
    sums: list[Value] = []
    for size in sizes:
        own = [made.add("conv", conv, (Value(INPUT),)) for _ in range(size)]
        sums += [made.add("product", {}, (own[i], own[(i + 1) % size])) for i in range(size)]
    return made.graph([made.add("add", {}, sums)])
