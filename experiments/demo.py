"""The whole road in one command: search the digits' cell space, retrain the best, touch the test set once.

Real data (scikit-learn's digits: 1,077 training, 360 validation, 360 test images), candidates selected on validation
alone. A run that was interrupted goes on where it stopped.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import archdsl
from archdsl.api import trainer
from archdsl.cli.output import RunProgress
from archdsl.evaluators.baselines import logistic_regression
from archdsl.runs import Run, search

TRIALS = 24
SEARCH_EPOCHS = 5
FINAL_EPOCHS = 40
FINAL_SEEDS = 3
TRAINING = {"batch_size": 64, "learning_rate": 0.05, "label_smoothing": 0.1, "crop_padding": 1}


def find(space: archdsl.Space, out: Path) -> Run:
    """Search on the training split; the candidates are compared on the validation split."""
    with RunProgress(TRIALS, SEARCH_EPOCHS) as progress:
        if out.exists():
            return archdsl.resume(out, progress=progress)
        return archdsl.search(
            space, data="digits", trials=TRIALS, epochs=SEARCH_EPOCHS, training=TRAINING, out=out, progress=progress
        )


def retrain(best: archdsl.Architecture, out: Path) -> Run:
    """Train the best on training and validation samples from several seeds; this is where the test set is touched."""
    evaluator = trainer("digits", TRAINING, final=True)
    with RunProgress(FINAL_SEEDS, FINAL_EPOCHS) as progress:
        if out.exists():
            return archdsl.resume(out, progress=progress)
        return search(
            best.space,
            evaluator,
            strategy="given",
            options={"decisions": best.to_dict()},
            trials=FINAL_SEEDS,
            budget=archdsl.Budget(epochs=FINAL_EPOCHS),
            out_dir=out,
            evaluator_config=evaluator.describe(),
            progress=progress,
        )


def summarize(found: Run, final: Run) -> dict[str, Any]:
    """Give the numbers that matter."""
    validation = sorted(trial.value("accuracy") for trial in found.trials if trial.is_complete)
    accuracies = [trial.value("test_accuracy") for trial in final.trials]
    baseline = logistic_regression(trainer("digits").dataset)
    return {
        "space": found.space.network,
        "architectures": found.space.size(),
        "candidates": len({trial.architecture for trial in found.trials}),
        "validation_accuracy": {
            "worst": validation[0],
            "median": validation[len(validation) // 2],
            "best": validation[-1],
        },
        "best": found.best.to_dict(),
        "params": found.best.params,
        "macs": found.best.macs,
        "test_accuracy": sum(accuracies) / len(accuracies),
        "test_accuracies": accuracies,
        "logistic_regression_test_accuracy": baseline.accuracy,
    }


def main() -> None:
    """Run the demo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/demo"), help="where to write")
    out: Path = parser.parse_args().out
    started = time.perf_counter()
    space = archdsl.load("digits_cells")
    print(f"{space.network}: {space.size():,} architectures")
    out.mkdir(parents=True, exist_ok=True)
    found = find(space, out / "search")
    print(f"best on validation:\n{found.best}\n{found.best.params:,} parameters, {found.best.macs:,} MACs")
    final = retrain(found.best, out / "final")
    result = summarize(found, final)
    (out / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=2))
    print(f"{time.perf_counter() - started:.0f} s; look at it: archdsl report {out}/search")


if __name__ == "__main__":
    main()
