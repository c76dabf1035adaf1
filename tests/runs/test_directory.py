"""The directory of a run: made whole, never overwritten, and what it holds."""

import os
import shutil
from pathlib import Path

import pytest
import yaml

from archdsl.diagnostics import ArchdslError, UsageError
from archdsl.evaluators.trial import Budget
from archdsl.runs import list_runs, read_config, resume, search
from archdsl.runs.directory import RunDirectory
from archdsl.runs.lock import RunLock
from tests.strategies.toy import score, toy_space


def interrupt(_: object) -> float:
    raise KeyboardInterrupt


def run(path: Path, trials: int = 2) -> None:
    search(toy_space(), score, trials=trials, out_dir=path)


def test_a_run_is_never_overwritten_and_the_error_names_resume(tmp_path: Path) -> None:
    run(tmp_path / "run")
    before = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    with pytest.raises(UsageError) as caught:
        run(tmp_path / "run")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == f"there is a run in `{tmp_path / 'run'}` already"
    assert diagnostic.help == f"go on with it: archdsl resume {tmp_path / 'run'}"
    assert before == {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}


def test_what_is_no_run_is_not_overwritten_either(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.tex").write_text("precious")
    (tmp_path / "file").write_text("precious")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("folder", "file", "dangling"):
        with pytest.raises(UsageError, match=f"`.*{name}` exists and is not an empty directory"):
            run(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling", "file", "folder"]


def test_an_empty_directory_and_one_whose_parents_are_missing_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run(tmp_path / "empty")
    run(tmp_path / "a" / "b" / "run")
    assert list_runs(tmp_path / "a" / "b")[0].state == "finished"


def test_a_directory_that_cannot_be_filled_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == "journal.jsonl":
            raise OSError(28, os.strerror(28))
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(ArchdslError, match=r"cannot write `.*run`: no space left on device"):
        run(tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_of_two_processes_that_make_one_directory_the_second_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def second(source: Path, target: Path) -> None:
        if Path(target) == tmp_path / "run" and not Path(target).exists():
            shutil.copytree(source, target)  # the first was faster
        replace(source, target)

    monkeypatch.setattr(os, "replace", second)
    with pytest.raises(UsageError, match="there is a run in"):
        run(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_the_directory_holds_what_the_page_says(tmp_path: Path) -> None:
    run(tmp_path / "run")
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"config.yaml", "space", "journal.jsonl", "checkpoints", "result.json", "lock"}
    assert (
        tmp_path / "run" / "space" / "text.nas"
    ).read_text() == toy_space().elaborated.program.main.module.source.text


def test_the_configuration_is_complete(tmp_path: Path) -> None:
    search(
        toy_space(),
        score,
        strategy="random_search",
        trials=2,
        budget=Budget(epochs=3, fraction=0.5),
        seed=5,
        evaluator_config={"data": "digits"},
        out_dir=tmp_path / "run",
    )
    values = yaml.safe_load((tmp_path / "run" / "config.yaml").read_text())
    assert values.pop("archdsl")
    assert values == {
        "format": 1,
        "space": {"file": "text.nas", "network": "toy", "statics": {}, "origin": "<text>"},
        "strategy": {"name": "random_search", "options": {"distinct": True}},
        "evaluator": {"data": "digits"},
        "budget": {"epochs": 3, "fraction": 0.5, "resolution": None},
        "trials": 2,
        "time_limit": None,
        "seed": 5,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("format: 2", "expected the format 1, got 2"),
        ("[1, 2]", "expected the format 1, got None"),
        ("{", "while parsing a flow"),
        ("format: 1\ntrials: 0", "`trials`: it should be greater than or equal to 1, got 0"),
        ("format: 1\nspice: {}", "`spice`: Extra inputs are not permitted"),
    ],
)
def test_a_configuration_that_is_none_is_refused_with_the_reason(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "config.yaml").write_text(text)
    with pytest.raises(ArchdslError, match="is not the configuration of a run") as caught:
        read_config(tmp_path / "config.yaml")
    assert message in str(caught.value)


def test_a_run_in_use_can_be_read_but_not_resumed(tmp_path: Path) -> None:
    run(tmp_path / "run")
    lock = RunLock(tmp_path / "run" / "lock")
    with pytest.raises(ArchdslError, match="is being written by another process"):
        resume(tmp_path / "run", score)
    assert list_runs(tmp_path)[0].done == 2
    lock.release()


def test_runs_are_listed_by_name_with_their_states(tmp_path: Path) -> None:
    run(tmp_path / "b-finished")
    with pytest.raises(KeyboardInterrupt):
        search(toy_space(), interrupt, trials=2, out_dir=tmp_path / "a-interrupted")
    with pytest.raises(KeyboardInterrupt):
        search(toy_space(), interrupt, trials=2, out_dir=tmp_path / "c-running")
    (tmp_path / "no-run").mkdir()
    with RunDirectory(tmp_path / "c-running"):
        summaries = list_runs(tmp_path)
    assert [(summary.dir.name, summary.state) for summary in summaries] == [
        ("a-interrupted", "interrupted"),
        ("b-finished", "finished"),
        ("c-running", "running"),
    ]
    assert summaries[0].best is None
    assert summaries[1].best is not None
    assert (summaries[1].done, summaries[1].wanted) == (2, 2)
    assert list_runs(tmp_path / "missing") == ()


def test_a_lock_that_failed_to_open_a_run_is_let_go(tmp_path: Path) -> None:
    run(tmp_path / "run")
    config = (tmp_path / "run" / "config.yaml").read_text()
    (tmp_path / "run" / "config.yaml").write_text("format: 2")
    with pytest.raises(ArchdslError, match="expected the format 1"):
        resume(tmp_path / "run", score)
    (tmp_path / "run" / "config.yaml").write_text(config)
    assert resume(tmp_path / "run", score).is_finished
