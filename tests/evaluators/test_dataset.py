"""What a dataset says of itself."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from archdsl.evaluators.data import load_dataset
from archdsl.evaluators.data.build import statistics
from archdsl.evaluators.dataset import Dataset, Split


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load_dataset("digits")


def test_the_fingerprint_does_not_depend_on_how_the_data_were_called(digits: Dataset) -> None:
    assert load_dataset("digits").fingerprint == digits.fingerprint
    assert replace(digits, name="other", source="elsewhere").fingerprint == digits.fingerprint


def test_the_fingerprint_sees_every_change_of_content(digits: Dataset) -> None:
    x = digits.train.x.copy()
    x[5, 0, 3, 3] ^= 1
    changed = [
        replace(digits, train=Split(x, digits.train.y)),
        replace(digits, train=Split(digits.train.x, digits.train.y[::-1])),
        replace(digits, train=Split(digits.train.x.astype(np.float32), digits.train.y)),
        replace(digits, mean=(0.0,)),
        replace(digits, validation=None),
        replace(digits, validation=digits.test, test=digits.validation),
        replace(digits, classes=tuple("abcdefghij")),
    ]
    assert len({digits.fingerprint, *(dataset.fingerprint for dataset in changed)}) == len(changed) + 1


def test_normalised_training_images_have_mean_0_and_deviation_1(digits: Dataset) -> None:
    x = digits.normalize(digits.train)
    assert x.dtype == np.float32
    assert abs(x.mean()) < 1e-5
    assert abs(x.std() - 1) < 1e-5


def test_merging_puts_the_validation_samples_behind_the_training_samples(digits: Dataset) -> None:
    assert digits.validation is not None
    merged = digits.merge_validation()
    assert (len(merged.train), merged.validation, merged.test) == (1437, None, digits.test)
    assert np.array_equal(merged.train.x[1077:], digits.validation.x)
    assert merged.mean == digits.mean
    assert merged.merge_validation() is merged


def test_a_missing_split_is_said(digits: Dataset) -> None:
    lines = replace(digits, validation=None, test=None).describe()
    assert lines[1] == "splits: train 1,077 · no validation or test split"


def test_many_classes_and_features_are_shortened(digits: Dataset) -> None:
    many = replace(
        digits, classes=tuple(map(str, range(100))), kind="vec", shape=(5,), mean=(1, 2, 3, 4, 5), std=(1,) * 5
    )
    lines = many.describe()
    assert lines[0] == "digits: vec[5], values 0..16, 100 classes (0, 1, 2, 3, 4, 5, 6, 7, 8, …, 99)"
    assert lines[2] == "normalised per feature by the training split: mean 1..5, std 1..1"


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.just(2), st.just(3), st.just(3))))
def test_statistics_are_those_of_numpy(x: np.ndarray) -> None:
    mean, std = statistics(x)
    np.testing.assert_allclose(mean, x.mean((0, 2, 3)), rtol=1e-12)
    constant = x.std((0, 2, 3)) == 0
    np.testing.assert_allclose(std, np.where(constant, 1, x.std((0, 2, 3))), rtol=1e-12)


def test_statistics_of_many_samples_are_those_of_all() -> None:
    x = np.arange(3000, dtype=np.float32)[:, None]
    mean, std = statistics(x)
    assert mean == (1499.5,)
    assert std[0] == pytest.approx(x.std(dtype=np.float64), rel=1e-12)


def test_a_constant_feature_is_harmless() -> None:
    x = np.full((1000, 2), 0.1, np.float32)
    assert statistics(x)[1] == (1.0, 1.0)


def test_reading_data_does_not_import_torch() -> None:
    import subprocess

    code = "import sys, archdsl.evaluators.data as d; d.load_dataset('digits'); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
