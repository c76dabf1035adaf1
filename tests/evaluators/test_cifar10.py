"""CIFAR-10 in its three forms; the real images are read where they are."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archdsl.evaluators.data import cifar10 as reader
from archdsl.evaluators.data import load_dataset
from archdsl.evaluators.dataset import Dataset, Split
from tests.evaluators.raises import raises

MOSAICS = Path(__file__).resolve().parents[3] / "shared" / "data" / "cifar10"
needs_mosaics = pytest.mark.skipif(not MOSAICS.is_dir(), reason=f"CIFAR-10 is not in {MOSAICS}")


@pytest.fixture(scope="module")
def cifar10() -> Dataset:
    return load_dataset(f"cifar10:{MOSAICS}")


@pytest.fixture(autouse=True)
def few_records(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a file hold 20 records instead of 10,000, so that tests write little."""
    if "cifar10" not in request.fixturenames:
        monkeypatch.setattr(reader, "RECORDS", 20)


def pixels(split: str, number: int) -> tuple[np.ndarray, np.ndarray]:
    """20 labelled images for one file, each different from all others."""
    rng = np.random.default_rng([number, len(split)])
    return rng.integers(0, 256, (20, 3072), np.uint8), (np.arange(20) % 10).astype(np.uint8)


def write_binary(folder: Path) -> None:
    for number, name in enumerate(["test_batch", *(f"data_batch_{n}" for n in range(1, 6))]):
        x, y = pixels(name, number)
        (folder / f"{name}.bin").write_bytes(np.concatenate((y[:, None], x), axis=1).tobytes())


def as_python_2(batch: dict[bytes, Any]) -> bytes:
    """Pickle as the original files are: protocol 2, by numpy's old name."""
    return pickle.dumps(batch, protocol=2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def write_python(folder: Path, dump: Callable[[dict[bytes, Any]], bytes] = as_python_2) -> None:
    for number, name in enumerate(["test_batch", *(f"data_batch_{n}" for n in range(1, 6))]):
        x, y = pixels(name, number)
        batch = {b"batch_label": name.encode(), b"labels": y.tolist(), b"data": x, b"filenames": [b"a.png"] * 20}
        (folder / name).write_bytes(dump(batch))


@needs_mosaics
def test_mosaics_give_all_60000_images(cifar10: Dataset) -> None:
    sizes = {name: len(split) for name, split in cifar10.splits.items()}
    assert sizes == {"train": 40_000, "validation": 10_000, "test": 10_000}
    assert cifar10.shape == (3, 32, 32)
    for split in cifar10.splits.values():
        assert set(np.bincount(split.y)) == {len(split) // 10}
    np.testing.assert_allclose(np.array(cifar10.mean) / 255, [0.4914, 0.4822, 0.4465], atol=0.001)
    np.testing.assert_allclose(np.array(cifar10.std) / 255, [0.2470, 0.2435, 0.2616], atol=0.001)


@needs_mosaics
def test_the_binary_version_gives_the_images_of_the_mosaics(cifar10: Dataset, tmp_path: Path) -> None:
    whole = load_dataset(f"cifar10:{MOSAICS}", validation=0)

    def write(split: Split, names: list[str]) -> None:
        records = np.concatenate((split.y[:, None].astype(np.uint8), split.x.reshape(-1, 3072)), axis=1)
        for name, part in zip(names, np.split(records, len(names)), strict=True):
            (tmp_path / f"{name}.bin").write_bytes(part.tobytes())

    assert whole.test is not None
    write(whole.train, [f"data_batch_{number}" for number in range(1, 6)])
    write(whole.test, ["test_batch"])
    assert load_dataset(f"cifar10:{tmp_path}").fingerprint == cifar10.fingerprint


def test_both_official_versions_give_the_same_images(tmp_path: Path) -> None:
    for version, write in (("bin", write_binary), ("py", write_python)):
        folder = tmp_path / version / f"cifar-10-batches-{version}"
        folder.mkdir(parents=True)
        write(folder)
    binary, python = (load_dataset(f"cifar10:{tmp_path / version}", validation=20) for version in ("bin", "py"))
    assert binary.fingerprint == python.fingerprint
    assert binary.test is not None
    assert np.array_equal(binary.test.x, pixels("test_batch", 0)[0].reshape(20, 3, 32, 32))


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_pickles_of_any_usual_protocol_are_read(tmp_path: Path, protocol: int) -> None:
    write_python(tmp_path, lambda batch: pickle.dumps(batch, protocol=protocol))
    assert load_dataset(f"cifar10:{tmp_path}", validation=20).train.x.shape == (80, 3, 32, 32)


class Hostile:
    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.marker),)


def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    marker = tmp_path / "was_run"
    write_python(tmp_path, lambda batch: pickle.dumps({**batch, b"x": Hostile(marker)}, protocol=2))
    path = tmp_path / "data_batch_1"
    message = f"`{path}` is not a file of CIFAR-10's python version: it asks for `posix.mkdir`, which is not run"
    with raises("bad-data", message):
        load_dataset(f"cifar10:{tmp_path}")
    assert not marker.exists()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({b"data": np.zeros((20, 3072), np.int8)}, "its array is not of bytes in C order"),
        ({b"data": np.asfortranarray(pixels("", 0)[0])}, "its array is not of bytes in C order"),
        ({b"data": [1, 2]}, "'list' object has no attribute 'to_numpy'"),
        ({b"labels": [300] * 20}, "Python integer 300 out of bounds for uint8"),
        ({b"labels": ["a"] * 20}, "invalid literal for int() with base 10: 'a'"),
    ],
)
def test_pickles_of_something_else_are_refused(tmp_path: Path, change: dict[bytes, Any], reason: str) -> None:
    write_python(tmp_path, lambda batch: as_python_2(batch | change))
    with raises("bad-data", f"`{tmp_path}/data_batch_1` is not a file of CIFAR-10's python version: {reason}"):
        load_dataset(f"cifar10:{tmp_path}")


def test_pickles_without_labels_are_refused(tmp_path: Path) -> None:
    write_python(tmp_path, lambda batch: as_python_2({b"data": batch[b"data"]}))
    with raises(
        "bad-data", f"`{tmp_path}/data_batch_1` is not a file of CIFAR-10's python version: it has no b'labels'"
    ):
        load_dataset(f"cifar10:{tmp_path}")


def test_pickles_of_other_lengths_are_refused(tmp_path: Path) -> None:
    write_python(tmp_path, lambda batch: as_python_2({**batch, b"labels": [1, 2]}))
    with raises("bad-data", f"`{tmp_path}/data_batch_1` has 2 labels and pixels [20, 3072], expected 20 records"):
        load_dataset(f"cifar10:{tmp_path}")


def test_a_truncated_pickle_is_refused(tmp_path: Path) -> None:
    write_python(tmp_path, lambda batch: as_python_2(batch)[:-100])
    with raises("bad-data", f"`{tmp_path}/data_batch_1` is not a file of CIFAR-10's python version: …"):
        load_dataset(f"cifar10:{tmp_path}")


def test_a_truncated_binary_file_is_refused(tmp_path: Path) -> None:
    write_binary(tmp_path)
    path = tmp_path / "data_batch_3.bin"
    path.write_bytes(path.read_bytes()[:-3073])
    with raises("bad-data", f"`{path}` has 58,387 bytes, expected 61,460: 20 records of 3,073"):
        load_dataset(f"cifar10:{tmp_path}")


def test_a_missing_binary_file_is_named(tmp_path: Path) -> None:
    write_binary(tmp_path)
    (tmp_path / "test_batch.bin").unlink()
    with raises("missing-file", f"cannot find `{tmp_path}/test_batch.bin`, a file of CIFAR-10's binary version"):
        load_dataset(f"cifar10:{tmp_path}")


def test_a_label_that_is_no_class_is_found(tmp_path: Path) -> None:
    write_binary(tmp_path)
    path = tmp_path / "data_batch_1.bin"
    path.write_bytes(b"\n" + path.read_bytes()[1:])
    with raises("bad-data", f"`y_train` of `{tmp_path}` holds the label 10 at [0], expected 0..9"):
        load_dataset(f"cifar10:{tmp_path}")


def test_a_folder_must_be_given() -> None:
    with raises(
        "missing-file",
        "`cifar10` does not ship with archdsl: the folder that holds it must be given",
        notes=("its binary version is at https://www.cs.toronto.edu/~kriz/cifar.html",),
        help="give the folder: `cifar10:PATH`",
    ):
        load_dataset("cifar10")


def test_a_folder_must_exist(tmp_path: Path) -> None:
    with raises("missing-file", f"cannot find `{tmp_path}/no`, a folder with CIFAR-10"):
        load_dataset(f"cifar10:{tmp_path}/no")


def test_a_folder_must_hold_one_of_the_forms(tmp_path: Path) -> None:
    with raises(
        "missing-file",
        f"cannot find `{tmp_path}/data_batch_1.bin`, a file of CIFAR-10",
        notes=("the python version (data_batch_1) and mosaics (train_00.webp, labels.npz) are read too",),
    ):
        load_dataset(f"cifar10:{tmp_path}")


def test_broken_mosaics_are_named(tmp_path: Path) -> None:
    labels = tmp_path / "labels.npz"
    labels.write_bytes(b"PK")
    with raises("bad-data", f"`{labels}` is not a readable .npz file with `y_train`: …"):
        load_dataset(f"cifar10:{tmp_path}")
    np.savez(labels, y_test=np.zeros(2000))
    with raises("bad-data", f"`{labels}` is not a readable .npz file with `y_train`: …"):
        load_dataset(f"cifar10:{tmp_path}")
    np.savez(labels, y_train=np.zeros(2000, np.uint8), y_test=np.zeros(2000, np.uint8))
    mosaic = tmp_path / "train_00.webp"
    with raises("missing-file", f"cannot find `{mosaic}`, a mosaic of CIFAR-10"):
        load_dataset(f"cifar10:{tmp_path}")
    mosaic.write_bytes(b"RIFF")
    with raises("bad-data", f"`{mosaic}` is not a readable mosaic: …"):
        load_dataset(f"cifar10:{tmp_path}")
