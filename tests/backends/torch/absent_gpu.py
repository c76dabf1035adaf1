"""An accelerator that is not there, for a process of its own: `python -m tests.backends.torch.absent_gpu`.

Its tensors are shapes, types and devices without content: whoever asks for content, as `.item()` does, fails, and so
does whoever mixes devices. A build of torch without CUDA runs no backward pass on fake CUDA tensors, because autograd
asks the CUDA runtime for streams; so the device is one of torch's own making, which nothing but this process has.
"""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import (
    DataDependentOutputException,
    FakeTensor,
    FakeTensorDeviceMismatchError,
    FakeTensorMode,
)
from torch.utils import backend_registration

import archdsl
from archdsl.backends.torch import Supernet
from archdsl.backends.torch.augment import Augmentation
from archdsl.backends.torch.evaluation import Resident
from archdsl.backends.torch.trainer import Trainer
from archdsl.evaluators.config import training_config
from tests.backends.torch.test_without_gpu import Small


class Absent(backend_registration._DummyBackendModule):
    """What torch asks of a device; it is not available, so that no tensor is ever made on it for real."""

    def is_available(self) -> bool:
        return False

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16]


class Waiting(Small):
    """Waits for the device in every forward pass."""

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        return super().forward(x * x.max().item())


class Mixing(Small):
    """Uses a tensor of the host in every forward pass."""

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        return super().forward(x * torch.ones(16, device="cpu"))


def trainer(module: nn.Module, **values: Any) -> Trainer:
    recipe = training_config({"batch_size": 10, "amp": False, **values})
    samples = Resident(
        torch.zeros(25, 3, 16, 16, dtype=torch.uint8),
        torch.zeros(25, dtype=torch.int64),
        torch.zeros(3, 1, 1),
        torch.ones(3, 1, 1),
        channels_last=True,
    )
    augmentation = Augmentation(recipe.crop_padding, recipe.horizontal_flip, recipe.cutout)
    return Trainer(module, recipe, samples, augmentation, seed=0)


def check_that_an_epoch_stays_on_the_device(**values: Any) -> None:
    module = Small()
    epoch = trainer(module, **values)
    loss = epoch.run_epoch(1)
    states = [value for state in epoch.optimizer.state.values() for value in state.values()]
    for tensor in (loss, *module.parameters(), *module.buffers(), *states):
        assert isinstance(tensor, FakeTensor)
        assert tensor.device == torch.device("absent:0"), tensor.device
    assert all(parameter.grad is not None for parameter in module.parameters())
    with pytest.raises(DataDependentOutputException):
        loss.item()


def check_that_a_step_stays_on_the_device(module: nn.Module, space: archdsl.Space) -> None:
    """Train a compiled network or supernet for two steps, and evaluate it."""
    optimizer = torch.optim.SGD(module.parameters(), 0.1, momentum=0.9)
    x = torch.zeros(4, *space.elaborated.inputs[0].type.dims)
    for amp in (False, True):
        with torch.autocast("absent", torch.bfloat16, enabled=amp):
            outputs = module(x)
            losses = [
                nn.functional.cross_entropy(y.float(), torch.zeros(4, dtype=torch.int64))
                for y in (outputs if isinstance(outputs, tuple) else (outputs,))
            ]
        sum(losses, torch.zeros(())).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    outcomes = [*losses, module.eval()(x), *module.parameters(), *module.buffers()]
    if isinstance(module, Supernet):
        coefficients, gates = module.decided(space.sample(seed=0).decisions)
        outcomes += [module(x, coefficients=coefficients, gates=gates), *coefficients.values(), *gates.values()]
    for tensor in outcomes:
        assert isinstance(tensor, FakeTensor)
        assert tensor.device == torch.device("absent:0"), tensor.device


RECURRENT = """
    use std.recurrent: lstm
    block cell_of(x: vec, h: vec[8], c: vec[8]) = (choose { lstm | forgetful })(x, h, c)
    block forgetful(x: vec, h: vec[8], c: vec[8]) { return tanh(linear[8](concat(x, h))), c }
    network net(x: seq[3, 6]) -> vec[10] {
      let _y, h, c = scan[cell_of](x)
      return concat(h, c) |> linear[10]
    }
"""


def check_that_what_is_compiled_stays_on_the_device() -> None:
    """Do so for a network and a supernet of several spaces."""
    digits = archdsl.load("digits_cells", width=4)
    darts = archdsl.load("darts", c=4, cells=3, size=32, auxiliary=True)
    search = archdsl.load("darts", c=4, cells=3, size=16, search=True)
    recurrent = archdsl.loads(RECURRENT)
    for space in (digits, darts, recurrent):
        check_that_a_step_stays_on_the_device(archdsl.compile(space.sample(seed=0)), space)
    for space in (digits, search, recurrent):
        check_that_a_step_stays_on_the_device(archdsl.supernet(space), space)


def register() -> list[torch.library.Library]:
    """Let torch know the device; what is registered lasts as long as what is returned."""
    backend_registration._setup_privateuseone_for_python_backend("absent", backend_module=Absent())
    # torch says of every optimizer but fused SGD what it gives for tensors without content: it gives nothing.
    operators = torch.library.Library("aten", "IMPL")  # type: ignore[no-untyped-call]
    operators.impl("_fused_sgd_", lambda *_, **__: None, "Meta")  # type: ignore[no-untyped-call]
    autocast = torch.library.Library("_", "IMPL", "AutocastPrivateUse1")  # type: ignore[no-untyped-call]
    autocast.fallback(torch.library.fallthrough_kernel)  # type: ignore[no-untyped-call]
    return [operators, autocast]


if __name__ == "__main__":
    registered = register()
    augmented = {"crop_padding": 2, "horizontal_flip": True, "cutout": 4, "drop_path": 0.2, "label_smoothing": 0.1}
    with FakeTensorMode(), torch.device("absent:0"):
        for optimizer in ("sgd", "adamw"):
            for amp in (False, True):
                check_that_an_epoch_stays_on_the_device(optimizer=optimizer, amp=amp, **augmented)
        check_that_what_is_compiled_stays_on_the_device()
        with pytest.raises(DataDependentOutputException):
            trainer(Waiting()).run_epoch(0)
        with pytest.raises(FakeTensorDeviceMismatchError):
            trainer(Mixing()).run_epoch(0)
    print("all steps stay on the device")
