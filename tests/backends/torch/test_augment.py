"""Random changes of images, against references in numpy."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from archdsl.backends.torch.augment import Augmentation, crop, cutout, flip

dtypes = st.sampled_from([torch.uint8, torch.float32])


@st.composite
def images(draw: st.DrawFn) -> Tensor:
    """A batch of images, all pixels of which differ from 0."""
    shape = [draw(st.integers(1, most)) for most in (4, 3, 7, 7)]
    pixels = torch.arange(1, int(np.prod(shape)) + 1) % 255 + 1
    return pixels.reshape(shape).to(draw(dtypes))


@st.composite
def changes(draw: st.DrawFn) -> Augmentation:
    return Augmentation(draw(st.integers(0, 4)), draw(st.booleans()), draw(st.integers(0, 9)))


@given(images(), st.integers(1, 4), st.data())
def test_a_crop_is_a_window_of_the_padded_image(x: Tensor, padding: int, data: st.DataObject) -> None:
    offset = st.integers(0, 2 * padding)
    offsets = data.draw(st.lists(st.tuples(offset, offset), min_size=len(x), max_size=len(x)))
    cropped = crop(x, torch.tensor(offsets), padding)
    _, _, h, w = x.shape
    padded = np.pad(x.numpy(), [(0, 0), (0, 0), (padding, padding), (padding, padding)])
    expected = [
        image[:, row : row + h, column : column + w] for image, (row, column) in zip(padded, offsets, strict=True)
    ]
    assert cropped.dtype == x.dtype
    assert np.array_equal(cropped.numpy(), np.stack(expected))


@given(images(), st.integers(1, 4))
def test_a_crop_from_the_middle_is_the_image(x: Tensor, padding: int) -> None:
    assert torch.equal(crop(x, torch.full((len(x), 2), padding), padding), x)


@given(images(), st.data())
def test_a_flip_mirrors_the_chosen_images_alone(x: Tensor, data: st.DataObject) -> None:
    which = torch.tensor(data.draw(st.lists(st.booleans(), min_size=len(x), max_size=len(x))))
    flipped = flip(x, which)
    expected = [image[..., ::-1] if chosen else image for image, chosen in zip(x.numpy(), which.tolist(), strict=True)]
    assert np.array_equal(flipped.numpy(), np.stack(expected))
    assert torch.equal(flip(flipped, which), x)


@given(images(), st.integers(1, 9), st.data())
def test_cutout_cuts_a_square_clipped_at_the_borders(x: Tensor, size: int, data: st.DataObject) -> None:
    _, _, h, w = x.shape
    center = st.tuples(st.integers(0, h - 1), st.integers(0, w - 1))
    centers = data.draw(st.lists(center, min_size=len(x), max_size=len(x)))
    expected = x.numpy().copy()
    for image, (row, column) in zip(expected, centers, strict=True):
        top, left = row - size // 2, column - size // 2
        image[:, max(top, 0) : top + size, max(left, 0) : left + size] = 0
    assert np.array_equal(cutout(x, torch.tensor(centers), size).numpy(), expected)


@given(images(), changes(), st.integers(0, 2**31))
def test_changes_keep_shape_and_type(x: Tensor, changes: Augmentation, seed: int) -> None:
    _, _, h, w = x.shape
    draws = changes.draw(len(x), (h, w), torch.Generator().manual_seed(seed))
    changed = changes.after(changes.before(x, draws), draws)
    assert (changed.shape, changed.dtype) == (x.shape, x.dtype)


@given(changes(), st.integers(1, 30), st.integers(0, 2**31))
def test_draws_depend_on_the_seed_alone_and_stay_in_range(changes: Augmentation, count: int, seed: int) -> None:
    draws, again = (changes.draw(count, (5, 7), torch.Generator().manual_seed(seed)) for _ in range(2))
    assert (draws.crop is None, draws.flip is None, draws.cutout is None) == (
        not changes.padding,
        not changes.flip,
        not changes.cutout,
    )
    if draws.crop is not None and again.crop is not None:
        assert torch.equal(draws.crop, again.crop)
        assert 0 <= draws.crop.min() <= draws.crop.max() <= 2 * changes.padding
    if draws.flip is not None and again.flip is not None:
        assert torch.equal(draws.flip, again.flip)
    if draws.cutout is not None and again.cutout is not None:
        assert torch.equal(draws.cutout, again.cutout)
        assert (draws.cutout < torch.tensor([5, 7])).all()


def test_draws_are_even() -> None:
    changes = Augmentation(padding=1, flip=True, cutout=1)
    draws = changes.draw(9000, (2, 3), torch.Generator().manual_seed(0))
    assert draws.crop is not None
    assert draws.flip is not None
    assert draws.cutout is not None
    windows = np.bincount((draws.crop[:, 0] * 3 + draws.crop[:, 1]).numpy())
    centers = np.bincount((draws.cutout[:, 0] * 3 + draws.cutout[:, 1]).numpy())
    assert (len(windows), len(centers)) == (9, 6)
    assert (np.abs(windows - 1000) < 150).all()
    assert (np.abs(centers - 1500) < 180).all()
    assert abs(draws.flip.float().mean() - 0.5) < 0.03


def test_no_change_leaves_the_image_as_it_is() -> None:
    none = Augmentation()
    assert not none
    x = torch.rand(2, 1, 3, 3)
    draws = none.draw(2, (3, 3), torch.Generator())
    assert none.after(none.before(x, draws), draws) is x
