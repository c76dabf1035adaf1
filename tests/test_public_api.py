"""The package's front door: what the README promises, typed as a user would."""

import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

import archdsl


def test_every_public_name_exists_and_says_what_it_is() -> None:
    for name in archdsl.__all__:
        assert getattr(archdsl, name).__doc__, name


def test_importing_the_package_imports_no_torch() -> None:
    code = "import sys, archdsl; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_space_is_searched_with_a_function_of_the_users_own(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    space = archdsl.load("digits_cells", width=16)
    assert space.size() == 72_576
    arch = space.sample(seed=0)
    assert str(arch).startswith("digits_cells")
    assert arch.params == 39_482
    assert arch.macs == 990_528
    net = archdsl.compile(arch)
    assert isinstance(net, torch.nn.Module)
    assert net(torch.zeros(2, 1, 8, 8)).shape == (2, 10)

    def score(arch: archdsl.Architecture, budget: archdsl.Budget) -> float:
        return -float(arch.params)

    run = archdsl.search(space, evaluate=score, strategy="regularized_evolution", trials=20, seed=0)
    assert len(run.trials) == 20
    assert run.best.params == min(trial.architecture.params for trial in run.trials)
    run.best.save(tmp_path / "best.yaml")
    assert archdsl.load_architecture(tmp_path / "best.yaml") == run.best


def test_an_architecture_draws_itself_in_a_notebook() -> None:
    assert archdsl.load("digits_cells").sample(seed=0)._repr_svg_().startswith("<svg")


def test_an_exception_in_the_users_function_is_a_failed_trial_with_its_traceback(tmp_path: Path) -> None:
    def score(arch: archdsl.Architecture, budget: archdsl.Budget) -> float:
        if arch.params > 20_000:
            raise RuntimeError("this one is too large for me")
        return 1.0

    run = archdsl.search(archdsl.load("digits_cells"), evaluate=score, trials=12, out=tmp_path / "run")
    failed = [trial for trial in run.trials if trial.status == "failed"]
    assert failed
    assert "too large for me" in str(failed[0].error)
    assert "Traceback" in str(failed[0].error)
    assert [trial.status for trial in archdsl.load_run(tmp_path / "run").trials] == [t.status for t in run.trials]


def test_an_object_with_ask_and_tell_is_a_strategy() -> None:
    space = archdsl.load("nas_bench_201")

    class Same:
        name: ClassVar[str] = "same"

        def ask(self, rng: object) -> archdsl.Candidate:
            return archdsl.Candidate(space.sample(seed=1))

        def tell(self, trial: archdsl.Trial) -> None:
            pass

    run = archdsl.search(space, evaluate=lambda arch: 1.0, strategy=Same(), trials=3)
    assert {trial.architecture for trial in run.trials} == {space.sample(seed=1)}


def test_a_search_needs_one_of_a_function_and_data() -> None:
    with pytest.raises(archdsl.UsageError, match="one of `evaluate` and `data`"):
        archdsl.search(archdsl.load("digits_cells"), trials=1)
