"""A cell by itself decides what it decides in its network, and is what it is there."""

from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import assume, given

from archdsl.diagnostics import ArchdslError
from archdsl.ir import Type
from archdsl.searchspace import load, loads
from archdsl.searchspace.cells import cell_space, only_cell
from archdsl.testing import sources


@pytest.mark.parametrize("root", ["normal", "reduce"])
def test_a_darts_cell_has_as_many_architectures_as_published(root: str) -> None:
    assert cell_space(load("darts"), root).size() == 1_037_664_180


def test_a_cell_has_the_statics_and_the_types_of_its_first_use() -> None:
    cell = cell_space(load("nas_bench_201", width=8), "node_cell")
    assert [port.type for port in cell.elaborated.inputs] == [Type("image", (8, 32, 32))]
    assert cell_space(load("darts"), "normal").statics["c"] == 36


def test_decisions_of_a_cell_have_the_addresses_that_they_have_in_the_network() -> None:
    space = load("nas_bench_201", per_stage=1)
    cell = cell_space(space, "node_cell")
    assert cell.choices == space.choices
    assert cell.sample(seed=3).decisions in space


def test_ops_of_a_cell_are_those_of_its_first_use() -> None:
    space = load("nas_bench_201", per_stage=1)
    cell = cell_space(space, "node_cell").sample(seed=5)
    whole = space.architecture(cell.decisions).graph
    first = [(node.op, node.types) for node in whole.nodes if node.address.startswith("node_cell[0].")]
    assert [(node.op, node.types) for node in cell.graph.nodes] == first


def test_a_cell_of_another_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "parts.nas").write_text(
        "block act(x) = x |> choose { relu | tanh }\ncell part[n](*xs: vec[d]) = sum(xs) |> repeat n { act }\n",
        encoding="utf-8",
    )
    path = tmp_path / "whole.nas"
    path.write_text(
        "use parts: part as own\nnetwork whole(x: vec[4], y: vec[4]) -> vec[4] = own[2](x, y)\n", encoding="utf-8"
    )
    space = load(path)
    assert only_cell(space) == "part"
    cell = cell_space(space, "part")
    assert [port.name for port in cell.elaborated.inputs] == ["xs0", "xs1"]
    assert (cell.size(), cell.choices) == (4, space.choices)


def test_no_cell_is_the_only_one_where_others_decide_too() -> None:
    part = "cell part(x: vec[d]) { return x |> choose { relu | tanh } }\n"
    assert only_cell(loads(f"{part}network n(x: vec[4]) -> vec[4] = x |> part |> choose {{ relu | tanh }}")) is None
    assert only_cell(loads(f"{part}network n(x: vec[4]) -> vec[4] = x |> part |> part")) == "part"
    assert only_cell(loads("network n(x: vec[4]) -> vec[4] = x |> choose { relu | tanh }")) is None
    assert only_cell(loads("network n(x: vec[4]) -> vec[4] = x |> relu")) is None


def test_a_cell_whose_name_begins_anothers_is_not_taken_for_it() -> None:
    text = """
        cell part(x: vec[d]) { return x |> tanh }
        cell part2(x: vec[d]) { return x |> choose { relu | tanh } }
        network n(x: vec[4]) -> vec[4] = x |> part |> part2
    """
    assert only_cell(loads(text)) == "part2"


@given(text=sources(limit=24))
def test_the_only_cell_has_the_architectures_of_its_network(text: str) -> None:
    try:
        space = loads(text)
        root = only_cell(space)
    except ArchdslError:
        assume(False)
        raise
    if root is not None:
        cell = cell_space(space, root)
        assert cell.size() >= space.size()
        assert set(cell.choices) == set(space.choices)


@given(text=sources(limit=60))
def test_what_states_forget_stands_in_the_diagram(text: str) -> None:
    found = []
    for most_alike in (0, 1_000):
        with patch("archdsl.searchspace.paths.MOST_ALIKE", most_alike):
            space = loads(text)
            found.append(
                (
                    space.verdict.kind,
                    [dict(own.decisions) for own in space.enumerate()] if space.verdict.kind == "proved" else [],
                )
            )
    assert found[0] == found[1]
