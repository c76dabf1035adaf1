"""What a simple model reaches on a dataset: the figure that any search must beat."""

import warnings
from dataclasses import dataclass
from typing import final

import numpy as np

from .data.mistakes import misuse, require
from .dataset import Dataset


@final
@dataclass(frozen=True, slots=True)
class Baseline:
    """A model, its accuracy on the test split, and the number of samples that it was fitted to.

    `converged` says whether the fit came to its end or ran out of iterations.
    """

    name: str
    accuracy: float
    samples: int
    converged: bool


def logistic_regression(dataset: Dataset, *, iterations: int = 200) -> Baseline:
    """Fit multinomial logistic regression to training and validation samples, and test it.

    The inputs are the normalised pixels; the penalty is scikit-learn's default and not tuned.

    Raises:
        UsageError: There is no test split (`missing-split`), or scikit-learn is not installed (`missing-package`).

    >>> from archdsl.evaluators.data import load_dataset
    >>> logistic_regression(load_dataset("digits"))
    Baseline(name='logistic regression', accuracy=0.9..., samples=1437, converged=True)
    """
    if dataset.test is None:
        raise misuse("missing-split", f"the dataset `{dataset.name}` has no test split to test the baseline on")
    linear_model = require("sklearn.linear_model", "scikit-learn", "the baseline")
    merged = dataset.merge_validation()
    model = linear_model.LogisticRegression(max_iter=iterations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of no convergence, which is told by the result
        model.fit(_flat(merged, "train"), merged.train.y)
    accuracy = float(np.mean(model.predict(_flat(merged, "test")) == dataset.test.y))
    return Baseline("logistic regression", accuracy, len(merged.train), int(model.n_iter_.max()) < iterations)


def _flat(dataset: Dataset, split: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    normalized = dataset.normalize(dataset.splits[split])
    return normalized.reshape(len(normalized), -1)
