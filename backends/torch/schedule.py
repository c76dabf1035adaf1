"""What changes from step to step and from epoch to epoch."""

import math

from torch import nn

from .recipe import Recipe


def learning_rate_at(recipe: Recipe, step: int, steps: int) -> float:
    """Give the learning rate of a step.

    Args:
        recipe: The settings.
        step: The number of steps done before it, over all epochs.
        steps: The number of steps in one epoch.
    """
    warmup, total = recipe.warmup_epochs * steps, recipe.epochs * steps
    if step < warmup:
        return recipe.learning_rate * (step + 1) / (warmup + 1)
    if recipe.schedule == "constant":
        return recipe.learning_rate
    low, high = recipe.minimum_learning_rate, recipe.learning_rate
    return low + (high - low) * (1 + math.cos(math.pi * (step - warmup) / (total - warmup))) / 2


def set_drop_path(module: nn.Module, rate: float) -> None:
    """Let every `DropPath` in a module drop with probability `rate` from now on; nothing is compiled anew."""
    from .layers import DropPath

    for part in module.modules():
        if isinstance(part, DropPath):
            part.rate.fill_(rate)
