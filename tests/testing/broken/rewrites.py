"""Rewrites that are wrong, each in one way, beside the law that tells."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from archdsl.ir import INPUT, Graph, Node, Value
from archdsl.ir.rewrites import CollapseIdentity, ForgetWeights, RemoveDeadNodes, ZeroThroughNorm
from archdsl.testing import rewrite as laws


class Rewriting:
    """A rewrite by what it does to a graph."""

    name: ClassVar[str] = "rewriting"

    def __init__(self, apply: Callable[[Graph], Graph]) -> None:
        self.__name__ = apply.__name__
        self._apply = apply

    def apply(self, graph: Graph) -> Graph:
        return self._apply(graph)


def nodes_of(graph: Graph) -> list[Node]:
    return [node for node in graph.nodes if isinstance(node, Node)]


def renewed(graph: Graph, nodes: list[Node]) -> Graph:
    return graph if nodes == list(graph.nodes) else replace(graph, nodes=tuple(nodes))


def loses_an_operand(graph: Graph) -> Graph:
    """Takes a value that a sum takes twice for one that it takes once."""
    return renewed(
        graph,
        [
            replace(node, inputs=tuple(dict.fromkeys(node.inputs))) if node.op == "add" else node
            for node in nodes_of(graph)
        ],
    )


def sums_norms_of_zeros_to_zero(graph: Graph) -> Graph:
    return ZeroThroughNorm().apply(graph)


def merges_unlike_weights(graph: Graph) -> Graph:
    return ForgetWeights().apply(graph)


def does_nothing(graph: Graph) -> Graph:
    return graph


def copies(graph: Graph) -> Graph:
    return replace(RemoveDeadNodes().apply(graph))


def renames_the_network(graph: Graph) -> Graph:
    changed = RemoveDeadNodes().apply(graph)
    return graph if changed is graph else replace(changed, name="rewritten")


def drops_inputs(graph: Graph) -> Graph:
    """Leaves out the last input where nothing takes it."""
    place = len(graph.inputs) - 1
    taken = {value for node in graph.nodes for value in node.inputs} | {output.value for output in graph.outputs}
    return graph if place == 0 or Value(INPUT, place) in taken else replace(graph, inputs=graph.inputs[:place])


def keeps_old_facts(graph: Graph) -> Graph:
    """Takes another activation, and the laws of the old one."""
    return renewed(graph, [replace(node, op="sigmoid") if node.op == "relu" else node for node in nodes_of(graph)])


def names_weights_anew(graph: Graph) -> Graph:
    """Gives each op weights of its own, shared ones too."""
    return renewed(graph, [replace(node, parameters=node.address) for node in nodes_of(graph)])


def goes_on_and_on(graph: Graph) -> Graph:
    """Removes one dead node at a time."""
    live = graph.ancestors(output.value for output in graph.outputs)
    taken = {value.node for node in graph.nodes for value in node.inputs}
    dead = [node for node in graph.nodes if node.id not in live and node.id not in taken]
    return replace(graph, nodes=tuple(node for node in graph.nodes if node is not dead[-1])) if dead else graph


def fails_without_nodes(graph: Graph) -> Graph:
    changed = CollapseIdentity().apply(graph)
    assert changed.nodes[-1].id >= 0
    return changed


def shares_all_weights(graph: Graph) -> Graph:
    """Gives equal ops the weights of the first."""
    first: dict[object, str] = {}
    return renewed(
        graph,
        [
            replace(node, parameters=first.setdefault((node.op, node.attributes, node.facts), node.parameters))
            for node in nodes_of(graph)
        ],
    )


REWRITES: list[tuple[Rewriting, str]] = [
    (Rewriting(loses_an_operand), laws.FUNCTION),
    (Rewriting(sums_norms_of_zeros_to_zero), laws.FUNCTION),
    (Rewriting(merges_unlike_weights), laws.FUNCTION),
    (Rewriting(shares_all_weights), laws.FUNCTION),
    (Rewriting(names_weights_anew), laws.WEIGHTS),
    (Rewriting(does_nothing), laws.EFFECT),
    (Rewriting(copies), laws.MODESTY),
    (Rewriting(renames_the_network), laws.SIGNATURE),
    (Rewriting(drops_inputs), laws.SIGNATURE),
    (Rewriting(keeps_old_facts), laws.VALID),
    (Rewriting(goes_on_and_on), laws.IDEMPOTENCE),
    (Rewriting(fails_without_nodes), laws.RAISES),
]
"""Each with the law that it breaks."""
