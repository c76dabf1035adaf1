"""A run that was killed goes on exactly as it would have gone on."""

import os
import shutil
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError, UsageError
from archdsl.evaluators.protocol import Evaluator, Score
from archdsl.evaluators.trial import Budget, Candidate, Trial
from archdsl.runs import Run, journals_equal, list_runs, load_run, resume, search
from archdsl.searchspace import Architecture, load
from tests.runs.training import ToyTraining
from tests.strategies.toy import score, toy_space

TRIALS = 9


def noisy(architecture: Architecture, seed: int) -> float:
    """A score that depends on the seed and fails at times, as a training does."""
    if seed % 5 == 0:
        raise ValueError(f"diverged with {seed}")
    return score(architecture) + Random(seed).random()


@pytest.fixture(autouse=True)
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here dies with the process, and thousands of syncs take a while."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing interrupted."""
    path = tmp_path_factory.mktemp("reference") / "run"
    search(toy_space(), noisy, trials=TRIALS, seed=3, out_dir=path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cut")


def without_times(run: Run) -> list[object]:
    return [(trial.candidate, trial.seeds, trial.measurements, trial.status, trial.error) for trial in run.trials]


@given(data=st.data())
def test_a_journal_cut_at_any_byte_is_brought_to_the_same_end(
    reference: Path, folder: Path, data: st.DataObject
) -> None:
    whole = (reference / "journal.jsonl").read_bytes()
    header = whole.index(b"\n")
    length = data.draw(st.integers(header, len(whole)))
    run = folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    shutil.copytree(reference, run)
    (run / "journal.jsonl").write_bytes(whole[:length])
    resumed = resume(run, noisy, space=toy_space())
    assert journals_equal(run, reference)
    assert (run / "journal.jsonl").read_bytes().startswith(whole[: whole.rindex(b"\n", 0, length + 1)])
    assert without_times(resumed) == without_times(load_run(reference))


def test_the_space_is_made_again_from_the_text_that_the_run_keeps(reference: Path, tmp_path: Path) -> None:
    shutil.copytree(reference, tmp_path / "run")
    cut(tmp_path / "run", 4)
    resumed = resume(tmp_path / "run", noisy)
    assert resumed.space == toy_space()
    assert journals_equal(tmp_path / "run", reference)


def cut(run: Path, trials: int) -> None:
    """Take a run back to its first trials."""
    lines = (run / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (run / "journal.jsonl").write_bytes(b"".join(lines[: trials + 1]))


class Interrupt:
    """Raises Ctrl-C in one epoch of one trial."""

    def __init__(self, trial: int, epoch: int) -> None:
        self.trial, self.epoch, self.begun = trial, epoch, 0

    def __call__(self, candidate: Candidate, epoch: int) -> None:
        self.begun += epoch == 0
        if (self.begun - 1, epoch) == (self.trial, self.epoch):
            raise KeyboardInterrupt


@given(trial=st.integers(0, 5), epoch=st.integers(0, 3))
def test_an_interrupted_trial_goes_on_from_its_checkpoint(folder: Path, trial: int, epoch: int) -> None:
    run, whole = folder / "interrupted", folder / "whole"
    for path in (run, whole):
        shutil.rmtree(path, ignore_errors=True)
    budget = Budget(epochs=4)
    expected = search(toy_space(), ToyTraining(), trials=6, budget=budget, out_dir=whole)
    with pytest.raises(KeyboardInterrupt):
        search(toy_space(), ToyTraining(Interrupt(trial, epoch)), trials=6, budget=budget, out_dir=run)
    assert len(load_run(run, space=toy_space()).trials) == trial
    training = ToyTraining()
    resumed = resume(run, training, space=toy_space())
    assert training.epochs == (6 - trial) * 4 - epoch  # none is repeated
    assert journals_equal(run, whole)
    assert resumed.weights
    assert expected.weights
    assert resumed.weights.read_bytes() == expected.weights.read_bytes()
    assert [path.name for path in (run / "checkpoints").iterdir()] == [resumed.weights.name]


def test_the_checkpoint_of_another_candidate_is_not_taken_up(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        search(
            toy_space(),
            ToyTraining(Interrupt(0, 2)),
            trials=2,
            budget=Budget(epochs=4),
            out_dir=tmp_path / "run",
            seed=1,
        )
    config = tmp_path / "run" / "config.yaml"
    config.write_text(config.read_text().replace("seed: 1", "seed: 2"))
    training = ToyTraining()
    resume(tmp_path / "run", training, space=toy_space())
    assert training.epochs == 8


def test_a_finished_run_has_nothing_left_to_do(reference: Path, tmp_path: Path) -> None:
    def refuse(architecture: Architecture) -> float:
        raise AssertionError("nothing is evaluated again")

    shutil.copytree(reference, tmp_path / "run")
    before = (tmp_path / "run" / "journal.jsonl").read_bytes()
    assert resume(tmp_path / "run", refuse, space=toy_space()).is_finished
    assert (tmp_path / "run" / "journal.jsonl").read_bytes() == before


def test_a_run_can_be_given_more_trials_for_good(tmp_path: Path) -> None:
    search(toy_space(), noisy, trials=4, options={"population_size": 2}, out_dir=tmp_path / "run")
    assert len(resume(tmp_path / "run", noisy, trials=6).trials) == 6
    assert load_run(tmp_path / "run").config.trials == 6
    whole = search(toy_space(), noisy, trials=6, options={"population_size": 2, "tournament_size": 2})
    assert without_times(load_run(tmp_path / "run")) == without_times(whole)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("seed: 3", "seed: 4", "`toy."),
        ("tournament_size: 2", "tournament_size: 1", "`"),
        ("epochs: 1", "epochs: 2", "`budget` is {'epochs': 2"),
        ("regularized_evolution", "random_search", "`"),
    ],
)
def test_a_run_whose_configuration_was_changed_cannot_be_replayed_and_says_which_trial(
    reference: Path, tmp_path: Path, old: str, new: str, what: str
) -> None:
    shutil.copytree(reference, tmp_path / "run")
    config = tmp_path / "run" / "config.yaml"
    text = config.read_text()
    if new == "random_search":
        text = text[: text.index("  options:")] + "  options: {}\n" + text[text.index("evaluator:") :]
    config.write_text(text.replace(old, new))
    before = (tmp_path / "run" / "journal.jsonl").read_bytes()
    with pytest.raises(ArchdslError, match=r"cannot replay trial \d of the run: the strategy asks for") as caught:
        resume(tmp_path / "run", noisy, space=toy_space())
    assert caught.value.diagnostics[0].notes[0].startswith(what)
    assert (tmp_path / "run" / "journal.jsonl").read_bytes() == before


def test_damage_in_the_journal_is_reported_and_nothing_is_touched(reference: Path, tmp_path: Path) -> None:
    shutil.copytree(reference, tmp_path / "run")
    journal = tmp_path / "run" / "journal.jsonl"
    damaged = bytearray(journal.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    journal.write_bytes(damaged)
    line = damaged[: len(damaged) // 2].count(b"\n") + 1
    law = rf"line {line} of `.*journal.jsonl` \(trial {line - 2}\) is damaged"
    with pytest.raises(ArchdslError, match=law):
        resume(tmp_path / "run", noisy)
    with pytest.raises(ArchdslError, match=law):
        load_run(tmp_path / "run")
    assert journal.read_bytes() == bytes(damaged)
    assert list_runs(tmp_path)[0].state == "damaged"


def test_a_run_that_stopped_because_all_trials_failed_can_be_resumed_once_that_is_mended(tmp_path: Path) -> None:
    def broken(architecture: Architecture) -> float:
        raise ValueError("no such file")

    def run(evaluate: Evaluator | Score) -> Run:
        return resume(tmp_path / "run", evaluate, space=toy_space())

    with pytest.raises(ArchdslError, match="all 3 trials failed"):
        search(toy_space(), broken, trials=8, out_dir=tmp_path / "run")
    with pytest.raises(ArchdslError, match="all 6 trials failed"):
        run(broken)
    assert [trial.status for trial in run(score).trials] == ["failed"] * 6 + ["complete"] * 2


class Mine:
    """A strategy of the user's own, with a state."""

    name: ClassVar[str] = "mine"

    def __init__(self) -> None:
        self.told: list[float] = []

    def ask(self, rng: Random) -> Candidate:
        return Candidate(toy_space().sample(seed=len(self.told) + int(1000 * sum(self.told))))

    def tell(self, trial: Trial) -> None:
        self.told.append(trial.fitness)


def test_a_strategy_of_the_users_own_is_resumed_with_a_new_one(tmp_path: Path) -> None:
    search(toy_space(), score, strategy=Mine(), trials=6, out_dir=tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "run")
    cut(tmp_path / "run", 3)
    with pytest.raises(UsageError, match="has a strategy of your own, `mine`"):
        resume(tmp_path / "run", score)
    resume(tmp_path / "run", score, strategy=Mine())
    assert journals_equal(tmp_path / "run", tmp_path / "whole")


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no run in `.*missing`: there is no such directory"):
        resume(tmp_path / "missing", score)
    with pytest.raises(UsageError, match="there is no run in"):
        load_run(tmp_path)


def test_a_run_keeps_the_files_that_its_space_imports(tmp_path: Path) -> None:
    (tmp_path / "parts" / "deep").mkdir(parents=True)
    main = "use parts.ops: mix\nnetwork main(x: vec[4]) -> vec[4] { return x |> mix |> mix }"
    (tmp_path / "main.nas").write_text(main)
    (tmp_path / "parts" / "ops.nas").write_text("use deep.more: more\nchoice mix(x: t) { a = relu | b = more }")
    (tmp_path / "parts" / "deep" / "more.nas").write_text("block more(x: t) { return x |> identity }")
    run = search(load(tmp_path / "main.nas"), score, trials=4, out_dir=tmp_path / "run")
    shutil.rmtree(tmp_path / "parts")
    (tmp_path / "main.nas").write_text("")
    again = load_run(tmp_path / "run")
    assert again.trials == run.trials
    assert again.best.graph == run.best.graph


def test_a_run_of_a_shipped_space_keeps_its_text_and_its_statics(tmp_path: Path) -> None:
    run = search(load("digits_cells", width=4), score, trials=2, out_dir=tmp_path / "run")
    assert load_run(tmp_path / "run").best.graph == run.best.graph
    assert [path.name for path in (tmp_path / "run" / "space").iterdir()] == ["digits_cells.nas"]
    assert load_run(tmp_path / "run").space.statics["width"] == 4


def test_an_evaluation_may_change_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)

    def wandering(architecture: Architecture) -> float:
        monkeypatch.chdir(tmp_path / "elsewhere")
        return score(architecture)

    search(toy_space(), wandering, trials=3, out_dir="run")
    assert (tmp_path / "run" / "result.json").exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_run_of_another_version_that_cannot_be_replayed_names_both(reference: Path, tmp_path: Path) -> None:
    shutil.copytree(reference, tmp_path / "run")
    config = tmp_path / "run" / "config.yaml"
    config.write_text(config.read_text().replace("seed: 3", "seed: 4").replace("archdsl: ", "archdsl: 0.0."))
    with pytest.raises(ArchdslError) as caught:
        resume(tmp_path / "run", noisy, space=toy_space())
    assert caught.value.diagnostics[0].notes[-1].startswith("the run was begun by archdsl 0.0.")
