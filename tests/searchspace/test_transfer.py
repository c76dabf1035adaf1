"""Decisions are replayed in other spaces: by label, in every network that uses the same cells."""

import warnings
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.cli.main import run
from archdsl.diagnostics import ArchdslError
from archdsl.elaborate import Outside
from archdsl.ir import label_text
from archdsl.searchspace import Architecture, Space, load, loads
from archdsl.testing import sources
from tests.interop.exported import DARTS_V2, decisions

CELLS = """
cell part(x) = x |> choose { relu | tanh } |> inner
block inner(x) = x |> choose { relu weight 3 | sigmoid }
network small[n = 4](x: vec[n]) -> vec[n] = x |> part |> choose { short = relu | long = repeat 2 { inner } }
network large(x: vec[8]) -> vec[8] {
  setting rate = choose one of 1e-4..1e-1
  let width = choose one of [4, 8]
  return x |> part |> linear[width] |> (choose { wide = relu | narrow = tanh when width == 4 }) |> linear[8]
}
"""


def test_darts_cells_are_rebuilt_for_imagenet_with_the_published_sizes() -> None:
    found = load("darts", c=16, cells=8, search=True).architecture(decisions(DARTS_V2))
    for auxiliary, params in ((False, 4_718_752), (True, 5_979_528)):
        moved, dropped = load("darts_imagenet", auxiliary=auxiliary).transfer(found)
        assert not dropped
        assert moved.decisions == found.decisions
        assert (moved.params, moved.macs) == (params, 529_911_552)


@given(text=sources(limit=30), other=sources(limit=30), seed=st.integers(0, 9))
def test_what_is_filled_is_a_member_that_keeps_what_can_be(text: str, other: str, seed: int) -> None:
    source, target = loads(text), loads(other)
    if source.verdict.kind == target.verdict.kind == "proved":
        architecture = source.sample(seed=seed)
        with suppress(Outside):  # no member decides all of this
            moved, dropped = target.transfer(architecture, fill="prior", seed=seed)
            assert moved in target
            given = architecture.decisions
            assert set(dropped) == set(given) - set(moved.decisions)
            for address in set(given) - set(dropped):
                assert label_text(given[address]) == label_text(moved.decisions[address])


@given(text=sources(limit=30), seed=st.integers(0, 9))
def test_a_member_is_filled_with_nothing(text: str, seed: int) -> None:
    space = loads(text)
    if space.verdict.kind == "proved":
        architecture = space.sample(seed=seed)
        assert space.transfer(architecture, fill="prior") == (architecture, ())


@pytest.fixture(scope="module")
def small() -> Space:
    return loads(CELLS, network="small")


@pytest.fixture(scope="module")
def large() -> Space:
    return loads(CELLS, network="large")


def drawn(small: Space) -> Architecture:
    return small.architecture({"part": "tanh", "part.inner": "sigmoid", "small": "short"})


def test_what_is_missing_is_an_error_that_lists_all_of_it(small: Space, large: Space) -> None:
    with pytest.raises(ArchdslError) as caught:
        large.transfer(drawn(small))
    missing = [diagnostic.message for diagnostic in caught.value.diagnostics if diagnostic.code == "missing-decision"]
    assert missing == [f"no decision is given for `{own}`" for own in ("large.rate", "large.width", "large")]


def test_what_is_missing_is_drawn_by_its_prior(small: Space, large: Space) -> None:
    counts: Counter[str] = Counter()
    for seed in range(300):
        moved, dropped = large.transfer(drawn(small), fill="prior", seed=seed)
        assert dropped == ("small",)
        assert (moved.decisions["part"], moved.decisions["part.inner"]) == ("tanh", "sigmoid")
        assert moved in large
        counts[f"{moved.decisions['large.width']} {moved.decisions['large']}"] += 1
    assert set(counts) == {"4 wide", "4 narrow", "8 wide"}
    assert 110 < counts["8 wide"] < 190
    again = large.transfer(drawn(small), fill="prior", seed=7)
    assert again == large.transfer(drawn(small), fill="prior", seed=7)


def test_what_is_given_restricts_what_is_drawn(large: Space) -> None:
    given = Architecture(large, {"large": "narrow", "large.rate": 0.01})
    moved, _ = large.transfer(given, fill="prior")
    assert (moved.decisions["large.width"], moved.settings["rate"]) == (4, 0.01)


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ({"part": "gelu", "large": "deep"}, ["`gelu` is no admissible decision for `part`", "`deep` is no admissible"]),
        ({"large.rate": 0.5}, ["`0.5` is no admissible decision for `large.rate`"]),
        ({"large": "narrow", "large.width": 8}, ["no architecture of `large` has all the decisions"]),
    ],
)
def test_what_cannot_be_kept_is_an_error_also_where_the_rest_is_drawn(
    large: Space, given: dict[str, object], messages: list[str]
) -> None:
    with pytest.raises(ArchdslError) as caught:
        large.transfer(Architecture(large, given), fill="prior")  # type: ignore[arg-type]
    assert [own.code for own in caught.value.diagnostics] == ["inadmissible-decision"] * len(messages)
    for own, message in zip(caught.value.diagnostics, messages, strict=True):
        assert message in own.message


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        status = run(list(arguments))
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def test_a_cell_is_found_again_where_its_name_alone_does_not_say_which_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.nas").write_text(
        "cell unit(x) = x |> choose { relu | tanh }\nnetwork one(x: vec[4]) -> vec[4] = x |> unit", encoding="utf-8"
    )
    (tmp_path / "two.nas").write_text(
        "use one: unit as first\ncell unit(x) = x |> choose { relu | tanh | sigmoid }\n"
        "network both(x: vec[4]) -> vec[4] = x |> first |> unit",
        encoding="utf-8",
    )
    one, both = load(tmp_path / "one.nas"), load(tmp_path / "two.nas")
    for seed in range(5):
        short, long = one.sample(seed=seed), both.sample(seed=seed)
        moved, dropped = both.transfer(short, fill="prior")
        assert (moved.decisions["one.unit"], dropped) == (short.decisions["unit"], ())
        moved, dropped = one.transfer(long)
        assert (moved.decisions, dropped) == ({"unit": long.decisions["one.unit"]}, ("two.unit",))
    one.sample(seed=0).save(tmp_path / "arch.yaml")
    _, _, err = said(capsys, "show", str(tmp_path / "arch.yaml"), "--at", f"{tmp_path}/two.nas", "--fill", "prior")
    assert err.startswith("drawn, for it was not decided: two.unit = ")
    assert err.count("\n") == 1


def test_commands_rebuild_an_architecture_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "arch.yaml")
    load("darts", c=16, cells=8).architecture(decisions(DARTS_V2)).save(path)
    status, out, err = said(capsys, "cost", path, "--at", "darts_imagenet", "--set", "c=48", "--json")
    assert (status, err) == (0, "")
    assert '"params": 4718752' in out
    status, _, err = said(capsys, "cost", path, "--at", "darts_imagnet")
    assert status == 2
    assert "declares no network `darts_imagnet`" in err


def test_commands_say_what_is_dropped_and_what_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], small: Space
) -> None:
    (tmp_path / "cells.nas").write_text(CELLS, encoding="utf-8")
    path = str(tmp_path / "arch.yaml")
    load(tmp_path / "cells.nas", network="small").architecture(drawn(small).decisions).save(path)
    status, _, err = said(capsys, "show", path, "--at", "large")
    assert status == 1
    assert err.count("error[missing-decision]") == 3
    status, out, err = said(capsys, "show", path, "--at", "large", "--fill", "prior")
    assert status == 0
    assert "dropped, for nothing asks for it here: small\n" in err
    assert "drawn, for it was not decided: large.width = " in err
    assert "part = tanh" in out
    status, _, err = said(capsys, "show", path, "--at", "large", "--fill", "uniform")
    assert (status, "expected `--fill prior`" in err) == (2, True)
