"""Random changes of images, batched and on the device that holds them.

What is random is drawn for a whole epoch from a CPU generator, so that every device sees the same images, and no step
waits for a draw. Crops and flips act on raw pixels, cutout on normalised ones, where 0 is the mean.
"""

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor
from torch.nn import functional


@final
@dataclass(frozen=True, slots=True)
class Draws:
    """What is random about `n` images; `None` for a change that is off.

    `crop` holds the offsets `[n, 2]` of rows and columns in the padded image, `flip` is boolean `[n]`, `cutout` holds
    the centers `[n, 2]`.
    """

    crop: Tensor | None = None
    flip: Tensor | None = None
    cutout: Tensor | None = None

    def to(self, device: torch.device) -> "Draws":
        return Draws(*(tensor if tensor is None else tensor.to(device) for tensor in self._tensors))

    def __getitem__(self, images: slice) -> "Draws":
        return Draws(*(tensor if tensor is None else tensor[images] for tensor in self._tensors))

    @property
    def _tensors(self) -> tuple[Tensor | None, ...]:
        return self.crop, self.flip, self.cutout


@final
@dataclass(frozen=True, slots=True)
class Augmentation:
    """Which changes are made, in this order: a crop of the image padded with black, a flip, a square cut out.

    Args:
        padding: Pixels of black on each side before the crop; 0 does not crop.
        flip: Whether every second image, on average, is mirrored.
        cutout: The side of the square that is set to 0, clipped at the borders (DeVries & Taylor, 2017,
            arXiv:1708.04552); 0 does not cut.
    """

    padding: int = 0
    flip: bool = False
    cutout: int = 0

    def __bool__(self) -> bool:
        return bool(self.padding or self.flip or self.cutout)

    def draw(self, count: int, size: tuple[int, int], generator: torch.Generator) -> Draws:
        """Draw for `count` images of `size` rows and columns."""
        centers = [torch.randint(length, (count,), generator=generator) for length in size] if self.cutout else []
        return Draws(
            crop=torch.randint(2 * self.padding + 1, (count, 2), generator=generator) if self.padding else None,
            flip=torch.rand(count, generator=generator) < 0.5 if self.flip else None,
            cutout=torch.stack(centers, dim=1) if self.cutout else None,
        )

    def before(self, x: Tensor, draws: Draws) -> Tensor:
        """Change raw pixels `[n, c, h, w]`."""
        if draws.crop is not None:
            x = crop(x, draws.crop, self.padding)
        return x if draws.flip is None else flip(x, draws.flip)

    def after(self, x: Tensor, draws: Draws) -> Tensor:
        """Change normalised pixels `[n, c, h, w]`."""
        return x if draws.cutout is None else cutout(x, draws.cutout, self.cutout)


def crop(x: Tensor, offsets: Tensor, padding: int) -> Tensor:
    """Pad images with zeros on all sides and cut a window of the old size out of each, at its offset."""
    height, width = x.shape[2:]
    windows = functional.pad(x, (padding,) * 4).unfold(2, height, 1).unfold(3, width, 1)
    return windows[torch.arange(len(x), device=x.device), :, offsets[:, 0], offsets[:, 1]]


def flip(x: Tensor, which: Tensor) -> Tensor:
    """Mirror some images left to right."""
    return torch.where(which.view(-1, 1, 1, 1), x.flip(-1), x)


def cutout(x: Tensor, centers: Tensor, size: int) -> Tensor:
    """Set a square to 0: rows and columns from `center - size // 2` on, `size` of them, as far as they exist."""
    inside = []
    for axis, length in enumerate(x.shape[2:]):
        distance = torch.arange(length, device=x.device) - centers[:, axis, None] + size // 2
        inside.append((distance >= 0) & (distance < size))
    rows, columns = inside
    return x.masked_fill((rows[:, :, None] & columns[:, None, :]).unsqueeze(1), 0)
