"""Data on the device that computes, and how well a module does on them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional

from archdsl.diagnostics import Diagnostic, UsageError

from .recipe import Data

EVALUATION_BATCH = 512


@final
@dataclass(frozen=True, slots=True)
class Resident:
    """A split on its device: raw `x`, labels `y`, and the mean and standard deviation that normalise a batch."""

    x: Tensor
    y: Tensor
    mean: Tensor
    std: Tensor
    channels_last: bool

    def __len__(self) -> int:
        return len(self.y)

    def normalize(self, x: Tensor) -> Tensor:
        """Give raw inputs as float32, of mean 0 and standard deviation 1 in each channel."""
        x = (x.to(torch.float32) - self.mean) / self.std
        return x.contiguous(memory_format=torch.channels_last) if self.channels_last and x.ndim == 4 else x


def to_device(data: Data, split: str, device: torch.device, *, channels_last: bool = True) -> Resident:
    """Put a split on a device, once for a whole training.

    On the CPU the tensors share the memory of the arrays, unless those are read-only.

    Raises:
        UsageError: There is no such split (`missing-split`).
    """
    if split not in data.splits:
        raise UsageError(
            Diagnostic(
                "missing-split",
                f"the dataset `{data.name}` has no {split} split",
                notes=(f"it has {', '.join(data.splits)}",),
            )
        )
    samples = data.splits[split]
    x, y = (array if array.flags.writeable else array.copy() for array in (samples.x, samples.y))
    axes = (-1, *[1] * (x.ndim - 2))
    mean, std = (torch.tensor(values, dtype=torch.float32).view(axes) for values in (data.mean, data.std))
    return Resident(
        torch.from_numpy(x).to(device), torch.from_numpy(y).to(device), mean.to(device), std.to(device), channels_last
    )


def batches(count: int, size: int) -> Iterator[slice]:
    """Give the slices of up to `size` samples that make up `count`."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def autocast(device: torch.device, amp: bool) -> AbstractContextManager[object]:
    """Let a forward pass compute in half precision where that is safe, if `amp` says so."""
    return torch.autocast(device.type, dtype=half_precision(device)) if amp else nullcontext()


def half_precision(device: torch.device) -> torch.dtype:
    """Give the type for mixed precision: bfloat16, but float16 on a CUDA device that has no bfloat16."""
    return torch.float16 if device.type == "cuda" and not torch.cuda.is_bf16_supported() else torch.bfloat16


@final
@dataclass(frozen=True, slots=True)
class Evaluation:
    """The share of samples that are classified rightly, and the mean cross-entropy in nats."""

    accuracy: float
    loss: float


def evaluate(
    module: nn.Module,
    data: Data,
    split: str = "validation",
    *,
    device: torch.device,
    batch_size: int = EVALUATION_BATCH,
    amp: bool = False,
    channels_last: bool = True,
) -> Evaluation:
    """Measure a module on one split, in evaluation mode; the module is moved to the device and keeps its mode.

    Raises:
        UsageError: There is no such split (`missing-split`).
    """
    resident = to_device(data, split, device, channels_last=channels_last)
    return evaluate_resident(module.to(device), resident, batch_size=batch_size, amp=amp)


@torch.no_grad()
def evaluate_resident(
    module: nn.Module, data: Resident, *, batch_size: int = EVALUATION_BATCH, amp: bool = False
) -> Evaluation:
    """Measure a module on data that are on its device, in evaluation mode; the module keeps its mode."""
    was_training = module.training
    module.eval()
    device = data.y.device
    correct = torch.zeros((), dtype=torch.int64, device=device)
    loss = torch.zeros((), device=device)
    for part in batches(len(data), batch_size):
        x, y = data.normalize(data.x[part]), data.y[part]
        with autocast(device, amp):
            logits = module(x)
        correct += (logits.argmax(1) == y).sum()
        loss += functional.cross_entropy(logits.float(), y, reduction="sum")
    module.train(was_training)
    return Evaluation(correct.item() / len(data), loss.item() / len(data))
