"""The datasets that have names."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import ArchdslError
from archdsl.evaluators.data import load_dataset
from archdsl.evaluators.data.named import FASHION_MNIST, read_idx
from archdsl.evaluators.dataset import Dataset
from tests.evaluators.raises import raises

needs_fashion_mnist = pytest.mark.skipif(
    not FASHION_MNIST.is_dir(), reason=f"Fashion-MNIST is not in {FASHION_MNIST} (Debian: dataset-fashion-mnist)"
)


def sizes(dataset: Dataset) -> dict[str, int]:
    return {name: len(split) for name, split in dataset.splits.items()}


def test_the_digits_are_split_into_1077_360_and_360() -> None:
    dataset = load_dataset("digits")
    assert sizes(dataset) == {"train": 1077, "validation": 360, "test": 360}
    assert (dataset.shape, dataset.value_range) == ((1, 8, 8), (0, 16))
    assert dataset.train.x.dtype == np.uint8
    for split in dataset.splits.values():
        counts = np.bincount(split.y, minlength=10)
        assert counts.max() - counts.min() <= len(split) * 0.015  # as uneven as the digits themselves


def test_the_splits_of_the_digits_share_no_image() -> None:
    seen = [image.tobytes() for split in load_dataset("digits").splits.values() for image in split.x]
    assert len(set(seen)) == len(seen) == 1797


def test_the_seed_chooses_validation_samples_and_never_test_samples() -> None:
    one, other = load_dataset("digits", seed=1), load_dataset("digits", seed=2)
    assert one.test is not None
    assert other.test is not None
    assert np.array_equal(one.test.x, other.test.x)
    assert not np.array_equal(one.train.x, other.train.x)


def test_the_number_of_validation_samples_can_be_chosen() -> None:
    assert sizes(load_dataset("digits", validation=0)) == {"train": 1437, "test": 360}
    assert sizes(load_dataset("digits", validation=0.5)) == {"train": 719, "validation": 718, "test": 360}


def test_unknown_names_get_similar_ones() -> None:
    with raises(
        "unknown-dataset",
        "cannot find a dataset named `fashion-mnist`",
        help="a dataset with a similar name exists: `fashion_mnist`",
    ):
        load_dataset("fashion-mnist:/somewhere")


def test_unknown_names_without_similar_ones_get_all() -> None:
    note = "the datasets are digits, fashion_mnist, cifar10; files and folders are given by their path"
    with raises("unknown-dataset", "cannot find a dataset named `imagenet`", notes=(note,)):
        load_dataset("imagenet")


@pytest.mark.parametrize("path", ["no/where", "nowhere.npz", "/no/where.npz"])
def test_a_path_to_nothing_is_a_missing_file(path: str) -> None:
    with raises("missing-file", f"cannot find `{path}`, a dataset"):
        load_dataset(path)


def test_the_digits_take_no_path() -> None:
    with raises("bad-option", "`digits` ships with scikit-learn and takes no path, got `x`"):
        load_dataset("digits:x")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def import_module(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("importlib.import_module", import_module)
    message = "the dataset `digits` needs scikit-learn"
    with raises("missing-package", message, help="pip install scikit-learn"):
        load_dataset("digits")


@needs_fashion_mnist
def test_fashion_mnist_is_split_into_50000_10000_and_10000() -> None:
    dataset = load_dataset("fashion_mnist")
    assert sizes(dataset) == {"train": 50_000, "validation": 10_000, "test": 10_000}
    assert (dataset.shape, dataset.classes[9]) == ((1, 28, 28), "Ankle boot")
    for split in dataset.splits.values():
        assert set(np.bincount(split.y)) == {len(split) // 10}
    # The constants that everyone uses are those of all 60,000 training images.
    assert dataset.mean[0] / 255 == pytest.approx(0.2860, abs=0.001)
    assert dataset.std[0] / 255 == pytest.approx(0.3530, abs=0.001)


@needs_fashion_mnist
def test_fashion_mnist_is_read_unpacked_too(tmp_path: Path) -> None:
    for packed in FASHION_MNIST.glob("*.gz"):
        (tmp_path / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    dataset = load_dataset(f"fashion_mnist:{tmp_path}")
    assert dataset.fingerprint == load_dataset("fashion_mnist").fingerprint
    assert dataset.source == str(tmp_path)


def test_a_missing_file_of_fashion_mnist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    with raises("missing-file", f"cannot find `{path}`, a file of Fashion-MNIST (with .gz or without)"):
        load_dataset(f"fashion_mnist:{tmp_path}")


def test_without_a_path_it_is_said_where_fashion_mnist_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archdsl.evaluators.data.named.FASHION_MNIST", tmp_path)
    with raises(
        "missing-file",
        f"cannot find `{tmp_path}/train-images-idx3-ubyte`, a file of Fashion-MNIST (with .gz or without)",
        notes=("Debian's and Ubuntu's package dataset-fashion-mnist puts it there",),
        help="give the folder that holds its four files: `fashion_mnist:PATH`",
    ):
        load_dataset("fashion_mnist")


WHAT = "an IDX file of 2 x 3 bytes"
IDX = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, *range(6)])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a", IDX[:-1], f"`{{}}` is not {WHAT}: it has 17 bytes, expected 18"),
        ("a", IDX + b"0", f"`{{}}` has more than the 18 bytes of {WHAT}"),
        ("a", b"", f"`{{}}` is not {WHAT}: it has 0 bytes, expected 18"),
        ("a", b"\x89PNG" + IDX[4:], f"`{{}}` is not {WHAT}: its header is 89504e47 00000002 00000003"),
        ("a", IDX[:7] + b"\x03" + IDX[8:], f"`{{}}` is not {WHAT}: its header is 00000802 00000003 00000003"),
        ("a.gz", IDX, "`{}` cannot be unpacked: Error -3 while decompressing data: incorrect header check"),
        ("a.gz", gzip.compress(IDX, mtime=0)[:-9], "`{}` cannot be unpacked: it ends too early"),
        ("a.gz", b"", "`{}` cannot be unpacked: it ends too early"),
        ("a.gz", gzip.compress(IDX + b"0", mtime=0), f"`{{}}` is not {WHAT}: it has 19 bytes, expected 18"),
        ("a.gz", gzip.compress(IDX, mtime=0)[:-8] + bytes(8), "`{}` cannot be unpacked: Error -3 while …"),
    ],
)
def test_broken_idx_files_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with raises("bad-data", message.format(path)):
        read_idx(path, (2, 3))


def test_an_idx_file_must_be_a_file(tmp_path: Path) -> None:
    with raises("bad-data", f"`{tmp_path}` is a folder, expected a file: {WHAT}"):
        read_idx(tmp_path, (2, 3))
    with raises("missing-file", f"cannot find `{tmp_path / 'a'}`, {WHAT}"):
        read_idx(tmp_path / "a", (2, 3))


@given(st.binary(max_size=40), st.sampled_from(["a", "a.gz"]))
def test_no_content_crashes_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    with pytest.raises(ArchdslError):
        read_idx(path, (2, 3))
