"""Settings are decisions of the architecture: drawn, counted, kept, changed, and read by the evaluator."""

from math import log
from pathlib import Path
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, UsageError
from archdsl.elaborate import architecture_graph
from archdsl.ir import Interval
from archdsl.operators import ResampleDecision
from archdsl.searchspace import Architecture, Space, load_architecture, loads
from archdsl.testing.brute_force import brute_force, key_of

REAL = """
network net(x: vec[4]) -> vec[4] {
  setting learning_rate = choose one of 1e-4..1e-1
  setting optimizer = choose { sgd = "sgd" weight 3 | adamw = "adamw" }
  setting momentum = choose one of 0..0.9 if optimizer == "sgd" else 0.5
  setting batch_size = choose one of 32..64 step 32
  setting nesterov = true
  return x |> choose { relu | tanh }
}
"""
FINITE = """
block part(x) { setting rate = choose one of [1, 2] return x |> relu |> dropout[0.1 * rate] }
cell once(x) { setting rate = choose { low = [1, 2] | high = [3] } return x |> relu }
network net(x: vec[4]) -> vec[4] {
  setting epochs_before = choose one of 1..3
  return x |> part |> once |> part |> once
}
"""
CELLS = """
cell once[low, high](x) { setting rate = choose one of low..high return relu(x) }
network net(x: vec[4]) -> vec[4] = x |> once[0.0, 0.5] |> once[0.25, 1.0]
network apart(x: vec[4]) -> vec[4] = x |> once[0.0, 0.5] |> once[0.75, 1.0]
"""


@pytest.fixture(scope="module")
def real() -> Space:
    return loads(REAL)


def code_of(caught: pytest.ExceptionInfo[ArchdslError]) -> str:
    return caught.value.diagnostics[0].code


def test_a_finite_setting_counts_like_any_choice() -> None:
    space = loads(FINITE)
    assert space.size() == 3 * 2 * 2 * 2
    assert not space.real_settings
    assert {key_of(dict(own.decisions)) for own in space} == brute_force(space.elaborated).keys


def test_real_settings_are_left_out_of_the_count_and_named(real: Space) -> None:
    assert real.size() == 8
    assert real.real_settings == {"net.learning_rate": Interval(1e-4, 1e-1), "net.momentum": Interval(0.0, 0.9)}
    assert list(real.choices) == ["net.optimizer", "net.batch_size", "net"]
    assert real.genotypes().number == 8


def test_the_numbers_of_a_real_setting_are_drawn_as_its_interval_says(real: Space) -> None:
    drawn = [real.sample(seed=seed) for seed in range(1000)]
    assert all(own in real for own in drawn)
    rates = [log(own.settings["learning_rate"]) for own in drawn]
    assert mean(rates) == pytest.approx((log(1e-4) + log(1e-1)) / 2, abs=0.2)
    by_sgd = [own for own in drawn if own.settings["optimizer"] == "sgd"]
    assert len(by_sgd) == pytest.approx(750, abs=60)
    assert mean(own.settings["momentum"] for own in by_sgd) == pytest.approx(0.45, abs=0.03)
    assert {own.settings["momentum"] for own in drawn if own not in by_sgd} == {0.5}


@pytest.mark.parametrize(
    "ask",
    [
        lambda space: space.sample_uniform(seed=0),
        lambda space: space.unrank(0),
        lambda space: space.rank(space.sample(seed=0)),
        lambda space: space.enumerate(),
        lambda space: list(space),
    ],
)
def test_what_needs_finitely_many_architectures_refuses_real_settings(real: Space, ask: object) -> None:
    with pytest.raises(UsageError) as caught:
        ask(real)  # type: ignore[operator]
    assert code_of(caught) == "real-space"
    assert "net.learning_rate" in str(caught.value.diagnostics[0].notes)


@given(st.integers(0, 999), st.randoms(use_true_random=False))
def test_a_mutation_draws_a_setting_anew(seed: int, rng: Random) -> None:
    space = loads(REAL)
    changed = set()
    parent = space.sample(seed=seed)
    for _ in range(30):
        mutant = ResampleDecision().apply(parent, space, rng)
        assert mutant in space
        differing = [own for own in parent.decisions if mutant.decisions.get(own) != parent.decisions[own]]
        changed.update(differing[:1])
    assert "net.learning_rate" in changed


@given(st.integers(0, 99))
def test_a_file_keeps_settings(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    architecture = loads(REAL).sample(seed=seed)
    path = tmp_path_factory.mktemp("settings") / "arch.yaml"
    architecture.save(path)
    again = load_architecture(path)
    assert again == architecture
    assert again.settings == architecture.settings


def edited(architecture: Architecture, path: Path, number: str) -> Path:
    """Write a file whose learning rate a person wrote."""
    architecture.save(path)
    rate = f"net.learning_rate: {architecture.decisions['net.learning_rate']}"
    text = path.read_text(encoding="utf-8")
    assert rate in text
    path.write_text(text.replace(rate, f"net.learning_rate: {number}"), encoding="utf-8")
    return path


def test_a_number_may_be_written_in_any_way(real: Space, tmp_path: Path) -> None:
    path = edited(real.sample(seed=0), tmp_path / "arch.yaml", "1e-3")
    assert load_architecture(path).settings["learning_rate"] == 0.001


@pytest.mark.parametrize("number", ["1", "0.5", "fast", "true"])
def test_a_number_outside_of_the_interval_is_refused(real: Space, tmp_path: Path, number: str) -> None:
    with pytest.raises(ArchdslError) as caught:
        load_architecture(edited(real.sample(seed=0), tmp_path / "arch.yaml", number))
    assert code_of(caught) == "inadmissible-decision"
    assert "from 0.0001 to 0.1" in str(caught.value.diagnostics[0].notes)


def test_the_evaluator_reads_settings_by_name(real: Space) -> None:
    architecture = real.sample(seed=0)
    decisions = architecture.decisions
    assert architecture.settings == {
        "learning_rate": decisions["net.learning_rate"],
        "optimizer": decisions["net.optimizer"],
        "momentum": decisions.get("net.momentum", 0.5),
        "batch_size": decisions["net.batch_size"],
        "nesterov": True,
    }


def test_a_setting_of_a_part_is_named_by_the_use_of_the_part() -> None:
    architecture = loads(FINITE).unrank(0)
    assert architecture.settings == {
        "epochs_before": 1,
        "part.rate": 1,
        "once.rate": (1, 2),
        "part#1.rate": 1,
        "once#1.rate": (1, 2),
    }
    assert list(architecture.decisions) == ["net.epochs_before", "net.part.rate", "once.rate", "net.part#1.rate"]


def test_a_supergraph_holds_no_settings() -> None:
    space = loads(REAL)
    finite = loads("network net(x: vec[4]) -> vec[4] { return x |> choose { relu | tanh } }")
    assert space.supergraph() == finite.supergraph()


def test_the_intervals_of_all_uses_of_a_cell_hold_the_number() -> None:
    space = loads(CELLS, network="net")
    assert space.real_settings == {"once.rate": Interval(0.25, 0.5)}
    for seed in range(20):
        architecture_graph(space.elaborated, space.sample(seed=seed).decisions)
    assert loads(CELLS, network="apart").verdict.kind == "refuted"


def test_settings_hold_in_transfers(real: Space) -> None:
    text = REAL.replace("vec[4]", "vec[n]").replace("network net", "network net[n = 4]")
    small = loads(text)
    moved, dropped = small.at(statics={"n": 8}).transfer(small.sample(seed=1))
    assert not dropped
    assert moved.settings == small.sample(seed=1).settings


def refused(body: str) -> list[str]:
    verdict = loads(f"network net(x: vec[4]) -> vec[4] {{ {body} }}").verdict
    return [diagnostic.code for diagnostic in verdict.diagnostics]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("let rate = choose one of 0.0..0.5 return x |> dropout[rate]", "real-range"),
        ("setting rate = [choose one of 0.0..0.5] return relu(x)", "real-range"),
        ("setting rate = choose 2 of 0.0..0.5 return relu(x)", "real-range"),
        ("setting rate = choose one of 0.5..0.1 return relu(x)", "empty-choice"),
        ("setting rate = choose one of 2..1 return relu(x)", "empty-choice"),
        ("setting rate = choose one of 0.0..0.5 return x |> dropout[rate]", "real-setting"),
        ("setting rate = choose one of 0.0..0.5 require rate == 0.25 return relu(x)", "real-setting"),
        ("setting rate = relu return relu(x)", "wrong-kind"),
        ("setting rate = relu(x) return relu(x)", "wrong-kind"),
    ],
)
def test_what_is_no_setting_is_a_mistake(body: str, code: str) -> None:
    assert refused(body) == [code]
