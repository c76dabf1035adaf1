"""The batteries of the shipped operators, each with what is declared of its operator."""

from collections.abc import Callable

from archdsl.ir import Graph, Node
from archdsl.ir.rewrites import AbsorbZero, CollapseIdentity, RemoveDeadNodes
from archdsl.operators import ResampleDecision
from archdsl.testing import Effort, check_mutation

Battery = Callable[[Effort | None], None]


def resample_decision(effort: Effort | None) -> None:
    check_mutation(ResampleDecision(), changes=1, effort=effort)


MUTATION_BATTERIES: list[Battery] = [resample_decision]


def has_no_dead_node(graph: Graph) -> bool:
    return len(graph.ancestors(output.value for output in graph.outputs)) == len(graph.nodes)


def has_no_identity(graph: Graph) -> bool:
    return not any(
        "identity" in node.facts.laws for node in graph.nodes if isinstance(node, Node) and len(node.inputs) == 1
    )


def sums_no_zeros(graph: Graph) -> bool:
    """Tell whether no sum of several operands has one that is zeros by its law."""
    zeros = {node.id for node in graph.operations() if "zero" in node.facts.laws}
    sums = (node for node in graph.operations() if "skips_zero" in node.facts.laws and len(node.inputs) > 1)
    return not any(value.node in zeros for node in sums for value in node.inputs)


PROMISES: dict[str, Callable[[Graph], bool]] = {
    RemoveDeadNodes.name: has_no_dead_node,
    CollapseIdentity.name: has_no_identity,
    AbsorbZero.name: sums_no_zeros,
}
"""What a graph must be after a rewrite, by its name."""
