"""Training: a small loop over data that stay on the device.

Everything random in an epoch is seeded by (seed, epoch), so the same seed gives the same bits, and a training that was
killed goes on exactly as it would have from nothing but its weights, its optimizer's state and the number of epochs.
"""

import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, final

import torch
from torch import nn

from archdsl.diagnostics import Diagnostic, UsageError

from .augment import Augmentation
from .checkpoint import load_weights, save_weights
from .device import derive_seed, own_randomness, select_device
from .evaluation import Evaluation, evaluate, evaluate_resident, to_device
from .recipe import Data, Recipe
from .resume import TrainingState
from .schedule import set_drop_path
from .trainer import Trainer

__all__ = [
    "EpochReport",
    "Evaluation",
    "Outcome",
    "evaluate",
    "load_weights",
    "save_weights",
    "select_device",
    "set_drop_path",
    "train",
]

Status = Literal["complete", "diverged", "out-of-memory"]


@final
@dataclass(frozen=True, slots=True)
class EpochReport:
    """One epoch: the mean loss over its steps, the last learning rate, and, if it was evaluated, the result."""

    epoch: int
    epochs: int
    train_loss: float
    learning_rate: float
    images_per_second: float
    accuracy: float | None = None
    loss: float | None = None


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """How a training ended.

    `history` has a report for each finished epoch, of earlier processes too; `reason` says why a training that is not
    complete ended. Accuracy and loss are those of the last epoch that was evaluated, not of the best.
    """

    status: Status
    history: tuple[EpochReport, ...]
    reason: str = ""

    @property
    def measurements(self) -> dict[str, float]:
        """What was measured, by name: accuracy, loss, train_loss, images_per_second; missing what was not."""
        if not self.history:
            return {}
        last = self.history[-1]
        evaluated = [report for report in self.history if report.accuracy is not None]
        found = {
            "accuracy": evaluated[-1].accuracy if evaluated else None,
            "loss": evaluated[-1].loss if evaluated else None,
            "train_loss": last.train_loss,
            "images_per_second": last.images_per_second,
        }
        return {name: value for name, value in found.items() if value is not None}


def train(
    module: nn.Module,
    dataset: Data,
    config: Recipe,
    *,
    seed: int,
    device: torch.device,
    checkpoint: Path | None = None,
    progress: Callable[[EpochReport], None] | None = None,
    evaluate_on: str | None = "validation",
) -> Outcome:
    """Train a classifier, and measure it on another split.

    Args:
        module: Gives logits `[n, classes]`; in training mode maybe a tuple of logits and auxiliary logits. It is
            moved to the device, trained in place, and left in evaluation mode.
        dataset: The data; all of it is put on the device.
        config: The settings.
        seed: What shuffling, augmentation and dropout depend on. Initial weights do not: they are the module's.
            The caller's random state is not touched.
        device: Where to compute.
        checkpoint: Where to write, after every epoch, all that is needed to go on. If the file is there, the training
            goes on from it, and ends with the same bits as if it had never stopped.
        progress: Called after each epoch.
        evaluate_on: The split to measure on; `None` measures nothing.

    Returns:
        How it ended. A loss that is no longer finite (`diverged`) and too little memory (`out-of-memory`) are
        results; whatever else the module raises is raised.

    Raises:
        UsageError: There is no such split (`missing-split`), or images are to be augmented where there are none
            (`bad-option`).
        ArchdslError: The checkpoint is broken (`broken-file`), belongs to another training (`other-training`) or
            network (`other-weights`), or cannot be written (`cannot-write`).
    """
    augmentation = Augmentation(config.crop_padding, config.horizontal_flip, config.cutout)
    if augmentation and len(dataset.shape) != 3:
        message = f"crop_padding, horizontal_flip and cutout need images, but `{dataset.name}` holds vectors"
        raise UsageError(Diagnostic("bad-option", message))
    history: list[EpochReport] = []
    try:
        samples = to_device(dataset, "train", device, channels_last=config.channels_last)
        held_out = to_device(dataset, evaluate_on, device, channels_last=config.channels_last) if evaluate_on else None
        trainer = Trainer(module.to(device), config, samples, augmentation, seed=seed)
        state = None
        if checkpoint:
            identity = {"seed": seed, "data": dataset.fingerprint, "evaluate_on": evaluate_on, **config.model_dump()}
            state = TrainingState(module, trainer.optimizer, trainer.scaler, identity)
            history.extend(EpochReport(**report) for report in state.load(checkpoint))
        for epoch in range(len(history), config.epochs):
            started = time.perf_counter()
            with own_randomness(derive_seed(seed, "epoch", epoch), device):
                train_loss = trainer.run_epoch(epoch).item()
            seconds = time.perf_counter() - started
            if not math.isfinite(train_loss):
                return Outcome("diverged", tuple(history), f"the training loss of epoch {epoch + 1} is {train_loss}")
            last = epoch + 1 == config.epochs
            due = last or (config.evaluate_every and (epoch + 1) % config.evaluate_every == 0)
            result = evaluate_resident(module, held_out, amp=trainer.amp) if held_out and due else None
            if result and not math.isfinite(result.loss):
                return Outcome(
                    "diverged", tuple(history), f"the {evaluate_on} loss of epoch {epoch + 1} is {result.loss}"
                )
            report = EpochReport(
                epoch + 1,
                config.epochs,
                train_loss,
                trainer.learning_rate,
                len(samples) / seconds,
                result.accuracy if result else None,
                result.loss if result else None,
            )
            history.append(report)
            if checkpoint and state:
                state.save(checkpoint, [asdict(report) for report in history])
            if progress:
                progress(report)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        reason = f"out of memory on {device} in epoch {len(history) + 1}"
        details = str(error).splitlines()
        return Outcome("out-of-memory", tuple(history), f"{reason}: {details[0]}" if details else reason)
    finally:
        module.eval()
    return Outcome("complete", tuple(history))


def is_out_of_memory(error: Exception) -> bool:
    """Say whether an error means that memory ran out: torch has a class for devices and only a text for the CPU."""
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    text = str(error)
    return "DefaultCPUAllocator" in text or "out of memory" in text
