"""What the commands print where all is well."""

import json
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from archdsl.cli.main import run
from archdsl.operators import ResampleDecision, ResampleDecisions, neighbors
from archdsl.searchspace import load, load_architecture, shipped
from tests.small import STATICS

SPACES = Path(__file__).parents[2] / "spaces"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(arguments) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def test_every_shipped_file_is_proved(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(path) for path in (*sorted(SPACES.glob("*.nas")), *sorted((SPACES / "std").glob("*.nas")))]
    large = [file for file in files if Path(file).stem in STATICS]
    lines = printed(capsys, "check", *(file for file in files if file not in large)).splitlines()
    for file in large:
        statics = [f"--set={name}={value}" for name, value in STATICS[Path(file).stem].items()]
        lines += printed(capsys, "check", file, *statics).splitlines()
    assert len(lines) == len(files)
    assert all(": proved: " in line for line in lines)


def test_what_is_not_proved_is_an_error_only_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "n.nas"
    some = "let some = choose any of 1..40 return x |> repeat len(some) { relu }"
    path.write_text(f"network n(x: vec[4]) -> vec[4] {{ {some} }}\n", encoding="utf-8")
    assert run(["check", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out.endswith(": not proved\n")
    assert "warning[budget-spent]: not every architecture of `n` is proved" in said.err + said.out
    assert "drawn at random" in said.err + said.out
    assert run(["check", "--strict", str(path)]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", STATICS)
def test_a_large_space_is_proved(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ": proved: " in printed(capsys, "check", name)


@pytest.mark.parametrize(
    ("space", "size"),
    [
        ("nas_bench_201", "15,625"),
        ("darts", "1,076,746,950,455,072,400"),
        ("proxylessnas", "221,502,229,807,900,608"),
        ("mobilenet_v2", "1"),
        ("digits_cells", "72,576"),
    ],
)
def test_info_counts_exactly(space: str, size: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert f"architectures: {size}\n" in printed(capsys, "info", space)
    assert f"genotypes: {size}\n" in printed(capsys, "info", space)
    found = json.loads(printed(capsys, "info", space, "--json"))
    assert found["architectures"] == found["genotypes"]["number"] == int(size.replace(",", ""))


def test_info_shows_each_type_that_an_architecture_may_give(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "n.nas"
    path.write_text("network n(x: vec[4]) { return x |> choose { linear[3] | linear[5] } }", encoding="utf-8")
    assert "(x: vec[4]) -> vec[3] or vec[5]\n" in printed(capsys, "info", str(path))


def test_info_shows_the_first_of_many_choices(capsys: pytest.CaptureFixture[str]) -> None:
    number = len(load("einspace").choices)
    assert f"… and {number - 100:,} more choices" in printed(capsys, "info", "einspace")
    assert len(json.loads(printed(capsys, "info", "einspace", "--json"))["choices"]) == number


def test_info_shows_labels_as_they_are_stored(capsys: pytest.CaptureFixture[str]) -> None:
    label = next(iter(load("proxylessnas").choices.values()))[0]
    assert label == "mb[k=3,e=3]"
    assert label in printed(capsys, "info", "proxylessnas")


def test_a_number_that_nobody_reads_is_told_by_its_length(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "deep.nas"
    path.write_text("network deep(x: vec[4]) -> vec[4] = x |> repeat 9500 { choose { relu | tanh | sigmoid } }")
    assert "proved: `deep` about 10^4532 architectures" in printed(capsys, "check", str(path))
    shown = printed(capsys, "info", str(path))
    assert "architectures: about 10^4532\n" in shown
    assert "genotypes: about 10^4532\n" in shown
    assert json.loads(printed(capsys, "info", str(path), "--json"))["architectures"] == 3**9500


def test_check_tells_real_settings_beside_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "n.nas"
    text = (
        "network n(x: vec[4]) -> vec[4] { setting rate = choose one of 1e-4..1e-1 return x |> choose { relu | tanh } }"
    )
    path.write_text(text, encoding="utf-8")
    assert "`n` 2 architectures times the real setting `n.rate`" in printed(capsys, "check", str(path))


def test_info_says_where_genotypes_are_not_defined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "n.nas"
    cell = "cell wide(x: vec[d]) { return x |> choose { linear[4] | linear[8] } }"
    block = "block last(x: vec[d]) { return x |> choose { linear[2] | crop[2] when d == 8 } }"
    network = "network n(x: vec[4]) -> vec[2] { return x |> wide |> last }"
    path.write_text(f"{cell}\n{block}\n{network}\n", encoding="utf-8")
    reason = "what is decided in `wide` decides what it gives, and so what others decide"
    assert f"architectures: 3\ngenotypes: not defined: {reason}\n" in printed(capsys, "info", str(path))
    found = json.loads(printed(capsys, "info", str(path), "--json"))["genotypes"]
    assert found == {"number": None, "kind": "not defined", "reason": reason}


def test_info_says_what_keeps_a_space_from_having_a_supergraph(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "n.nas"
    path.write_text(
        """network n(x: image[4, 8, 8]) -> vec[2] {
  let y = x |> conv[choose { 4 | 8 }, 1] |> conv[4, 3]
  return y |> choose { keep = identity | halve = max_pool[3, 2] } |> global_avg_pool |> linear[2]
}
""",
        encoding="utf-8",
    )
    assert run(["info", str(path), "--one-shot"]) == 1
    shown = capsys.readouterr()
    assert "architectures: 4\n" in shown.out
    assert "supergraph: none: 2 places cannot be kept open\n" in shown.out
    assert "the alternatives of `n.y` give tensors of different widths" in shown.err
    assert "the alternatives of `n` give tensors of different sizes" in shown.err
    assert run(["info", str(path), "--one-shot", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["supergraph"] is None
    assert [refusal["code"] for refusal in found["refusals"]] == ["open-choice", "open-choice"]
    assert all(len(refusal["labels"]) == 2 for refusal in found["refusals"])


def test_info_counts_what_a_supergraph_holds(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "info", "nas_bench_201", "--one-shot", "--json"))
    assert found["supergraph"]["weights"] > 0
    assert "refusals" not in found
    assert "supergraph: 954 nodes, " in printed(capsys, "info", "nas_bench_201", "--one-shot")


def test_info_tells_the_bounds_of_what_architectures_cost(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, "info", "nas_bench_201", "--bounds", "--json"))
    ends = {"least": {"value": 73_306, "kind": "exact"}, "greatest": {"value": 1_531_546, "kind": "exact"}}
    assert found["bounds"]["params"] == ends
    shown = printed(capsys, "info", "nas_bench_201", "--bounds")
    assert "params: 73,306 to 1,531,546" in shown
    assert "macs: 7,783,040 to 220,119,680" in shown
    assert "bounds" not in json.loads(printed(capsys, "info", "nas_bench_201", "--json"))


def test_spaces_lists_what_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(json.loads(printed(capsys, "spaces", "--json"))) == set(shipped())


def test_a_sample_is_written_shown_drawn_and_costed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "arch.yaml")
    printed(capsys, "sample", "darts", "--seed", "7", "--out", file)
    assert "normal" in printed(capsys, "show", file)
    assert "network darts(" in printed(capsys, "show", file, "--nas")
    printed(capsys, "show", file, "--svg", str(tmp_path / "arch.svg"))
    assert (tmp_path / "arch.svg").read_text(encoding="utf-8").startswith("<svg")
    small = json.loads(printed(capsys, "cost", file, "--set", "c=4", "--set", "cells=3", "--json"))
    whole = json.loads(printed(capsys, "cost", file, "--json"))
    assert 0 < small["params"] < whole["params"]
    assert whole["flops"] == 2 * whole["macs"]


def test_a_uniform_sample_is_that_of_the_python_call(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "sample", "nas_bench_201", "--uniform", "--seed", "3", "--json")
    assert json.loads(text)["decisions"] == load("nas_bench_201").sample_uniform(seed=3).to_dict()


def test_an_architecture_and_its_index_are_found_by_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "arch.yaml")
    text = printed(capsys, "unrank", "darts", "1000000000000000000", "--out", file)
    assert text == printed(capsys, "unrank", "darts", "1000000000000000000")
    assert printed(capsys, "rank", file) == "1,000,000,000,000,000,000 of 1,076,746,950,455,072,400\n"
    answer = json.loads(printed(capsys, "rank", file, "--json"))
    assert answer == {"rank": 10**18, "architectures": 1_076_746_950_455_072_400, "kind": "exact"}
    assert "of 1,076,746,950,455,072,400" in printed(capsys, "rank", file, "--set", "c=4")


def test_architectures_are_listed_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    space = load("digits_cells")
    lines = printed(capsys, "enumerate", "digits_cells", "--start", "1000", "--count", "20", "--json").splitlines()
    expected = [{"index": i, "decisions": space.unrank(i).to_dict()} for i in range(1000, 1020)]
    assert [json.loads(line) for line in lines] == expected
    assert len(printed(capsys, "enumerate", "nas_bench_201").splitlines()) == 15_625
    assert printed(capsys, "enumerate", "nas_bench_201", "--start", "15625") == ""
    assert printed(capsys, "enumerate", "mobilenet_v2") == "0\n"
    first = printed(capsys, "enumerate", "digits_cells", "--count", "1").split("  ")
    assert first[:3] == ["0", "digits_cells.squeeze=strided", "node_cell.n[0]=[0]"]


def test_the_cost_of_mobilenet_v2_is_the_published_one(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "cost", "mobilenet_v2")
    assert "3,504,872" in text
    assert "300,774,272" in text


def test_the_ops_of_a_scan_cost_as_often_as_they_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rnn.nas"
    file.write_text(
        "cell rnn(x: vec[d], h: vec[d]) = linear[d](x) + linear[d](h)\n"
        "network net(x: seq[5, 4]) -> vec[4] { let _y, last = scan[rnn](x) return last }\n",
        encoding="utf-8",
    )
    lines = printed(capsys, "cost", str(file), "--by-op").splitlines()
    assert lines[:2] == ["params  40", "MACs    160"]
    assert [line.split() for line in lines[4:]] == [["linear", "10", "40", "160"], ["add", "5", "0", "0"]]


def test_an_architecture_is_trained_and_its_run_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    file, out = str(tmp_path / "arch.yaml"), tmp_path / "run"
    printed(capsys, "sample", "digits_cells", "--seed", "1", "--set", "width=4", "--out", file)
    text = printed(capsys, "train", file, "--epochs", "1", "--out", str(out))
    assert "digits: image[1, 8, 8]" in text
    assert "test_accuracy" in text
    printed(capsys, "report", str(out))
    assert (out / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "finished" in printed(capsys, "runs", str(tmp_path))
    assert printed(capsys, "show", str(out))


def test_fmt_changes_only_the_layout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "n.nas"
    path.write_text(
        "network  n(x: image[1,8,8])->vec[3]{return x|>global_avg_pool|>linear[3]} # end\n", encoding="utf-8"
    )
    assert run(["fmt", "--check", str(path)]) == 1
    capsys.readouterr()
    printed(capsys, "fmt", str(path))
    assert printed(capsys, "fmt", "--check", str(path)) == ""
    assert "# end" in path.read_text(encoding="utf-8")


def test_dedup_counts_networks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "n.nas"
    part = "cell part(x: vec[d]) { return x + (x |> choose { zero | relu | identity |> relu }) }"
    path.write_text(f"{part}\nnetwork n(x: vec[4]) -> vec[4] = x |> part |> part\n", encoding="utf-8")
    lines = printed(capsys, "dedup", str(path)).splitlines()
    assert lines[0] == "n: one use of cell `part`"
    assert lines[2].split()[:2] == ["decisions", "3"]
    assert ["fingerprints", "2", "exact", "rewrites"] in [line.split() for line in lines]
    assert printed(capsys, "dedup", str(path), "--whole").startswith("n: whole networks\n")
    found = json.loads(printed(capsys, "dedup", str(path), "--json"))
    assert (found["decisions"], found["connected"]) == (3, 3)
    exact = {"name": "fingerprints", "number": 2, "is_exact": True, "meaning": "exact rewrites"}
    assert exact in found["classes"]


def test_an_architecture_is_mutated_as_in_python(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space, file, out = load("darts"), str(tmp_path / "arch.yaml"), tmp_path / "mutant.yaml"
    parent = space.sample(seed=1)
    parent.save(file)
    assert run(["mutate", file, "--where", "normal.*", "--kind", "op", "--seed", "3", "--out", str(out), "--json"]) == 0
    said = capsys.readouterr()
    mutant = ResampleDecision("normal.*", "op").apply(parent, space, Random(3))
    assert json.loads(said.out)["decisions"] == mutant.to_dict()
    assert load_architecture(out) == mutant
    ((address, label),) = [own for own in mutant.decisions.items() if parent.decisions[own[0]] != own[1]]
    assert said.err == f"{address}: {parent.decisions[address]} -> {label}\n"
    text = printed(capsys, "mutate", file, "--with", "{operator: resample_decisions, count: 3}", "--json")
    assert json.loads(text)["decisions"] == ResampleDecisions(3).apply(parent, space, Random(0)).to_dict()
    for wrong in (["--with", "resample"], ["--with", "uniform_crossover"], ["--kind", "ops"], ["--with", "{a"]):
        assert run(["mutate", file, *wrong]) == 2


def test_neighbors_are_listed_with_what_they_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space, file = load("nas_bench_201"), str(tmp_path / "arch.yaml")
    parent = space.unrank(0)
    parent.save(file)
    lines = printed(capsys, "neighbors", file).splitlines()
    assert len(lines) == 24
    assert lines[0] == "node_cell.n[0].edge_op@0: none -> skip_connect"
    assert printed(capsys, "neighbors", file, "--number", "--where", "*n[2]*", "--kind", "op") == "12\n"
    near = [json.loads(line) for line in printed(capsys, "neighbors", file, "--count", "3", "--json").splitlines()]
    assert [own["decisions"] for own in near] == [own.to_dict() for own in islice(neighbors(parent, space), 3)]
    assert {own["distance"] for own in near} == {1}
    assert run(["neighbors", file, "--kind", "ops"]) == 2
