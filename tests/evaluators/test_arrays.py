"""Datasets out of arrays: `.npz` files and dictionaries."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError
from archdsl.evaluators.data import load_dataset
from archdsl.evaluators.dataset import Dataset
from tests.evaluators.raises import raises

DIGITS = load_dataset("digits", validation=0)
assert DIGITS.test is not None
X, Y = DIGITS.train.x, DIGITS.train.y
X_TEST, Y_TEST = DIGITS.test.x, DIGITS.test.y


def save(folder: Path, **arrays: Any) -> Path:
    path = folder / "a.npz"
    np.savez(path, **arrays)
    return path


def test_an_npz_file_is_what_was_saved(tmp_path: Path) -> None:
    dataset = load_dataset(save(tmp_path, x_train=X, y_train=Y, x_test=X_TEST, y_test=Y_TEST), validation=360)
    named = load_dataset("digits")
    assert dataset.name == "a"
    assert dataset.fingerprint == named.fingerprint
    assert dataset.notes == ("`x_train` of a.npz [1437, 1, 8, 8] was read as NCHW: 1 channel of 8 x 8",)


def test_by_default_a_fifth_validates(tmp_path: Path) -> None:
    dataset = load_dataset(save(tmp_path, x_train=X, y_train=Y))
    assert {name: len(split) for name, split in dataset.splits.items()} == {"train": 1150, "validation": 287}


@pytest.mark.parametrize("word", ["validation", "val"])
def test_a_validation_split_of_its_own_is_kept(tmp_path: Path, word: str) -> None:
    path = save(tmp_path, x_train=X, y_train=Y, **{f"x_{word}": X_TEST, f"y_{word}": Y_TEST})
    dataset = load_dataset(path)
    assert dataset.validation is not None
    assert np.array_equal(dataset.validation.x, X_TEST)
    with raises("bad-option", "a has its own validation split, so `validation` cannot be chosen"):
        load_dataset(path, validation=100)


def test_all_layouts_of_images_are_the_same_images(tmp_path: Path) -> None:
    color = np.concatenate((X, 16 - X, X // 2), axis=1)
    expected = load_dataset((color, Y))
    given_last = load_dataset((color.transpose(0, 2, 3, 1), Y))
    stated = load_dataset({"train": (color.transpose(0, 2, 3, 1), Y), "layout": "NHWC"})
    assert expected.shape == (3, 8, 8)
    assert expected.fingerprint == given_last.fingerprint == stated.fingerprint
    assert given_last.notes[0].endswith("was read as NHWC: 3 channels of 8 x 8")
    assert stated.notes == ()
    assert load_dataset((X[:, 0], Y)).fingerprint == load_dataset((X, Y)).fingerprint


def test_vectors_are_normalised_per_feature() -> None:
    dataset = load_dataset((X.reshape(-1, 64), Y))
    assert (dataset.kind, dataset.shape, len(dataset.mean)) == ("vec", (64,), 64)


@pytest.mark.parametrize(
    ("given_type", "kept"),
    [("uint8", "uint8"), ("int64", "uint8"), ("int16", "uint8"), ("bool", "uint8"), ("float16", "float32")],
)
def test_element_types_become_bytes_or_floats(given_type: str, kept: str) -> None:
    x = (X / 16).astype(given_type) if given_type == "float16" else X.astype(given_type)
    assert load_dataset((x, Y)).train.x.dtype == kept


def test_integers_that_are_no_bytes_become_floats_in_all_splits() -> None:
    dataset = load_dataset({"train": (X.astype(np.int32) * 100, Y), "test": (X_TEST, Y_TEST)})
    assert {split.x.dtype.name for split in dataset.splits.values()} == {"float32"}
    assert dataset.value_range == (0, 1600)


def test_classes_can_be_named(tmp_path: Path) -> None:
    names = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    assert load_dataset(save(tmp_path, x_train=X, y_train=Y, classes=names)).classes == tuple(names)


def test_arrays_that_are_not_read_are_said(tmp_path: Path) -> None:
    dataset = load_dataset(save(tmp_path, x_train=X[:, 0], y_train=Y, name_train=Y, z=Y))
    assert dataset.notes == (
        "not read: name_train, z",
        "`x_train` of a.npz [1437, 8, 8] was read as NHW: 1 channel of 8 x 8",
    )


@pytest.mark.parametrize(
    ("change", "message", "help"),
    [
        ({"y_train": Y[:-1]}, "`x_train` of a.npz has 1,437 samples, but `y_train` of a.npz has 1,436 labels", None),
        ({"y_train": Y - 1}, "`y_train` of a.npz holds the label -1 at [I0], expected labels from 0", None),
        (
            {"y_train": Y + 1},
            "class 0 of 11 has no sample in `y_train` of a.npz",
            "labels count from 0: subtract 1 from all of them",
        ),
        (
            {"y_train": Y.astype(float)},
            "`y_train` of a.npz has elements of type float64, expected integers",
            "convert it by `.astype('int64')`",
        ),
        ({"y_train": Y + 0.5}, "`y_train` of a.npz has elements of type float64, expected integers", None),
        ({"y_train": Y.astype(str)}, "`y_train` of a.npz has elements of type <U21, expected integers", None),
        (
            {"y_train": Y[:, None]},
            "`y_train` of a.npz has shape [1437, 1], expected one label for each sample, [1437]",
            "flatten it by `.reshape(-1)`",
        ),
        (
            {"y_train": np.eye(10)[Y]},
            "`y_train` of a.npz has shape [1437, 10], expected one label for each sample, [1437]",
            None,
        ),
        ({"y_train": Y * 0}, "`y_train` of a.npz has 1 class, expected at least 2", None),
        ({"y_train": Y * 3}, "18 classes (1, 2, 4, 5, 7, …) of 28 have no sample in `y_train` of a.npz", None),
        ({"y_train": Y * 10**9}, "`y_train` of a.npz has 1,437 labels, too few for 9,000,000,001 classes", None),
        ({"y_test": Y_TEST + 1}, "`y_test` of a.npz holds the label 10 at [IT], which no training sample has", None),
        ({"classes": ["a", "b"]}, "`y_train` of a.npz holds the label 9 at [IN], expected 0..1", None),
        ({"classes": ["a"] * 10}, "`classes` of a.npz names `a` twice", None),
        ({"classes": [1, 2]}, "`classes` of a.npz must be one text for each class", None),
        ({"classes": list("0123456789a")}, "class 10 of 11 has no sample in `y_train` of a.npz", None),
        ({"x_train": X[:0], "y_train": Y[:0]}, "`x_train` of a.npz is empty", None),
        ({"x_train": X[:, :, :0]}, "`x_train` of a.npz has shape [1437, 1, 0, 8]: its samples are empty", None),
        (
            {"x_train": X.reshape(-1)},
            "`x_train` of a.npz has shape [91968], expected images [n, c, h, w], [n, h, w, c] or [n, h, w], "
            "or vectors [n, f]",
            None,
        ),
        ({"x_train": X.astype("U")}, "`x_train` of a.npz has elements of type <U3, expected numbers", None),
        ({"x_train": X * 1j}, "`x_train` of a.npz has elements of type complex128, expected numbers", None),
        (
            {"x_train": X.astype(float)},
            "`x_train` of a.npz holds whole numbers in 0..255 as float64, expected pixels of 0..255 as uint8",
            "convert it by `.astype('uint8')`",
        ),
        (
            {"x_test": X_TEST[:, :, 1:]},
            "`x_train` of a.npz has samples of shape [1, 8, 8], but `x_test` of a.npz of shape [1, 7, 8]",
            None,
        ),
        (
            {"x_test": X_TEST / 16},
            "`x_train` of a.npz holds uint8, but `x_test` of a.npz float32, expected one scale in all splits",
            None,
        ),
        (
            {"x_train": np.array([{"an": "object"}])},
            "`x_train` of a.npz is an array of objects, expected numbers of one type",
            None,
        ),
        ({"layout": "CHWN"}, "the layout of `x_train` of a.npz is 'CHWN', expected NCHW or NHWC", None),
        (
            {"x_train": X[:, 0], "x_test": X_TEST[:, 0], "layout": "NCHW"},
            "the layout of `x_train` of a.npz is NCHW, but it has 3 axes, expected 4",
            None,
        ),
        (
            {"x_val": X, "y_val": Y, "y_validation": Y},
            "the data of a.npz have both `validation` and `val` arrays, expected one of them",
            None,
        ),
        ({"x_val": X}, "the data of a.npz lack `y_val`; they have x_train, y_train, x_test, y_test, x_val", "`x_val`"),
    ],
)
def test_arrays_that_cannot_be_meant_are_refused(
    tmp_path: Path, change: dict[str, Any], message: str, help: str | None
) -> None:
    message = (
        message.replace("[I0]", f"[{np.argmin(Y)}]")
        .replace("[IN]", f"[{np.argmax(Y)}]")
        .replace("[IT]", f"[{np.argmax(Y_TEST)}]")
    )
    if help is not None and help.startswith("`"):
        help = f"an array with a similar name exists: {help}"
    path = save(tmp_path, **{"x_train": X, "y_train": Y, "x_test": X_TEST, "y_test": Y_TEST} | change)
    with raises("bad-data", message, help=help):
        load_dataset(path)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e300])
def test_inputs_that_are_not_finite_are_found(value: float) -> None:
    x = X / 16
    x[1200, 0, 3, 4] = value
    message = f"`x` of `train` holds {np.float64(value)} at [1200, 0, 3, 4], expected finite numbers"
    with raises("bad-data", message):
        load_dataset((x, Y))


def test_whole_numbers_in_vectors_are_no_mistake() -> None:
    assert load_dataset((X.reshape(-1, 64).astype(float), Y)).train.x.dtype == np.float32


def test_images_of_zeros_and_ones_are_no_mistake() -> None:
    assert load_dataset(((X > 8).astype(float), Y)).value_range == (0, 1)


def test_a_misspelled_array_is_found(tmp_path: Path) -> None:
    with raises(
        "bad-data",
        "the data of a.npz lack `x_train`; they have X_train, y_train",
        help="an array with a similar name exists: `X_train`",
    ):
        load_dataset(save(tmp_path, X_train=X, y_train=Y))


def test_an_empty_file_of_arrays_is_said(tmp_path: Path) -> None:
    with raises("bad-data", "the data of a.npz lack `x_train`; they have nothing"):
        load_dataset(save(tmp_path))


def test_a_single_array_is_no_dataset(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with path.open("wb") as file:
        np.save(file, X)
    with raises("bad-data", f"`{path}` holds a single array, expected `x_train` and `y_train`"):
        load_dataset(path)


def test_other_files_are_no_datasets(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1,2")
    with raises("bad-data", f"`{path}` is no dataset, expected an .npz file or a folder of class folders of images"):
        load_dataset(path)


def test_a_file_that_is_no_zip_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    path.write_bytes(b"")
    with raises("bad-data", f"`{path}` is not a readable .npz file: …"):
        load_dataset(path)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, Dataset]:
    path = save(tmp_path_factory.mktemp("npz"), x_train=X[:40], y_train=Y[:40] % 2)
    return path, path.read_bytes(), load_dataset(path)


@given(st.data())
def test_a_damaged_file_is_an_error_or_unchanged(saved: tuple[Path, bytes, Dataset], data: st.DataObject) -> None:
    path, content, dataset = saved
    damaged = bytearray(content)
    if data.draw(st.booleans(), label="cut"):
        del damaged[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        damaged[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(damaged)
    try:
        again = load_dataset(path)
    except ArchdslError as error:
        assert error.diagnostics[0].code == "bad-data"  # noqa: PT017 (a damaged byte may be one that nothing reads)
    else:
        assert again.fingerprint == dataset.fingerprint
