"""Training: what a loop must do, whatever it trains."""

import math
from dataclasses import replace
from inspect import signature
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from archdsl.backends.torch.augment import Augmentation
from archdsl.backends.torch.device import derive_seed
from archdsl.backends.torch.evaluation import to_device
from archdsl.backends.torch.layers import DropPath
from archdsl.backends.torch.schedule import learning_rate_at
from archdsl.backends.torch.trainer import Trainer, make_optimizer
from archdsl.backends.torch.training import EpochReport, Outcome, evaluate, save_weights, set_drop_path, train
from archdsl.evaluators.config import TrainingConfig, training_config
from archdsl.evaluators.data import load_dataset
from archdsl.evaluators.dataset import Dataset, Split
from tests.evaluators.raises import raises

CPU = torch.device("cpu")
DIGITS = load_dataset("digits")
assert DIGITS.validation is not None
FEW = replace(
    DIGITS,
    train=Split(DIGITS.train.x[:97], DIGITS.train.y[:97]),
    validation=Split(DIGITS.validation.x[:50], DIGITS.validation.y[:50]),
)


def network(seed: int = 0) -> nn.Sequential:
    """A small network with everything that has a state or draws at random."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 8, 3, bias=False),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            DropPath(),
            nn.Dropout(0.1),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(32, 10),
        )


def fit(
    module: nn.Module, data: Dataset = FEW, *, seed: int = 0, checkpoint: Path | None = None, **values: Any
) -> Outcome:
    return train(module, data, training_config(values), seed=seed, device=CPU, checkpoint=checkpoint)


def bits(module: nn.Module) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in module.state_dict().items()}


def results(outcome: Outcome) -> list[EpochReport]:
    """What was measured, without the clock."""
    return [replace(report, images_per_second=0) for report in outcome.history]


# What is learned


def test_a_small_network_learns_to_read_digits() -> None:
    module = nn.Sequential(nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.Flatten(), nn.Linear(576, 10))
    outcome = fit(module, DIGITS, epochs=5)
    assert outcome.status == "complete"
    assert outcome.measurements["accuracy"] > 0.94
    assert outcome.measurements.keys() == {"accuracy", "loss", "train_loss", "images_per_second"}
    losses = [report.train_loss for report in outcome.history]
    assert losses == sorted(losses, reverse=True)


def test_the_loop_does_what_a_plain_loop_does() -> None:
    settings: dict[str, Any] = {
        "epochs": 2,
        "batch_size": 20,
        "gradient_clip": 1.0,
        "label_smoothing": 0.1,
        "channels_last": False,
    }
    module, plain = (nn.Sequential(nn.Flatten(), nn.Linear(64, 10)) for _ in range(2))
    plain.load_state_dict(module.state_dict())
    fit(module, seed=3, **settings)

    config = training_config(settings)
    optimizer = torch.optim.SGD(
        plain.parameters(), lr=1, momentum=0.9, nesterov=True, weight_decay=config.weight_decay, foreach=False
    )
    x, y = torch.from_numpy(FEW.normalize(FEW.train)), torch.from_numpy(FEW.train.y)
    for epoch in range(2):
        order = torch.randperm(97, generator=torch.Generator().manual_seed(derive_seed(3, "order", epoch)))
        for number in range(5):
            chosen = order[20 * number : 20 * number + 20]
            optimizer.param_groups[0]["lr"] = 0.05 * (1 + math.cos(math.pi * (5 * epoch + number) / 10)) / 2
            optimizer.zero_grad()
            functional.cross_entropy(plain(x[chosen]), y[chosen], label_smoothing=0.1).backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(plain.parameters(), 1.0)
            optimizer.step()
    for own, other in zip(module.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(own, other, rtol=1e-4, atol=1e-6)


class Branching(nn.Module):
    """Three classifiers: a main one and two auxiliary ones that exist in training only."""

    def __init__(self) -> None:
        super().__init__()
        self.heads = nn.ModuleList(nn.Linear(64, 10) for _ in range(3))

    def forward(self, x: Tensor) -> Any:
        outputs = tuple(head(x.flatten(1)) for head in self.heads)
        return outputs if self.training else outputs[0]


def test_auxiliary_outputs_count_with_their_weight() -> None:
    module = Branching()
    samples = to_device(FEW, "train", CPU)
    recipe = TrainingConfig(auxiliary_weight=0.3)
    trainer = Trainer(module, recipe, samples, Augmentation(), seed=0)
    x, y = samples.normalize(samples.x[:20]), samples.y[:20]
    main, *auxiliary = (functional.cross_entropy(logits, y) for logits in module(x))
    expected = main + 0.3 * (auxiliary[0] + auxiliary[1])
    torch.testing.assert_close(trainer.step(x, y), expected.detach())
    assert fit(module, epochs=1).status == "complete"


@pytest.mark.parametrize("values", [{}, {"optimizer": "adamw"}, {"momentum": 0, "nesterov": False}])
def test_a_parameter_may_get_its_first_gradient_late(values: dict[str, Any]) -> None:
    fused, plain = (nn.ParameterList([torch.ones(3), torch.ones(3)]) for _ in range(2))
    recipe = training_config(values)
    optimizer = make_optimizer(fused, recipe)
    known = signature(type(optimizer)).parameters.keys() - {"params", "fused"}
    group = {key: value for key, value in optimizer.param_groups[0].items() if key in known}
    reference = type(optimizer)(plain.parameters(), **{**group, "foreach": False})
    for step in range(3):
        for own, other in zip(fused, plain, strict=True):
            own.grad = other.grad = None
        for index in range(min(step + 1, 2)):
            fused[index].grad = torch.full((3,), 0.5 + step)
            plain[index].grad = torch.full((3,), 0.5 + step)
        optimizer.step()
        reference.step()
    for own, other in zip(fused, plain, strict=True):
        torch.testing.assert_close(own, other)


class Recorder(nn.Module):
    """Keeps the inputs that it is trained on."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(1, 2)
        self.seen: list[list[float]] = []

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            self.seen.append(x[:, 0].tolist())
        logits: Tensor = self.linear(x)
        return logits


@given(st.integers(4, 30), st.integers(1, 12))
def test_an_epoch_shows_every_sample_once(count: int, batch_size: int) -> None:
    x = np.arange(count, dtype=np.float32)[:, None]
    data = replace(load_dataset((x, np.arange(count) % 2), validation=0), mean=(0.0,), std=(1.0,))
    module = Recorder()
    train(module, data, TrainingConfig(epochs=2, batch_size=batch_size), seed=0, device=CPU, evaluate_on=None)
    per_epoch = len(module.seen) // 2
    epochs = [list(chain(*module.seen[:per_epoch])), list(chain(*module.seen[per_epoch:]))]
    alone = count % batch_size == 1  # a batch norm cannot train on a single sample
    for epoch in epochs:
        assert len(set(epoch)) == len(epoch) == count - alone
    assert all(len(batch) == batch_size for batch in module.seen[: per_epoch - 1])
    assert count < 10 or epochs[0] != epochs[1]


# Repeatable to the bit


AUGMENTED = {"crop_padding": 1, "horizontal_flip": True, "cutout": 2, "drop_path": 0.3}


@pytest.mark.parametrize("values", [{}, AUGMENTED, {"optimizer": "adamw"}, {"amp": True}], ids=str)
def test_the_same_seed_gives_the_same_bits(values: dict[str, Any]) -> None:
    one, other, different = (network() for _ in range(3))
    first = fit(one, seed=5, epochs=2, **values)
    torch.rand(17)  # what the caller draws in between is nobody's business
    second = fit(other, seed=5, epochs=2, **values)
    assert bits(one) == bits(other)
    assert results(first) == results(second)
    fit(different, seed=6, epochs=2, **values)
    assert bits(one) != bits(different)


def test_the_callers_random_state_is_left_alone() -> None:
    before = torch.get_rng_state()
    fit(network(), epochs=1)
    assert torch.equal(torch.get_rng_state(), before)


class Killed(BaseException):
    """Ends a process, as no handler of exceptions expects."""


def killed_in(module: nn.Module, step: int) -> None:
    """Let a module be killed in a forward pass of training."""
    done = 0

    def count(*_: object) -> None:
        nonlocal done
        if module.training:
            if done == step:
                raise Killed
            done += 1

    module.register_forward_pre_hook(count)


@settings(max_examples=12)
@given(
    st.integers(0, 11),
    st.sampled_from([{}, AUGMENTED, {"optimizer": "adamw", **AUGMENTED}, {"amp": True}, {"evaluate_every": 0}]),
)
def test_a_killed_training_goes_on_as_if_nothing_had_been(
    tmp_path_factory: pytest.TempPathFactory, step: int, values: dict[str, Any]
) -> None:
    settings = {"epochs": 4, "batch_size": 32, **values}
    path = tmp_path_factory.mktemp("run") / "checkpoint"
    whole, killed, resumed = network(0), network(0), network(1)  # what is resumed starts from other weights
    killed_in(killed, step)  # of 12
    with pytest.raises(Killed):
        fit(killed, checkpoint=path, **settings)
    assert path.exists() == (step >= 3)
    if not path.exists():
        resumed = network(0)
    again = fit(resumed, checkpoint=path, **settings)
    assert results(again) == results(fit(whole, **settings))
    assert bits(resumed) == bits(whole)


def test_a_training_may_be_killed_while_it_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "checkpoint"

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", kill)
        with pytest.raises(Killed):
            fit(network(), checkpoint=path, epochs=2)
    assert len(list(tmp_path.iterdir())) == 1
    whole, resumed = network(), network()
    fit(resumed, checkpoint=path, epochs=2)
    fit(whole, epochs=2)
    assert bits(resumed) == bits(whole)
    assert [entry.name for entry in tmp_path.iterdir()] == ["checkpoint"]


def test_a_finished_training_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    module, again = network(0), network(1)
    outcome = fit(module, checkpoint=path, epochs=2)
    killed_in(again, 0)
    assert fit(again, checkpoint=path, epochs=2) == outcome
    assert bits(again) == bits(module)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"seed": 1}, "seed is 0 there, 1 here"),
        ({"epochs": 3}, "epochs is 2 there, 3 here"),
        ({"data": DIGITS}, f"data is {FEW.fingerprint!r} there, {DIGITS.fingerprint!r} here"),
    ],
    ids=["seed", "epochs", "data"],
)
def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path, change: dict[str, Any], difference: str) -> None:
    path = tmp_path / "checkpoint"
    fit(network(), checkpoint=path, epochs=2)
    with raises("other-training", f"`{path}` belongs to another training: {difference}"):
        fit(network(), checkpoint=path, **{"epochs": 2, **change})


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    fit(network(), checkpoint=path, epochs=1)
    with raises(
        "other-weights",
        f"the weights in `{path}` are of another network: 0 missing, 6 unexpected, 2 of another type",
        notes=(
            "unexpected: 0.weight, 1.num_batches_tracked, 1.running_mean, 1.running_var, 7.bias and 1 more",
            "1.weight is float32[8], expected float32[10, 64]",
            "1.bias is float32[8], expected float32[10]",
        ),
    ):
        fit(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), checkpoint=path, epochs=1)


def test_other_files_are_no_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    save_weights(network(), path)
    with raises(
        "broken-file", f"`{path}` is no checkpoint of a training, version 1: it has weights of version unknown"
    ):
        fit(network(), checkpoint=path, epochs=1)
    path.write_bytes(b"half")
    with raises("broken-file", f"`{path}` is not a checkpoint that can be read: …"):
        fit(network(), checkpoint=path, epochs=1)
    assert path.read_bytes() == b"half"


# Endings that are results, and those that are not


def test_a_loss_that_is_no_longer_finite_ends_the_training() -> None:
    outcome = fit(network(), epochs=20, learning_rate=1e30, gradient_clip=None)
    assert outcome.status == "diverged"
    assert outcome.reason == f"the training loss of epoch {len(outcome.history) + 1} is nan"
    assert len(outcome.history) < 2


class Exploding(nn.Module):
    """Gives what is not finite in evaluation mode only."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.linear(x.flatten(1))
        return logits if self.training else logits * math.inf


def test_a_validation_loss_that_is_not_finite_ends_the_training() -> None:
    outcome = fit(Exploding(), epochs=2)
    assert (outcome.status, outcome.reason) == ("diverged", "the validation loss of epoch 1 is nan")
    assert outcome.measurements == {}


class Greedy(nn.Module):
    """Asks for a pebibyte, which no machine of ours has."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 10)

    def forward(self, x: Tensor) -> Tensor:
        return torch.empty(2**50, dtype=torch.uint8)


def test_too_little_memory_is_a_result() -> None:
    outcome = fit(Greedy(), epochs=2)
    assert outcome.status == "out-of-memory"
    assert outcome.reason.startswith("out of memory on cpu in epoch 1: ")


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory. Tried …\n more")])
def test_every_way_to_run_out_of_memory_is_known(error: Exception) -> None:
    def fail(*_: object) -> None:
        raise error

    module = network()
    module.register_forward_pre_hook(fail)
    outcome = fit(module, epochs=2)
    assert outcome.reason in (
        "out of memory on cpu in epoch 1",
        "out of memory on cpu in epoch 1: CUDA out of memory. Tried …",
    )


def test_what_a_module_raises_is_raised() -> None:
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        fit(nn.Sequential(nn.Flatten(), nn.Linear(63, 10)), epochs=1)


def test_a_split_to_measure_on_must_be_there() -> None:
    data = replace(FEW, validation=None, test=None)
    message = "the dataset `digits` has no validation split"
    with raises("missing-split", message, notes=("it has train",)):
        fit(network(), data, epochs=1)
    with raises("missing-split", message, notes=("it has train",)):
        evaluate(network(), data, device=CPU)
    outcome = train(network(), data, TrainingConfig(epochs=1), seed=0, device=CPU, evaluate_on=None)
    assert outcome.measurements.keys() == {"train_loss", "images_per_second"}


def test_vectors_cannot_be_augmented_as_images() -> None:
    data = load_dataset((DIGITS.train.x.reshape(-1, 64), DIGITS.train.y))
    message = "crop_padding, horizontal_flip and cutout need images, but `data` holds vectors"
    with raises("bad-option", message):
        fit(nn.Linear(64, 10), data, horizontal_flip=True)
    assert fit(nn.Linear(64, 10), data, epochs=1).status == "complete"


# Schedules and measurements


@given(
    st.integers(1, 20),
    st.integers(1, 9),
    st.integers(0, 5),
    st.sampled_from(["cosine", "constant"]),
    st.floats(0, 0.05),
)
def test_the_learning_rate_rises_then_falls_between_its_bounds(
    epochs: int, steps: int, warmup: int, schedule: str, minimum: float
) -> None:
    warmup = min(warmup, epochs - 1)
    recipe = training_config(
        {"epochs": epochs, "warmup_epochs": warmup, "schedule": schedule, "minimum_learning_rate": minimum}
    )
    rates = [learning_rate_at(recipe, step, steps) for step in range(epochs * steps + 1)]
    rising, falling = rates[: warmup * steps], rates[warmup * steps :]
    assert rising == sorted(rising)
    assert falling == sorted(falling, reverse=True)
    assert falling[0] == pytest.approx(0.05)
    assert falling[-1] == pytest.approx(minimum if schedule == "cosine" else 0.05)
    assert all(0 < rate < 0.05 for rate in rising)


def test_drop_path_rises_linearly_and_keeps_its_place() -> None:
    module = network()
    place = module.get_buffer("3.rate")
    rates: list[float] = []
    module.register_forward_pre_hook(lambda *_: rates.append(round(place.item(), 6)) if module.training else None)
    fit(module, epochs=4, batch_size=97, drop_path=0.2)
    assert rates == [0, 0.05, 0.1, 0.15]
    assert module.get_buffer("3.rate") is place


def test_without_a_drop_path_the_modules_keep_their_own_rate() -> None:
    module = nn.Sequential(DropPath(0.3), network())
    fit(module, epochs=1)
    assert module.get_buffer("0.rate").item() == pytest.approx(0.3)
    set_drop_path(module, 0.5)
    assert [part.rate.item() for part in module.modules() if isinstance(part, DropPath)] == [0.5, 0.5]


@pytest.mark.parametrize(("every", "evaluated"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (0, [5])])
def test_every_epoch_is_reported_and_evaluated_if_due(every: int, evaluated: list[int]) -> None:
    reports: list[EpochReport] = []
    config = TrainingConfig(epochs=5, evaluate_every=every)
    outcome = train(network(), FEW, config, seed=0, device=CPU, progress=reports.append)
    assert outcome.history == tuple(reports)
    assert [report.epoch for report in reports] == [1, 2, 3, 4, 5]
    assert [report.epoch for report in reports if report.accuracy is not None] == evaluated
    assert outcome.measurements["accuracy"] == reports[-1].accuracy
    assert all(report.images_per_second > 0 for report in reports)


@pytest.mark.parametrize("batch_size", [1, 7, 512])
def test_evaluation_counts_every_sample_once(batch_size: int) -> None:
    module = network()
    module.train()
    result = evaluate(module, FEW, "validation", device=CPU, batch_size=batch_size)
    assert all(part.training for part in module.modules())
    module.eval()
    assert FEW.validation is not None
    with torch.no_grad():
        logits = module(torch.from_numpy(FEW.normalize(FEW.validation)))
    y = torch.from_numpy(FEW.validation.y)
    assert result.accuracy == (logits.argmax(1) == y).double().mean().item()
    assert result.loss == pytest.approx(functional.cross_entropy(logits, y).item(), rel=1e-5)


def test_a_training_leaves_the_module_in_evaluation_mode() -> None:
    module = network()
    fit(module, epochs=1)
    assert not any(part.training for part in module.modules())


def test_arrays_that_cannot_be_written_are_read() -> None:
    x, y = FEW.train.x.copy(), FEW.train.y.copy()
    x.flags.writeable = y.flags.writeable = False
    assert torch.equal(to_device(replace(FEW, train=Split(x, y)), "train", CPU).x, torch.from_numpy(FEW.train.x))
