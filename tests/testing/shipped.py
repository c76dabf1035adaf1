"""The batteries of the shipped operators, each with what is declared of its operator."""

from collections.abc import Callable, Mapping

from archdsl.ir import Graph, Node
from archdsl.ir.rewrites import AbsorbZero, CollapseIdentity, RemoveDeadNodes
from archdsl.operators import (
    AlignedCrossover,
    AlterLearningRate,
    AmoebaNetMutation,
    BitMutation,
    Crossover,
    EdgeAndOpFlips,
    FlipElements,
    ForcedMutation,
    GroupCrossover,
    HiddenStateMutation,
    InTurn,
    Morphism,
    MotifMutation,
    Mutation,
    NeutralMutation,
    OneOf,
    OnePointCrossover,
    OpMutation,
    PointMutation,
    ResampleDecision,
    ResampleDecisions,
    ResampleEach,
    ResampleNumber,
    StageSwap,
    SubtreeCrossover,
    UniformCrossover,
    WithProbability,
    morphism_types,
    one_of,
    with_probability,
)
from archdsl.operators.morphisms import Branch, Deepen, InsertAttention, InsertMBConv, KeepTraining, ResetWeights
from archdsl.searchspace import Architecture, Space, load, loads
from archdsl.testing import Effort, check_crossover, check_morphism, check_mutation

Battery = Callable[[Effort | None], None]

FREE = loads("""network net(x: vec[2]) -> vec[2] {
  return x |> choose { a = relu | b = tanh | c = sigmoid } |> choose { d = relu | e = tanh }
}""")


def one_step_shares(parent: Architecture, space: Space) -> Mapping[Architecture, float]:
    """Give the shares of a mutation of one decision where all decisions are free: each, and each label, alike."""
    shares: dict[Architecture, float] = {}
    for address, label in parent.decisions.items():
        others = [own for own in space.choices.get(address, ()) if (type(own), own) != (type(label), label)]
        for other in others:
            shares[Architecture(space, {**parent.decisions, address: other})] = 1 / len(others)
    return shares


def resample_decision(effort: Effort | None) -> None:
    check_mutation(ResampleDecision(), changes=1, effort=effort)


def resample_decision_fairly(effort: Effort | None) -> None:
    check_mutation(ResampleDecision(), spaces=[FREE], shares=one_step_shares, effort=effort)


def resample_decisions(effort: Effort | None) -> None:
    """Two changes at a time do not lead everywhere."""
    check_mutation(ResampleDecisions(2), changes=2, reaches=False, effort=effort)


def resample_each(effort: Effort | None) -> None:
    check_mutation(ResampleEach(0.5), may_keep=True, effort=effort)


def resample_number(effort: Effort | None) -> None:
    check_mutation(ResampleNumber(), may_refuse=True, reaches=False, changes=1, effort=effort)


def in_turn(effort: Effort | None) -> None:
    check_mutation(ResampleDecision() >> ResampleDecision(), effort=effort)


def one_with_probability(effort: Effort | None) -> None:
    check_mutation(with_probability(0.5, ResampleDecision()), changes=1, may_keep=True, effort=effort)


def one_of_several(effort: Effort | None) -> None:
    parts = (ResampleDecision(kind="op"), ResampleDecision(where="*[?]*"), ResampleDecision())
    check_mutation(one_of(*parts, weights=(1, 2, 1)), changes=1, effort=effort)


MUTATION_BATTERIES: list[Battery] = [
    resample_decision,
    resample_decision_fairly,
    resample_decisions,
    resample_each,
    resample_number,
    in_turn,
    one_with_probability,
    one_of_several,
]


SETTINGS = """network net(x: vec[2]) -> vec[2] {
  setting learning_rate = choose one of 1e-4..1e-1
  return x |> choose { a = relu | b = tanh }
}"""

GENERAL = (ResampleDecision, ResampleDecisions, ResampleEach, ResampleNumber, InTurn, WithProbability, OneOf)
"""The mutations that the batteries above are of."""

PUBLISHED: tuple[tuple[Mutation, Callable[[], Space], int | None], ...] = (
    (HiddenStateMutation(), lambda: load("tests/spaces/amoeba.nas"), 1),
    (OpMutation(), lambda: load("tests/spaces/amoeba.nas"), 1),
    (AmoebaNetMutation(), lambda: load("tests/spaces/amoeba.nas"), 1),
    (MotifMutation(), lambda: load("hierarchical", nodes_of_cell=3, nodes_of_motif=3), 2),  # none may be cut off
    (BitMutation(), lambda: load("genetic_cnn"), None),
    (FlipElements(0.2), lambda: load("genetic_cnn"), None),
    (EdgeAndOpFlips(), lambda: load("nas_bench_101", vertices=4), None),
    (PointMutation(), lambda: load("tests/spaces/cartesian.nas", n=3), None),
    (ForcedMutation(), lambda: load("tests/spaces/cartesian.nas", n=3), None),
    (NeutralMutation(), lambda: load("tests/spaces/cartesian.nas", n=3), None),
    (AlterLearningRate(), lambda: loads(SETTINGS), 1),
)
"""Mutations of papers, each with a space of its kind, and how many decisions they change."""

MAY_KEEP = AmoebaNetMutation | BitMutation | FlipElements | PointMutation
"""Those that leave it to chance whether anything changes."""


def published_battery(mutation: Mutation, space: Callable[[], Space], changes: int | None) -> Battery:
    def battery(effort: Effort | None) -> None:
        check_mutation(
            mutation,
            spaces=[space()],
            changes=changes,
            may_keep=isinstance(mutation, MAY_KEEP),
            may_refuse=True,
            reaches=False,
            effort=effort,
        )

    battery.__name__ = str(mutation)
    return battery


PUBLISHED_BATTERIES: list[Battery] = [published_battery(*own) for own in PUBLISHED]

EVERY_CROSSOVER: tuple[Crossover, ...] = (
    UniformCrossover(),
    OnePointCrossover(),
    SubtreeCrossover(),
    GroupCrossover(),
    StageSwap(),
    AlignedCrossover(),
)


def crossover_battery(crossover: Crossover) -> Battery:
    def battery(effort: Effort | None) -> None:
        # Of a group all is exchanged, and in a small space that is often all there is.
        complements = not isinstance(crossover, AlignedCrossover)
        check_crossover(crossover, complements=complements, mixes=False, effort=effort)

    battery.__name__ = str(crossover)
    return battery


CROSSOVER_BATTERIES: list[Battery] = [*map(crossover_battery, EVERY_CROSSOVER)]

OPTIONS: dict[type[Morphism], tuple[Morphism, ...]] = {
    Branch: (Branch(), Branch(more=2)),
    Deepen: (Deepen(), Deepen(kernels=(1, 5), norm=True)),
    InsertAttention: (InsertAttention(most_steps=64),),
    InsertMBConv: (InsertMBConv(kernels=(3,), expansions=(2,)),),
    KeepTraining: (),
    ResetWeights: (),
}
"""With which options morphisms are tried, if not with their defaults; two have batteries of their own."""

EVERY_MORPHISM = tuple(own for kind in morphism_types() for own in OPTIONS.get(kind, (kind(),)))


def morphism_battery(morphism: Morphism) -> Battery:
    def battery(effort: Effort | None) -> None:
        check_morphism(morphism, effort=effort)

    battery.__name__ = str(morphism)
    return battery


def keep_training(effort: Effort | None) -> None:
    check_morphism(KeepTraining(), changes=False, draws=False, effort=effort)


def reset_weights(effort: Effort | None) -> None:
    check_morphism(ResetWeights(), draws=False, effort=effort)


MORPHISM_BATTERIES: list[Battery] = [*map(morphism_battery, EVERY_MORPHISM), keep_training, reset_weights]


def morphism_batteries(*kinds: type[Morphism]) -> list[Battery]:
    """Give the batteries of some morphisms."""
    alone: dict[type[Morphism], Battery] = {KeepTraining: keep_training, ResetWeights: reset_weights}
    tried = [morphism_battery(own) for own in EVERY_MORPHISM if type(own) in kinds]
    return [*tried, *(alone[kind] for kind in kinds if kind in alone)]


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
