"""Each pass keeps what a graph computes, gives a valid graph, and changes nothing the second time."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError
from archdsl.ir import INPUT, Attribute, Graph, Input, Node, Output, Value, verify
from archdsl.ir.rewrites import (
    EXACT,
    PASSES,
    AbsorbZero,
    CollapseIdentity,
    FlattenSums,
    ForgetWeights,
    MergeEqual,
    Pass,
    RemoveDeadNodes,
    SortOperands,
    ZeroThroughNorm,
    rewrite,
)
from archdsl.testing.computing import assert_computes_the_same
from archdsl.testing.dags import IMAGE, Made, graphs

from .architectures import drawn_graph, network_of, open_graph, shipped, shipped_network

every_pass = pytest.mark.parametrize("own", PASSES, ids=lambda own: own.name)
exact = pytest.mark.parametrize("own", [own for own in PASSES if own.is_exact], ids=lambda own: own.name)
SHIPPED = {id: (path, name) for id, path, name in shipped()}
X = Value(INPUT)


def ops_of(graph: Graph) -> list[str]:
    return [node.op for node in graph.nodes]


Statics = dict[str, Attribute]
Step = tuple[str, Statics, tuple[Value, ...]]


def made(*steps: Step) -> Graph:
    """Give the graph of ops one after the other; its output is the last."""
    graph = Made([Input("x", IMAGE)])
    for op, attributes, values in steps:
        last = graph.add(op, attributes, values)
    return graph.graph([last])


BN: Statics = {"affine": True, "eps": 1e-5, "momentum": 0.1}
CONV: Statics = {
    "out": 2, "kernel": 3, "stride": 1, "dilation": 1, "groups": 1, "bias": False, "pad": "same"
}  # fmt: skip
ZERO: Statics = {"stride": 1}


# ---------------------------------------------------------------- laws of all passes


@exact
@given(graph=graphs())
def test_an_exact_pass_keeps_what_a_graph_computes(own: Pass, graph: Graph) -> None:
    assert_computes_the_same(graph, own.apply(graph))


@every_pass
@given(graph=graphs())
def test_a_pass_gives_a_valid_graph(own: Pass, graph: Graph) -> None:
    assert verify(own.apply(graph), architecture=True) == ()


@every_pass
@given(graph=graphs())
def test_a_pass_changes_nothing_the_second_time(own: Pass, graph: Graph) -> None:
    once = own.apply(graph)
    assert own.apply(once) is once


@given(graph=graphs())
def test_all_exact_passes_at_once_keep_what_a_graph_computes(graph: Graph) -> None:
    for passes in (EXACT, (*EXACT, MergeEqual())):
        result = rewrite(graph, passes)
        assert_computes_the_same(graph, result)
        assert verify(result, architecture=True) == ()
        assert rewrite(result, passes) is result


@given(graph=graphs(), order=st.permutations(EXACT))
def test_passes_at_once_leave_nothing_to_do_for_each(graph: Graph, order: list[Pass]) -> None:
    result = rewrite(graph, order)
    assert result == rewrite(graph)
    for own in order:
        assert own.apply(result) is result


@given(graph=graphs(), order=st.permutations((*EXACT, MergeEqual())))
def test_passes_one_after_the_other_come_to_what_they_do_at_once(graph: Graph, order: list[Pass]) -> None:
    result = graph
    while True:
        before = result
        for own in order:
            result = own.apply(result)
        if result is before:
            break
    assert sorted(ops_of(result)) == sorted(ops_of(rewrite(graph, order)))


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("seed", range(2))
def test_a_shipped_architecture_is_rewritten_to_a_valid_graph(id: str, seed: int) -> None:
    graph = drawn_graph(shipped_network(*SHIPPED[id]), seed)
    result = rewrite(graph)
    assert verify(result, architecture=True) == ()
    assert rewrite(result) is result


@every_pass
def test_an_open_choice_is_not_rewritten(own: Pass) -> None:
    text = "choice act(x) { relu | tanh } network n(x: vec[4]) -> vec[4] = x |> act"
    graph = open_graph(network_of(text))
    assert graph is not None
    if isinstance(own, RemoveDeadNodes):
        assert own.apply(graph) is graph
        return
    with pytest.raises(ArchdslError, match="still open"):
        own.apply(graph)


def test_the_reference_lists_every_pass_and_says_which_are_exact() -> None:
    text = (Path(__file__).parents[2] / "grammar" / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([a-z-]+)` \| (yes|no) \| ", text, re.MULTILINE)
    assert listed == [(own.name, "yes" if own.is_exact else "no") for own in PASSES]
    assert "The first five together" in text
    assert len(EXACT) == 5


# ---------------------------------------------------------------- each by itself


def test_dead_nodes_are_removed() -> None:
    graph = made(("conv", CONV, (X,)), ("relu", {}, (X,)))
    assert ops_of(RemoveDeadNodes().apply(graph)) == ["relu"]


def test_zeros_are_left_out_of_sums() -> None:
    graph = made(("zero", ZERO, (X,)), ("relu", {}, (X,)), ("add", {}, (Value(0), Value(1), X)))
    result = AbsorbZero().apply(graph)
    assert ops_of(result) == ["relu", "add"]
    assert result.nodes[1].inputs == (Value(0), X)


def test_zeros_pass_through_activations_pools_and_convolutions_without_bias() -> None:
    pool: Statics = {"kernel": 3, "stride": 1, "pad": "same"}
    steps: list[Step] = [
        ("zero", ZERO, (X,)),
        ("relu", {}, (Value(0),)),
        ("conv", CONV, (Value(1),)),
        ("avg_pool", pool, (Value(2),)),
    ]
    graph = made(*steps, ("add", {}, (Value(3), X)))
    assert ops_of(AbsorbZero().apply(graph)) == ["add"]
    biased = made(*steps[:2], ("conv", {**CONV, "bias": True}, (Value(1),)), ("add", {}, (Value(2), X)))
    assert ops_of(AbsorbZero().apply(biased)) == ["zero", "conv", "add"]


def test_zeros_do_not_pass_through_a_norm_unless_it_is_asked_for() -> None:
    graph = made(("zero", ZERO, (X,)), ("conv", CONV, (Value(0),)), ("bn", BN, (Value(1),)), ("add", {}, (Value(2), X)))
    assert ops_of(AbsorbZero().apply(graph)) == ["zero", "bn", "add"]
    assert ops_of(ZeroThroughNorm().apply(graph)) == ["add"]


def test_one_factor_of_zeros_is_enough_for_a_product() -> None:
    graph = made(("zero", ZERO, (X,)), ("product", {}, (X, Value(0))), ("add", {}, (X, Value(1))))
    assert ops_of(AbsorbZero().apply(graph)) == ["add"]


def test_identities_collapse_and_joins_of_one() -> None:
    graph = made(
        ("identity", {}, (X,)), ("crop", {"out": 2}, (Value(0),)), ("add", {}, (Value(1),)), ("relu", {}, (Value(2),))
    )
    result = CollapseIdentity().apply(graph)
    assert ops_of(result) == ["relu"]
    assert result.nodes[0].inputs == (X,)


def test_an_output_may_be_an_input() -> None:
    graph = made(("identity", {}, (X,)))
    assert rewrite(graph).outputs == (Output(X),)


def test_sums_of_sums_are_flattened_and_kept_where_they_are_needed() -> None:
    steps: list[Step] = [("relu", {}, (X,)), ("add", {}, (X, Value(0))), ("add", {}, (Value(1), X, Value(1)))]
    result = FlattenSums().apply(made(*steps))
    assert ops_of(result) == ["relu", "add"]
    assert result.nodes[1].inputs == (X, X, X, Value(0), Value(0))
    both = FlattenSums().apply(made(*steps, ("product", {}, (Value(1), Value(2)))))
    assert ops_of(both) == ["relu", "add", "add", "product"]


def test_a_mean_of_means_is_no_mean() -> None:
    graph = made(("mean", {}, (X, X)), ("mean", {}, (Value(0), X)))
    assert FlattenSums().apply(graph) is graph


def test_sums_that_double_again_and_again_stay_nested_where_they_would_explode() -> None:
    doubled: list[Step] = [("add", {}, (X, X)), *(("add", {}, (Value(i), Value(i))) for i in range(63))]
    result = rewrite(made(*doubled))
    assert rewrite(result) is result
    assert max(len(node.inputs) for node in result.nodes) == 4096
    assert_computes_the_same(made(*doubled[:16]), rewrite(made(*doubled[:16])))


def test_operands_of_commutative_ops_are_sorted_and_no_others() -> None:
    graph = made(("relu", {}, (X,)), ("add", {}, (Value(0), X)), ("concat", {}, (Value(1), Value(0))))
    result = SortOperands().apply(graph)
    assert [node.inputs for node in result.nodes] == [(X,), (X, Value(0)), (Value(1), Value(0))]


def test_equal_pure_ops_are_merged_and_none_that_draws_keeps_or_has_weights_of_its_own() -> None:
    relu: Step = ("relu", {}, (X,))
    assert ops_of(MergeEqual().apply(made(relu, relu, ("concat", {}, (Value(0), Value(1)))))) == ["relu", "concat"]
    own: list[tuple[str, Statics]] = [("conv", CONV), ("bn", BN), ("drop_path", {"rate": 0.0})]
    for op, attributes in own:
        graph = made((op, attributes, (X,)), (op, attributes, (X,)), ("add", {}, (Value(0), Value(1))))
        assert MergeEqual().apply(graph) is graph
        assert ops_of(ForgetWeights().apply(graph)) == [op, "add"]


def test_equal_ops_with_shared_weights_are_merged_if_they_keep_nothing() -> None:
    for op, attributes, left in (("conv", CONV, ["conv", "add"]), ("bn", BN, ["bn", "bn", "add"])):
        graph = made((op, attributes, (X,)), (op, attributes, (X,)), ("add", {}, (Value(0), Value(1))))
        first, second, last = graph.nodes
        assert isinstance(second, Node)
        shared = replace(graph, nodes=(first, replace(second, parameters=f"{op}0"), last))
        assert ops_of(MergeEqual().apply(shared)) == left


def test_an_op_that_declares_no_law_is_left_alone() -> None:
    graph = drawn_graph(
        network_of("""
            op mine(*xs: t) -> t { }
            op other(x: t) -> t { }
            network n(x: vec[4]) -> vec[4] = mine(mine(other(zero(x)), x), other(zero(x)))
        """),
        0,
    )
    assert ops_of(rewrite(graph, (*EXACT, MergeEqual()))) == ["zero", "other", "mine", "other", "mine"]


def test_an_op_of_a_users_file_is_rewritten_by_its_laws() -> None:
    graph = drawn_graph(
        network_of("""
            op mine(*xs: t) -> t { law commutative, associative, skips_zero, identity }
            op other[k](x: t) -> t { law identity when k == 1 }
            network n(x: vec[4]) -> vec[4] = mine(mine(other[1](x), other[2](x)), zero(x))
        """),
        0,
    )
    assert ops_of(rewrite(graph)) == ["other", "mine"]
