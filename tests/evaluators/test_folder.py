"""Folders of images."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archdsl.evaluators.data import load_dataset
from archdsl.evaluators.data.files import natural
from tests.evaluators.raises import raises

DIGITS = load_dataset("digits", validation=0)
X, Y = DIGITS.train.x[:60, 0], DIGITS.train.y[:60]


def write(folder: Path, numbers: range, *, color: bool = False) -> None:
    """Write digits as images, a folder for each class, named by their index without leading zeros."""
    for index in numbers:
        path = folder / f"class{Y[index]}" / f"img{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(X[index])
        (image.convert("RGB") if color else image).save(path)


def first_of_class(digit: int) -> str:
    return f"img{Y.tolist().index(digit)}.png"


def by_class(numbers: range) -> list[int]:
    return sorted(numbers, key=lambda index: (Y[index], index))


def test_images_are_read_class_by_class_in_natural_order(tmp_path: Path) -> None:
    write(tmp_path, range(60))
    dataset = load_dataset(tmp_path, validation=0)
    order = by_class(range(60))
    assert np.array_equal(dataset.train.x[:, 0], X[order])
    assert np.array_equal(dataset.train.y, Y[order])
    assert dataset.classes == tuple(f"class{digit}" for digit in range(10))
    assert (dataset.shape, dataset.value_range, dataset.name) == ((1, 8, 8), (0, 255), tmp_path.name)


def test_folders_may_be_split_already(tmp_path: Path) -> None:
    write(tmp_path / "train", range(30))
    write(tmp_path / "val", range(30, 40))
    write(tmp_path / "test", range(40, 60))
    dataset = load_dataset(str(tmp_path))
    assert {name: len(split) for name, split in dataset.splits.items()} == {"train": 30, "validation": 10, "test": 20}
    assert dataset.test is not None
    assert np.array_equal(dataset.test.x[:, 0], X[by_class(range(40, 60))])


def test_one_color_image_makes_all_of_them_rgb(tmp_path: Path) -> None:
    write(tmp_path, range(59))
    write(tmp_path, range(59, 60), color=True)
    dataset = load_dataset(tmp_path, validation=0)
    assert np.array_equal(dataset.train.x, np.repeat(X[by_class(range(60))][:, None], 3, axis=1))


def test_other_files_are_passed_over_and_counted(tmp_path: Path) -> None:
    write(tmp_path, range(60))
    (tmp_path / "class3" / "notes.txt").touch()
    (tmp_path / "class3" / ".hidden.png").touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").touch()
    assert load_dataset(tmp_path).notes == ("not read: 1 files that are not images",)


def test_names_are_sorted_as_people_sort_them() -> None:
    names = ["b", "a10", "a9", "A1", "10", "9", "a9b2", "a9b10", "a09"]
    assert sorted(names, key=natural) == ["9", "10", "A1", "a09", "a9", "a9b2", "a9b10", "a10", "b"]


def test_images_of_two_sizes_are_refused(tmp_path: Path) -> None:
    write(tmp_path, range(60))
    odd = tmp_path / "class9" / "a.png"
    Image.new("L", (8, 9)).save(odd)
    first = tmp_path / "class0" / first_of_class(0)
    with raises("bad-data", f"images must have one size, but `{first}` is 8 x 8 and `{odd}` is 8 x 9"):
        load_dataset(tmp_path)


def test_a_class_without_images_is_refused(tmp_path: Path) -> None:
    write(tmp_path, range(60))
    (tmp_path / "empty").mkdir()
    with raises(
        "bad-data",
        f"the class `{tmp_path}/empty` has no images",
        notes=("images end in .bmp, .gif, .jpeg, .jpg, .pgm, .png, .ppm, .tif, .tiff, .webp",),
    ):
        load_dataset(tmp_path)


def test_a_folder_without_folders_is_refused(tmp_path: Path) -> None:
    with raises("bad-data", f"`{tmp_path}` has no folders in it, expected one folder of images for each class"):
        load_dataset(tmp_path)


def test_one_class_is_too_few(tmp_path: Path) -> None:
    write(tmp_path, range(60))
    (tmp_path / "class1").rename(tmp_path / "one")
    for other in tmp_path.glob("class*"):
        for image in other.iterdir():
            image.unlink()
        other.rmdir()
    with raises("bad-data", f"`{tmp_path}` has 1 class, expected at least 2"):
        load_dataset(tmp_path)


def test_a_class_that_is_only_tested_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "train", range(30))
    write(tmp_path / "test", range(30, 60))
    (tmp_path / "test" / "class9").rename(tmp_path / "test" / "class90")
    with raises(
        "bad-data",
        f"`{tmp_path}/test/class90` is a class without training images: there is no `{tmp_path}/train/class90`",
    ):
        load_dataset(tmp_path)


def test_two_validation_folders_are_refused(tmp_path: Path) -> None:
    for name in ("train", "val", "validation"):
        write(tmp_path / name, range(60))
    with raises("bad-data", f"`{tmp_path}` has both `validation` and `val`, expected one of them"):
        load_dataset(tmp_path)


@pytest.mark.parametrize("kept", [0, 20, 60, -30])
def test_a_broken_image_is_named(tmp_path: Path, kept: int) -> None:
    write(tmp_path, range(60))
    broken = tmp_path / "class4" / first_of_class(4)
    broken.write_bytes(broken.read_bytes()[:kept])
    with raises("bad-data", f"`{broken}` is not a readable image: …"):
        load_dataset(tmp_path)


def test_images_of_16_bits_are_refused(tmp_path: Path) -> None:
    write(tmp_path, range(60))
    deep = tmp_path / "class4" / "img4.png"
    Image.fromarray(X[4].astype(np.uint16)).save(deep)
    with raises("bad-data", f"`{deep}` has pixels of mode I;16, expected 8 bits for each channel"):
        load_dataset(tmp_path)


def test_an_animation_is_refused(tmp_path: Path) -> None:
    write(tmp_path, range(60))
    moving = tmp_path / "class4" / "img4.gif"
    Image.fromarray(X[4]).save(moving, save_all=True, append_images=[Image.fromarray(X[5])])
    with raises("bad-data", f"`{moving}` has 2 frames, expected one"):
        load_dataset(tmp_path)


def test_more_images_than_fit_into_memory_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, range(60))
    monkeypatch.setattr("os.sysconf", lambda name: 80 if name == "SC_PAGE_SIZE" else 90)
    with raises(
        "bad-data",
        f"the 60 images of `{tmp_path}` need 0.0 GiB, more than half of this machine's 0.0 GiB",
    ):
        load_dataset(tmp_path)
