"""What morphisms keep and what they are good for, on Fashion-MNIST: a small network is trained, changed, trained on.

For each exact morphism, the accuracy on the test images right before and after it (equal), then after more epochs,
beside a network like the child that is trained from the beginning for as many: those of the parent and the further.

    python benchmarks/morphisms.py [--samples 10000] [--tests 10000] [--epochs 2] [--more 2] [--seed 0]
"""

import argparse
from pathlib import Path
from random import Random
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from archdsl.codegen import load_backend
from archdsl.evaluators.data.named import fashion_mnist
from archdsl.operators import NoChange
from archdsl.operators.morphisms import EXACT
from archdsl.searchspace import loads

PARENT = """
use std.image: conv_bn_relu

network parent(x: image[1, 28, 28]) -> vec[10] {
  let y = x |> conv_bn_relu[8, 3] |> max_pool[2, 2, "valid"] |> conv_bn_relu[16, 3]
  let z = y + (y |> conv_bn_relu[16, 3]) |> max_pool[2, 2, "valid"]
  return z |> conv_bn_relu[16, 3] |> global_avg_pool |> linear[10]
}
"""
BATCH = 64
RATE = 0.05


def load(samples: int, tests: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Give images of mean 0 and deviation 1, and labels: the first of the training split, and of the test split."""
    splits = fashion_mnist(None).splits
    found: list[Tensor] = []
    for name, count in (("train", samples), ("test", tests)):
        images, labels = np.asarray(splits[name].x)[:count], np.asarray(splits[name].y)[:count]
        x = torch.from_numpy(images.astype("float32")) / 255
        found += [(x - 0.286) / 0.353, torch.from_numpy(labels.astype("int64"))]
    x, y, test_x, test_y = found
    return x, y, test_x, test_y


def train(module: nn.Module, x: Tensor, y: Tensor, epochs: int, seed: int) -> None:
    """Train by gradient descent with momentum, the rate going down to 0 along half a cosine."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(module.parameters(), RATE, momentum=0.9, nesterov=True, weight_decay=1e-4)
    steps = len(x) // BATCH
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(1, epochs * steps))
    module.train()
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        for step in range(steps):
            batch = order[step * BATCH : (step + 1) * BATCH]
            optimizer.zero_grad()
            loss: Tensor = functional.cross_entropy(module(x[batch]), y[batch])
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()


def accuracy(module: nn.Module, x: Tensor, y: Tensor) -> float:
    """Give the share of images whose class is found, in percent."""
    module.eval()
    with torch.no_grad():
        found = torch.cat([module(part).argmax(1) for part in torch.split(x, 500)])
    return 100 * float((found == y).double().mean())


def main() -> None:
    """Print a row for each morphism."""
    parser = argparse.ArgumentParser(description=Path(__file__).stem)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--more", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    backend, (x, y, test_x, test_y) = load_backend("torch"), load(given.samples, given.tests)
    graph = loads(PARENT).sample(seed=0).graph
    parent = backend.compile(graph, seed=given.seed)
    train(parent, x, y, given.epochs, given.seed)
    before = accuracy(parent, test_x, test_y)
    print(f"parent: {graph.params:,} params, {given.samples:,} images, {given.epochs} epochs: {before:.2f} %")
    print(f"{'morphism':22} {'params':>8}  before   after  changed      +{given.more}   fresh     s")
    for morphism in EXACT:
        start = perf_counter()
        try:
            child, weight_map = morphism.apply(graph, Random(given.seed))
        except NoChange as error:
            print(f"{morphism.name:22} {error}")
            continue
        module = backend.inherit(parent, child, weight_map, seed=given.seed)
        after, changed = accuracy(module, test_x, test_y), difference(parent, module, test_x)
        train(module, x, y, given.more, given.seed + 1)
        trained = accuracy(module, test_x, test_y)
        scratch = backend.compile(child, seed=given.seed + 2)
        train(scratch, x, y, given.epochs + given.more, given.seed)
        print(
            f"{morphism.name:22} {child.params or 0:8,} {before:7.2f} {after:7.2f} {changed:8.1e} {trained:7.2f}"
            f" {accuracy(scratch, test_x, test_y):7.2f} {perf_counter() - start:5.0f}",
            flush=True,
        )


def difference(one: nn.Module, other: nn.Module, x: Tensor) -> float:
    """Give the greatest difference between two networks' scores, relative to how much they vary."""
    with torch.no_grad():
        expected, found = one.eval()(x[:500]), other.eval()(x[:500])
    return float((found - expected).abs().max() / expected.std(0).mean())


if __name__ == "__main__":
    main()
