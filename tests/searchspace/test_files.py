"""Architectures are kept in files, and replayed under other statics and in changed spaces."""

import warnings
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, UsageError
from archdsl.searchspace import (
    Architecture,
    ProgramChanged,
    Space,
    architecture_text,
    load,
    load_architecture,
    loads,
    shipped,
)
from archdsl.testing import sources
from tests.small import load_small

LABELS = """
network net(x: vec[4]) -> vec[4] {
  let number = choose one of [1, 2]
  let real = choose one of [0.5, 1.0]
  let word = choose one of ["yes", "1", "null"]
  let truth = choose one of [true, false]
  let text = choose { 1 | 2.5 | "on" }
  let list = choose any of [7, 8, 9]
  let f = repeat number + len(list) { relu if truth else tanh }
  return x |> f |> dropout[real / 2] |> (relu if text == 1 or word == "1" else tanh)
}
"""


def read_back(architecture: Architecture, folder: Path, space: Space | None = None) -> Architecture:
    """Write a file without waiting for the disk, and read it."""
    path = folder / "arch.yaml"
    path.write_text(architecture_text(architecture), encoding="utf-8")
    return load_architecture(path, space)


def kinds(architecture: Architecture) -> dict[str, type]:
    return {address: type(label) for address, label in architecture.decisions.items()}


def saved(architecture: Architecture, folder: Path) -> Path:
    path = folder / "arch.yaml"
    architecture.save(path)
    return path


@pytest.mark.parametrize("name", shipped())
def test_a_file_gives_the_architecture_again(name: str, tmp_path: Path) -> None:
    space = load_small(name)
    for seed in range(2):
        architecture = space.sample(seed=seed)
        again = read_back(architecture, tmp_path)
        assert again == architecture
        assert again.graph == architecture.graph
        assert again.space.statics == space.statics


@given(text=sources(limit=30), seed=st.integers(0, 9))
def test_a_file_gives_the_architecture_of_any_space_again(
    tmp_path_factory: pytest.TempPathFactory, text: str, seed: int
) -> None:
    space = loads(text)
    if space.verdict.kind == "proved":
        architecture = space.sample(seed=seed)
        again = read_back(architecture, tmp_path_factory.getbasetemp())
        assert again == architecture
        assert kinds(again) == kinds(architecture)


def test_labels_of_every_kind_survive(tmp_path: Path) -> None:
    space = loads(LABELS)
    for seed in range(30):
        architecture = space.sample(seed=seed)
        again = read_back(architecture, tmp_path, space)
        assert again == architecture
        assert kinds(again) == kinds(architecture)


def test_statics_that_were_set_are_kept(tmp_path: Path) -> None:
    space = load("nas_bench_201", per_stage=2, classes=100)
    again = load_architecture(saved(space.sample(seed=0), tmp_path))
    assert again.space.statics == space.statics
    assert again.params == space.sample(seed=0).params


def found_by_search(space: Space, *, with_none: bool) -> Architecture:
    """Give the first sample that has, or has not, the op that no network has in the end."""
    samples = (space.sample(seed=seed) for seed in range(1000))
    return next(own for own in samples if ("none" in own.decisions.values()) == with_none)


def test_what_a_search_found_is_rebuilt_deeper_and_wider(tmp_path: Path) -> None:
    small, large = load("darts", c=16, cells=8, search=True), load("darts")
    found = found_by_search(small, with_none=False)
    rebuilt = load_architecture(saved(found, tmp_path), large)
    assert rebuilt.space is large
    assert rebuilt.decisions == found.decisions
    assert rebuilt.params > 4 * found.params


def test_an_op_of_the_search_alone_is_refused_with_its_address(tmp_path: Path) -> None:
    small, large = load("darts", c=16, cells=8, search=True), load("darts")
    found = found_by_search(small, with_none=True)
    with pytest.raises(ArchdslError) as raised:
        load_architecture(saved(found, tmp_path), large)
    address = next(address for address, label in found.decisions.items() if label == "none")
    assert raised.value.diagnostics[0].code == "inadmissible-decision"
    assert address in raised.value.diagnostics[0].message


def changed(tmp_path: Path, before: str, after: str, seed: int = 0) -> tuple[Space, Path]:
    """Save an architecture of a space in a file, and then change the space's text."""
    source = tmp_path / "mine.nas"
    source.write_text(before)
    space = load(source)
    path = saved(space.sample(seed=seed), tmp_path)
    source.write_text(after)
    return space, path


def test_a_change_that_keeps_the_architecture_gives_one_note(tmp_path: Path) -> None:
    before = "network mine(x: vec[4]) -> vec[4] { let f = choose { a = relu | b = tanh } return x |> f }"
    space, path = changed(tmp_path, before, before.replace("| b", "| c = sigmoid | b"))
    with pytest.warns(ProgramChanged, match="saved under another text") as notes:
        again = load_architecture(path)
    assert len(notes) == 1
    assert again.decisions == space.sample(seed=0).decisions


def test_comments_and_layout_are_no_change(tmp_path: Path) -> None:
    before = "network mine(x: vec[4]) -> vec[4] { let f = choose { a = relu | b = tanh } return x |> f }"
    _, path = changed(tmp_path, before, '"""About."""\n' + before.replace("{", "{\n  # why\n"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_architecture(path)


def test_a_change_that_loses_decisions_lists_each(tmp_path: Path) -> None:
    before = """network mine(x: vec[4]) -> vec[4] {
      let f = choose { a = relu | b = tanh }
      let g = choose { a = relu | b = tanh }
      let h = choose { a = relu | b = tanh }
      return x |> f |> g |> h
    }"""
    after = before.replace("let g", "let u").replace("let h", "let v").replace("|> g |> h", "|> u |> v")
    _, path = changed(tmp_path, before, after)
    with pytest.raises(ArchdslError) as raised:
        load_architecture(path)
    messages = [diagnostic.message for diagnostic in raised.value.diagnostics]
    codes = [diagnostic.code for diagnostic in raised.value.diagnostics]
    assert codes.count("missing-decision") == 2
    assert codes.count("unknown-decision") == 2
    for name in "ghuv":
        assert any(f"`mine.{name}`" in message for message in messages)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-an-architecture"),
        ("just words", "not-an-architecture"),
        ("archdsl: 1\nspace: darts\n", "not-an-architecture"),
        ("archdsl: 99\nspace: darts\nnetwork: darts\nstatics: {}\ndecisions: {}\n", "not-an-architecture"),
        ("archdsl: 1\nspace: nothing\nnetwork: darts\nstatics: {}\ndecisions: {}\n", "unknown-space"),
        ("archdsl: 1\nspace: darts\nnetwork: other\nstatics: {}\ndecisions: {}\n", "no-network"),
        ("archdsl: 1\nspace: darts\nnetwork: darts\nstatics: {sea: 3}\ndecisions: {}\n", "unknown-static"),
        ("a: [", "not-an-architecture"),
        ("!!python/object/apply:os.system [ls]", "not-an-architecture"),
    ],
)
def test_a_file_that_is_no_architecture_is_refused(text: str, code: str, tmp_path: Path) -> None:
    path = tmp_path / "arch.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as raised:
        load_architecture(path)
    assert raised.value.diagnostics[0].code == code


def test_decisions_that_are_no_labels_are_refused(tmp_path: Path) -> None:
    path = saved(load("digits_cells").sample(seed=0), tmp_path)
    fields = yaml.safe_load(path.read_text())
    for wrong in ({"a": 1}, None, [["x"]], [1, "x"]):
        address = next(iter(fields["decisions"]))
        path.write_text(yaml.safe_dump({**fields, "decisions": {**fields["decisions"], address: wrong}}))
        with pytest.raises(ArchdslError):
            load_architecture(path)


def test_missing_and_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing-file"):
        load_architecture(tmp_path / "none.yaml")
    with pytest.raises(UsageError, match="not-a-file"):
        load_architecture(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not-an-architecture"):
        load_architecture(tmp_path / "binary")
    with pytest.raises(ArchdslError, match="unwritable-file"):
        load("digits_cells").sample(seed=0).save(tmp_path / "no" / "folder.yaml")


def test_a_transfer_gives_what_is_dropped_and_lists_what_is_missing() -> None:
    large = loads("""network n(x: vec[4]) -> vec[4] {
      let f = choose { a = relu | b = tanh }
      let g = choose { a = relu | b = tanh }
      return x |> f |> g
    }""")
    small = loads("network n(x: vec[4]) -> vec[4] { let f = choose { a = relu | e = tanh } return x |> f }")
    found, dropped = small.transfer(large.architecture({"n.f": "a", "n.g": "b"}))
    assert dict(found.decisions) == {"n.f": "a"}
    assert dropped == ("n.g",)
    with pytest.raises(ArchdslError) as raised:
        large.transfer(small.architecture({"n.f": "e"}))
    assert [own.code for own in raised.value.diagnostics] == ["inadmissible-decision", "missing-decision"]
