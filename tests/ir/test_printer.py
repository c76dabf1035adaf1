from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Source
from archdsl.elaborate import architecture_graph, bind_network, load_program
from archdsl.ir import Graph, Node, Scan, Value, print_graph, unquote_address
from archdsl.ir.printer import print_attribute, quote_address
from archdsl.searchspace import loads
from archdsl.testing import sources
from tests.strategies_scan import Recurrent, recurrents

from .architectures import drawn_graph, network_of, open_graph, open_shipped, shipped, shipped_network

SHIPPED = {id: (path, name) for id, path, name in shipped()}


def read_back(text: str) -> Graph:
    program = load_program(Source("<printed>", text))
    assert not program.diagnostics, program.diagnostics
    graph, decisions = architecture_graph(bind_network(program), {})
    assert not decisions
    return graph


def renumbered(graph: Graph) -> Graph:
    """Number the nodes by their place, and forget what text cannot carry."""
    number = {node.id: i for i, node in enumerate(graph.nodes)}
    number[-1] = -1

    def moved(value: Value) -> Value:
        return Value(number[value.node], value.index)

    nodes = tuple(replace(n, id=number[n.id], inputs=tuple(map(moved, n.inputs))) for n in graph.nodes)
    outputs = tuple(replace(output, value=moved(output.value)) for output in graph.outputs)
    return Graph(graph.name, graph.inputs, nodes, outputs)


def assert_reads_back(graph: Graph) -> None:
    again = read_back(print_graph(graph))
    assert renumbered(again) == renumbered(graph)
    assert all(
        type(value) is type(other)
        for node, twin in zip(graph.operations(), again.operations(), strict=True)
        for (_, value), (_, other) in zip(node.attributes, twin.attributes, strict=True)
    )


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("seed", range(3))
def test_an_architecture_of_a_shipped_space_reads_back_as_the_same_graph(id: str, seed: int) -> None:
    assert_reads_back(drawn_graph(shipped_network(*SHIPPED[id]), seed))


@given(text=sources(limit=60), seed=st.integers(0, 9))
def test_an_architecture_of_any_space_reads_back_as_the_same_graph(text: str, seed: int) -> None:
    space = loads(text)
    if space.verdict.kind == "proved":
        assert_reads_back(space.sample(seed=seed).graph)


@given(recurrents(), st.integers(0, 9))
def test_any_recurrent_network_reads_back_as_the_same_graph(recurrent: Recurrent, seed: int) -> None:
    for text in (recurrent.scanned, recurrent.unrolled):
        assert_reads_back(loads(text).sample(seed=seed).graph)


def test_printing_what_was_read_back_prints_the_same_ops() -> None:
    graph = drawn_graph(shipped_network(*SHIPPED["nas_bench_201:nas_bench_201"]), 0)
    text = print_graph(graph)
    again = print_graph(read_back(text))
    assert again.splitlines() == [line for line in text.splitlines() if not line.startswith("  #")]


def test_weights_that_are_shared_stay_shared() -> None:
    graph = drawn_graph(
        network_of("""
            network n(x: vec[4], z: vec[4]) -> vec[4] {
              let w = shared linear[4]
              nodes h[2] after (x, z) { return sum(relu(w(e)) for e in earlier) }
              return h[1] + w(x)
            }
        """),
        0,
    )
    keys = [node.parameters for node in graph.operations() if node.op == "linear"]
    assert len(keys) == 6
    assert len(set(keys)) == 1
    assert_reads_back(graph)


def test_several_inputs_and_results_and_an_auxiliary_output_read_back() -> None:
    graph = drawn_graph(
        network_of("""
            network n(y0: image[4, 5, 3], y2: image[4, 5, 3]) -> (image[2, 5, 3], image[4, 5, 3]) {
              let a, b = split[2](conv[4, [3, 1]](y0) + y2)
              return a, concat(a, b), extra = linear[3, bias = false](flatten(b))
            }
        """),
        0,
    )
    assert_reads_back(graph)
    assert "return y4, y6, extra = y8" in print_graph(graph)


def test_an_address_with_quotes_in_it_reads_back() -> None:
    graph = drawn_graph(
        network_of("""
            network n(x: image[4, 5, 5]) -> image[4, 5, 5] {
              return x |> choose { max_pool[3, pad = "same"] }
            }
        """),
        0,
    )
    assert '"' in graph.nodes[0].address
    assert_reads_back(graph)


def test_a_graph_without_ops_returns_its_input() -> None:
    graph = drawn_graph(network_of("network n(x: vec[4]) -> vec[4] = x"), 0)
    assert print_graph(graph) == "network n(x: vec[4]) -> vec[4] {\n  return x\n}\n"
    assert_reads_back(graph)


def test_the_text_names_the_cells_and_the_statics() -> None:
    graph = drawn_graph(
        network_of("""
            cell c(x: image) = relu |> conv[2, 1]
            network n(x: image[4, 5, 5]) -> image[2, 5, 5] = x |> c
        """),
        0,
    )
    assert print_graph(graph) == (
        "network n(x: image[4, 5, 5]) -> image[2, 5, 5] {\n"
        "  # c at c\n"
        '  let y0 = relu(x) at "c.relu"\n'
        "  let y1 = conv[2, kernel = 1, stride = 1, dilation = 1, groups = 1, bias = false, "
        'pad = "same"](y0) at "c.conv"\n'
        "  return y1\n"
        "}\n"
    )


def test_a_supergraph_prints_its_alternatives_below_their_choice() -> None:
    graph = open_graph(
        network_of("""
            network n(x: vec[4]) -> vec[4] {
              let f = choose { skip = identity | act = relu |> tanh | none = absent }
              nodes h[1] after (x, x + f(x)) { return sum(sigmoid(e) for e in choose 1 of earlier) }
              return h[0]
            }
        """)
    )
    assert graph is not None
    assert print_graph(graph) == (
        "# The supergraph of `n`: every choice is kept open. This is not a .nas file.\n"
        "network n(x: vec[4]) -> vec[4]\n"
        "  y0 = choose by n.f\n"
        "    skip:\n"
        "      y1 = identity(x) at f.skip.identity\n"
        "      return y1\n"
        "    act:\n"
        "      y2 = relu(x) at f.act.relu\n"
        "      y3 = tanh(y2) at f.act.tanh\n"
        "      return y3\n"
        "    none: absent\n"
        "  y4 = add(x, y0) at add\n"
        "  y5 = sigmoid(x) at h[0].sigmoid@0\n"
        "  y6 = sigmoid(y4) at h[0].sigmoid@1\n"
        "  y7, y8 = choose 1 of (0: y5, 1: y6) by n.h[0]\n"
        "  y9 = add(y7, y8) at h[0].sum\n"
        "  return y9\n"
    )


@pytest.mark.parametrize("id", SHIPPED)
def test_a_shipped_supergraph_prints_every_op_once(id: str) -> None:
    graph = open_shipped(*SHIPPED[id])
    if graph is None or not graph.is_supergraph:
        pytest.skip("its choices cannot all be kept open, or it has none")
    lines = [line.partition(", weights of ")[0] for line in print_graph(graph).splitlines() if " at " in line]
    printed = Counter(line.rpartition(" at ")[2] for line in lines)
    assert printed == Counter(node.address for node in graph.walk() if isinstance(node, (Node, Scan)))


@given(st.text('ab.[]@#%"\n0123456789AB'))
def test_a_quoted_address_has_no_quotes_and_reads_back(address: str) -> None:
    quoted = quote_address(address)
    assert not set(quoted) & {'"', "\n"}
    assert unquote_address(quoted) == address


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 'a"b', "a\nb"])
def test_a_value_that_no_text_can_write_is_refused(value: float | str) -> None:
    with pytest.raises(ValueError, match="expected a value that a"):
        print_attribute(value)


def test_ops_of_another_file_are_imported() -> None:
    graph = drawn_graph(network_of("op mine(x: t) -> t { }\nnetwork n(x: vec[4]) -> vec[4] = mine(x)"), 0)
    (node,) = graph.nodes
    assert isinstance(node, Node)
    origin = graph.ops["mine"].origin
    assert origin is not None

    def seen_at(path: str) -> str:
        source = Source(path, origin.source.text)
        return print_graph(
            replace(graph, ops={"mine": replace(graph.ops["mine"], origin=replace(origin, source=source))})
        )

    assert seen_at("/somewhere/my_ops.nas").startswith("use my_ops: mine\n\nnetwork n")
    assert seen_at("/usr/lib/archdsl/spaces/more/text.nas").startswith("use more.text: mine\n\nnetwork n")
    assert seen_at("spaces/std/join.nas").startswith("network n")
