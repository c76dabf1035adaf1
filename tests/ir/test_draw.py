from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Source
from archdsl.elaborate import bind_network, library, load_program, read_source
from archdsl.ir import INPUT, Facts, Graph, Input, Node, Output, Scope, Type, Value, print_graph
from archdsl.ir.draw import to_svg, to_tree
from archdsl.ir.draw.folding import element_of
from archdsl.ir.draw.layout import place
from archdsl.ir.draw.outline import outline
from archdsl.ir.draw.pictures import Box
from archdsl.ir.draw.scopes import prefixes
from archdsl.ir.draw.words import shortened, width_of

from .architectures import drawn_graph, network_of, open_shipped, shipped, shipped_network
from .pictures import assert_drawn_well

SHIPPED = {id: (path, name) for id, path, name in shipped()}

LETTERS = "ab<&>\"'[].@#0 \u00e9\u4e16\x07"
PARTS = st.sampled_from(["n[0]", "n[1]", "m[1]", "edge@0", "edge@1", "a<b>", 'pool[3, pad = "x"]', "k=0.5", "conv#1"])
TYPES = st.sampled_from([Type("image", (16, 8, 8)), Type("image", (32, 4, 4)), Type("vec", (10,))])


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any typed DAG, under addresses and scopes that no text would give it."""
    inputs = tuple(Input(draw(st.text(LETTERS, max_size=9)), draw(TYPES)) for _ in range(draw(st.integers(1, 2))))
    values = [Value(INPUT, i) for i in range(len(inputs))]
    nodes: list[Node] = []
    for i in range(draw(st.integers(1, 16))):
        taken = tuple(draw(st.lists(st.sampled_from(values), min_size=0, max_size=3)))
        types = tuple(draw(st.lists(TYPES, min_size=1, max_size=2)))
        op = draw(st.sampled_from(["conv", "add", "a<&b", "x" * 60]))
        address = ".".join([*draw(st.lists(PARTS, max_size=3)), op])
        nodes.append(Node(i, op, (("kernel", 3),), taken, Facts(types, (), 1), address, address))
        values += [Value(i, k) for k in range(len(types))]
    outputs = [Output(value) for value in draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))]
    outside = sorted({prefix for node in nodes for prefix in prefixes(node.address)[:-1]})
    kinds = st.sampled_from(["cell", "block", "choice", ""])
    scopes = tuple(Scope(prefix, prefix[-2:], kind) for prefix in outside if (kind := draw(kinds)))
    return Graph(draw(st.text(LETTERS, max_size=50)), inputs, tuple(nodes), tuple(outputs), scopes)


# ---------------------------------------------------------------- drawings


@given(graphs())
def test_a_drawing_of_any_graph_has_no_overlaps_and_every_edge(graph: Graph) -> None:
    assert_drawn_well(to_svg(graph))


@pytest.mark.parametrize("id", SHIPPED)
@pytest.mark.parametrize("seed", range(3))
def test_an_architecture_of_a_shipped_space_is_drawn_well(id: str, seed: int) -> None:
    assert_drawn_well(to_svg(drawn_graph(shipped_network(*SHIPPED[id]), seed)))


@pytest.mark.parametrize("id", SHIPPED)
def test_the_supergraph_of_a_shipped_space_is_drawn_well(id: str) -> None:
    graph = open_shipped(*SHIPPED[id])
    if graph is None:
        pytest.skip("its choices cannot all be kept open")
    assert_drawn_well(to_svg(graph))


@given(graphs())
def test_every_op_is_in_one_box_and_every_edge_between_boxes_is_in_the_picture(graph: Graph) -> None:
    picture = outline(graph).network
    place_of = {node.id: i for i, box in enumerate(picture.boxes) for node in box.nodes}
    assert sorted(node.id for box in picture.boxes for node in box.nodes) == [node.id for node in graph.nodes]
    for node in graph.nodes:
        box = picture.boxes[place_of[node.id]]
        for value in node.inputs:
            source = place_of.get(value.node)
            assert source == place_of[node.id] or source in {taken.box for taken in box.inputs}
            assert source is None or source <= place_of[node.id]


@given(graphs())
def test_a_drawing_is_the_same_each_time(graph: Graph) -> None:
    assert to_svg(graph) == to_svg(replace(graph))
    assert to_tree(graph) == to_tree(replace(graph))


def test_a_drawing_says_what_it_is_and_takes_nothing_from_outside() -> None:
    graph = drawn_graph(shipped_network(*SHIPPED["darts:darts"]), 0)
    root = ElementTree.fromstring(to_svg(graph))
    assert root.attrib["role"] == "img"
    assert root[0].text == "darts"
    assert "normal (18), reduce (2)" in (root[1].text or "")
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not attributes & {"id", "class_", "style", "href", "onclick"}


# ---------------------------------------------------------------- what is in a picture


def test_a_darts_cell_is_drawn_as_in_the_paper() -> None:
    graph = drawn_graph(shipped_network(*SHIPPED["darts:darts"]), 0)
    network, normal, reduce = assert_drawn_well(to_svg(graph))
    words = [vertex.texts[0] for vertex in normal.vertices]
    assert (normal.title, reduce.title) == ("normal", "reduce")
    assert words[:2] == ["ck\u22122", "ck\u22121"]
    assert words[-1] == "ck"
    assert [word for word in words if word.isdecimal()] == ["0", "1", "2", "3"]
    assert sum("_" in word for word in words) == 8
    for number in "0123":
        assert sum(target == words.index(number) for _, target in normal.edges) == 2
    ends = [words[source] for source, target in normal.edges if target == len(words) - 1]
    assert ends == ["0", "1", "2", "3"]
    rows = [vertex.texts for vertex in network.vertices if vertex.texts[0] in ("normal", "reduce")]
    assert [texts[0] for texts in rows] == ["normal", "reduce", "normal", "reduce", "normal"]
    assert all("\u00d76" in texts[1] for texts in rows[::2])


def test_a_cell_of_one_input_has_input_and_output_and_its_nodes_by_number() -> None:
    graph = drawn_graph(shipped_network(*SHIPPED["nas_bench_201:nas_bench_201"]), 0)
    _, cell = assert_drawn_well(to_svg(graph))
    words = [vertex.texts[0] for vertex in cell.vertices]
    assert words[0] == "input"
    assert words[-1] == "output"
    assert [word for word in words if word.isdecimal()] == ["0", "1", "2"]


def test_equal_layers_in_a_row_are_one_box_under_their_labels() -> None:
    graph = drawn_graph(
        network_of("""
            block layer(x: image[c, h, w]) = x |> choose { deep = conv[c, 3] |> relu }
            network n(x: image[4, 5, 5]) -> image[4, 5, 5] = x |> relu |> repeat 3 { layer } |> bn |> tanh
        """),
        0,
    )
    (figure,) = assert_drawn_well(to_svg(graph))
    assert ("deep", "\u00d73 \u00b7 432 params") in [vertex.texts for vertex in figure.vertices]


def test_a_picture_of_one_box_alone_is_opened() -> None:
    graph = drawn_graph(
        network_of("""
            block wide(x: image[c, h, w]) = x + (x |> conv[c, 3] |> relu)
            block deep(x: image[c, h, w]) = x |> conv[c, 1] |> tanh
            block layer(x: image) = x |> wide |> deep
            network n(x: image[4, 5, 5]) -> image[4, 5, 5] = x |> repeat 3 { layer }
        """),
        0,
    )
    (figure,) = assert_drawn_well(to_svg(graph))
    assert [vertex.texts[0] for vertex in figure.vertices][2:-1] == ["wide", "deep"] * 3


def test_types_stand_on_the_edges_where_they_change() -> None:
    graph = drawn_graph(network_of("network n(x: image[4, 6, 6]) -> vec[4] = x |> relu |> global_avg_pool |> tanh"), 0)
    (figure,) = assert_drawn_well(to_svg(graph))
    words = [vertex.texts[0] for vertex in figure.vertices]
    assert words == ["x", "4\u00d76\u00d76", "relu", "global_avg_pool", "vec 4", "tanh", "output"]


def test_a_long_chain_is_set_in_columns() -> None:
    steps = " |> ".join(["relu", "tanh"] * 18)
    graph = drawn_graph(network_of(f"network n(x: vec[4]) -> vec[4] = x |> {steps}"), 0)
    (figure,) = assert_drawn_well(to_svg(graph))
    assert max(vertex.rect.bottom for vertex in figure.vertices) < 800
    assert len({round((v.rect.left + v.rect.right) / 2) for v in figure.vertices}) == 3


def test_cells_in_cells_and_cells_of_two_structures_have_figures_of_their_own() -> None:
    graph = drawn_graph(
        network_of("""
            cell inner[m in 0..1](x: image) = x |> (relu if m == 0 else tanh)
            cell outer(x: image) = inner[0](x) + inner[1](x)
            network n(x: image[4, 5, 5]) -> image[4, 5, 5] = x |> outer |> relu |> outer
        """),
        0,
    )
    _, *cells = assert_drawn_well(to_svg(graph))
    assert [cell.title for cell in cells] == ["outer", "inner A", "inner B"]
    assert [vertex.texts[0] for vertex in cells[0].vertices] == ["input", "inner A", "inner B", "output"]


def test_an_auxiliary_output_and_a_second_input_are_drawn() -> None:
    graph = drawn_graph(
        network_of("network n(x: vec[4], y: vec[4]) -> (vec[4], vec[4]) { return x + y, y, extra = relu(x) }"), 0
    )
    (figure,) = assert_drawn_well(to_svg(graph))
    assert [vertex.texts[0] for vertex in figure.vertices if "put" in vertex.texts[0]] == ["output 1", "output 2"]
    assert "extra" in [vertex.texts[0] for vertex in figure.vertices]


def test_a_graph_that_was_printed_and_read_back_is_drawn_by_its_addresses() -> None:
    text = print_graph(drawn_graph(shipped_network(*SHIPPED["darts:darts"]), 0))
    graph = drawn_graph(bind_network(load_program(Source("<text>", text))), 0)
    (figure,) = assert_drawn_well(to_svg(graph))
    names = [vertex.texts[0] for vertex in figure.vertices]
    assert {"conv_bn", "normal", "reduce", "linear"} <= set(names)
    assert len(figure.vertices) < 60
    assert len(to_tree(graph).splitlines()) < 60


# ---------------------------------------------------------------- trees


def test_the_tree_of_a_darts_network_of_20_cells_fits_on_a_screen() -> None:
    graph = drawn_graph(shipped_network(*SHIPPED["darts:darts"]), 0)
    lines = to_tree(graph).splitlines()
    assert len(lines) <= 60
    assert f"{graph.params:,}" in lines[1]
    assert f"{graph.macs:,}" in lines[1]
    assert sum("normal" in line for line in lines) == 3


def test_a_tree_gives_types_and_costs_of_each_part() -> None:
    graph = drawn_graph(
        network_of("""
            cell c(x: image[w, h, h]) = relu |> conv[2 * w, 3, 2] |> conv[w, 1]
            network n(x: image[4, 6, 6]) -> image[4, 2, 2] = x |> repeat 2 { c } |> tanh
        """),
        0,
    )
    assert to_tree(graph).splitlines() == [
        "                      type            params   MACs",
        "n(x: image[4, 6, 6])  image[4, 2, 2]     640  4,160",
        "├─ c[0]               image[4, 3, 3]     320  2,880",
        "│  ├─ relu            image[4, 6, 6]       -      -",
        "│  ├─ conv 3\u00d73 /2     image[8, 3, 3]     288  2,592",
        "│  └─ conv#1 1\u00d71      image[4, 3, 3]      32    288",
        "├─ c[1]               image[4, 2, 2]     320  1,280",
        "└─ tanh               image[4, 2, 2]       -      -",
    ]


@pytest.mark.parametrize("id", SHIPPED)
def test_the_parts_of_a_tree_cost_what_the_network_costs(id: str) -> None:
    graph = drawn_graph(shipped_network(*SHIPPED[id]), 0)
    rows = [line.split() for line in to_tree(graph).splitlines()[2:] if line[0] in "\u251c\u2514"]
    params = sum(int(row[-2].replace(",", "").replace("-", "0")) for row in rows)
    assert params == graph.params


# ---------------------------------------------------------------- the parts of the drawing


@given(st.data())
def test_a_layout_of_any_dag_has_rising_layers_and_room_for_all(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda e: e[0] < e[1])
    edges = data.draw(st.lists(pairs, max_size=25, unique=True)) if count > 1 else []
    sizes = [(data.draw(st.floats(5, 40)), data.draw(st.floats(5, 90))) for _ in range(count)]
    placed = place(sizes, edges, gap=20.0, beside=10.0)
    boxes = [(u - a / 2, u + a / 2, v - b / 2, v + b / 2) for (u, v), (a, b) in zip(placed.centers, sizes, strict=True)]
    for i, (left, right, top, bottom) in enumerate(boxes):
        assert left >= -1e-6
        assert top >= -1e-6
        assert right <= placed.length + 1e-6
        assert bottom <= placed.breadth + 1e-6
        for l2, r2, t2, b2 in boxes[i + 1 :]:
            assert right <= l2 or r2 <= left or bottom <= t2 - 9.99 or b2 <= top - 9.99
    for (source, target), route in zip(edges, placed.routes, strict=True):
        assert boxes[source][1] + 19.99 <= boxes[target][0]
        assert len(route) % 2 == 0
        assert all(a[0] <= b[0] + 1e-6 for a, b in pairwise(route))


@pytest.mark.parametrize(
    ("address", "element"),
    [
        ("cell.h[0].sum", "h[0]"),
        ("cell.h[12].edge@1.conv.relu", "h[12]"),
        ("cell.relu[1]", None),
        ("cell.repeat[1].relu", None),
        ("cell.avg_pool[3].avg_pool", None),
        ("cell.mb[k=3].conv", None),
        ("cell.concat", None),
    ],
)
def test_a_node_of_a_list_is_told_by_its_address(address: str, element: str | None) -> None:
    node = Node(0, "op", (), (), Facts((), (), 0), address, address)
    assert element_of(Box("op", "op", address, (node,), (), ()), "cell") == element


@given(st.text(), st.integers(2, 40))
def test_a_shortened_text_is_short_and_on_one_line(text: str, most: int) -> None:
    short = shortened(text, most)
    assert len(short) <= most
    assert "\n" not in short


def test_no_letter_is_taken_for_narrower_than_it_is() -> None:
    assert width_of("ill", 10) < width_of("abc", 10) < width_of("WMW", 10) <= width_of("\u4e16\u754c\u4e16", 10)


def test_every_shipped_file_is_tested() -> None:
    assert {path for path, _ in SHIPPED.values()} == {
        path for path in library().glob("*.nas") if load_program(read_source(path), path).networks()
    }
