"""A module and its optimizer, trained epoch by epoch on resident data."""

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional

from .augment import Augmentation
from .device import derive_seed
from .evaluation import Resident, autocast, batches, half_precision
from .recipe import Recipe
from .schedule import learning_rate_at, set_drop_path


@final
class Trainer:
    """What one training needs from step to step; no step waits for the device.

    Args:
        module: Gives logits, or in training mode maybe logits and auxiliary logits; on the device of `samples`.
        recipe: The settings.
        samples: The training split.
        augmentation: How images are changed.
        seed: What the order of the samples and their changes depend on.
    """

    def __init__(
        self, module: nn.Module, recipe: Recipe, samples: Resident, augmentation: Augmentation, *, seed: int
    ) -> None:
        self.module = module
        self.recipe = recipe
        self.samples = samples
        self.augmentation = augmentation
        self.seed = seed
        self.device = samples.y.device
        self.amp = self.device.type == "cuda" if recipe.amp == "auto" else recipe.amp
        self.optimizer = make_optimizer(module, recipe)
        # float16 has too small a range for gradients, bfloat16 has that of float32.
        scaled = self.amp and half_precision(self.device) is torch.float16
        self.scaler = torch.amp.GradScaler(self.device.type) if scaled else None
        parts = list(batches(len(samples), recipe.batch_size))
        # A batch norm cannot train on one sample: a last batch of one sits out.
        self.parts = parts[:-1] if len(parts) > 1 and len(samples) % recipe.batch_size == 1 else parts

    @property
    def learning_rate(self) -> float:
        """The learning rate of the last step."""
        rate: float = self.optimizer.param_groups[0]["lr"]
        return rate

    def run_epoch(self, epoch: int) -> Tensor:
        """Train on every sample once, in random order; `epoch` counts from 0.

        Returns:
            The mean loss, still on the device.
        """
        self.module.train()
        if self.recipe.drop_path:
            set_drop_path(self.module, self.recipe.drop_path * epoch / self.recipe.epochs)
        generator = torch.Generator().manual_seed(derive_seed(self.seed, "order", epoch))
        order = torch.randperm(len(self.samples), generator=generator).to(self.device)
        size = (self.samples.x.shape[-2], self.samples.x.shape[-1])
        draws = self.augmentation.draw(len(self.samples), size, generator).to(self.device)
        total = torch.zeros((), device=self.device)
        for number, part in enumerate(self.parts):
            self._set_learning_rate(epoch * len(self.parts) + number)
            chosen, drawn = order[part], draws[part]
            pixels = self.augmentation.before(self.samples.x[chosen], drawn)
            x = self.augmentation.after(self.samples.normalize(pixels), drawn)
            total += self.step(x, self.samples.y[chosen]) * len(chosen)
        mean: Tensor = total / self.parts[-1].stop
        return mean

    def step(self, x: Tensor, y: Tensor) -> Tensor:
        """Take one step on normalised inputs and their labels, and give the loss before it, still on the device."""
        self.optimizer.zero_grad(set_to_none=True)
        with autocast(self.device, self.amp):
            outputs = self.module(x)
        loss = self._loss(outputs if isinstance(outputs, (tuple, list)) else (outputs,), y)
        if self.scaler is None:
            loss.backward()  # type: ignore[no-untyped-call]
            self._clip()
            self.optimizer.step()
        else:
            self.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            self.scaler.unscale_(self.optimizer)
            self._clip()
            self.scaler.step(self.optimizer)
            self.scaler.update()
        return loss.detach()

    def _loss(self, outputs: Sequence[Tensor], y: Tensor) -> Tensor:
        main, *auxiliary = (
            functional.cross_entropy(logits.float(), y, label_smoothing=self.recipe.label_smoothing)
            for logits in outputs
        )
        return main + self.recipe.auxiliary_weight * torch.stack(auxiliary).sum() if auxiliary else main

    def _clip(self) -> None:
        if self.recipe.gradient_clip is not None:
            nn.utils.clip_grad_norm_(self.module.parameters(), self.recipe.gradient_clip)

    def _set_learning_rate(self, step: int) -> None:
        rate = learning_rate_at(self.recipe, step, len(self.parts))
        for group in self.optimizer.param_groups:
            group["lr"] = rate


def make_optimizer(module: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """Make the optimizer of a recipe, whose step is one kernel for all parameters."""
    parameters = [parameter for parameter in module.parameters() if parameter.requires_grad]
    rate, decay = recipe.learning_rate, recipe.weight_decay
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=True)
    sgd = torch.optim.SGD(
        parameters, lr=rate, momentum=recipe.momentum, nesterov=recipe.nesterov, weight_decay=decay, fused=True
    )
    if recipe.momentum:
        # The fused step wants all buffers or none, but parameters may get their first gradient at different steps.
        # From zero, the first step is the same.
        for parameter in parameters:
            sgd.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
    return sgd
